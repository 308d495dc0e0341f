"""What this rehearsal shows of each part of the platform, and what only AWS can show."""

from mlops_rehearsal.report.elements import Html, badge, prose, section
from mlops_rehearsal.report.tables import table
from mlops_rehearsal.world.reality import PARTS, Shown

BADGES = {Shown.REAL: "good", Shown.EMULATED: "good", Shown.SCHEMA: "muted", Shown.AWS: "bad"}


def reality_section() -> Html:
    """The same table as docs/rehearsal.md has."""
    rows = [
        (prose(part.name), badge(BADGES[part.shown], part.shown.value), prose(part.how))
        for part in PARTS
    ]
    heading = ("part", "shown here", "how")
    return section("reality", "What this shows", table("Parts of a rehearsal", heading, rows))
