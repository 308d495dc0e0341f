"""What this rehearsal shows of each part of the platform, and what only AWS can show."""

from collections import Counter
from typing import Final

from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.elements import Html, badge, element, prose, section
from mlops_rehearsal.report.tables import table
from mlops_rehearsal.world.reality import PARTS, Shown

BADGES: Final = {
    Shown.REAL: "good",
    Shown.EMULATED: "emulated",
    Shown.SCHEMA: "muted",
    Shown.AWS: "bad",
}


def notice() -> Html:
    """Where all that follows has happened, before anything is said to have succeeded."""
    parts = Counter(part.shown for part in PARTS)
    counts = "; ".join(f"{kind.value}: {parts[kind]}" for kind in Shown)
    return element(
        "p",
        badge(BADGES[Shown.EMULATED], Shown.EMULATED.value),
        " No AWS account was used: every account, stack and answer below is of an emulator on one "
        "machine. How far each part can be believed: ",
        element("a", "what this shows", href="#reality"),
        f" ({counts}).",
        class_="notice",
    )


def reality_section(_report: Report) -> Html:
    """The same table as docs/rehearsal.md has."""
    rows = [
        (prose(part.name), badge(BADGES[part.shown], part.shown.value), prose(part.how))
        for part in PARTS
    ]
    heading = ("part", "shown here", "how")
    return section("reality", "What this shows", table("Parts of a rehearsal", heading, rows))
