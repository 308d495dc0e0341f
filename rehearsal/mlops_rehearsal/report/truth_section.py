"""What proves each claim and each type of resource: the same as docs/truth.md says."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.elements import Html, badge, element, fold, prose, section
from mlops_rehearsal.report.tables import table

DATA: Final = Path(__file__).with_name("truth.json")
"""Written by `generate`."""
BADGES: Final = ("good", "good", "emulated", "muted", "bad")
"""In the order of the levels."""


@cache
def truth() -> Mapping[str, Any]:
    """The shares, and each claim and type with its level."""
    loaded: Mapping[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return loaded


def truth_section(_report: Report) -> Html:
    """The shares, then each claim and each type, folded."""
    levels = truth()["levels"]
    badges = dict(zip(levels, BADGES, strict=True))
    lists = [
        fold(
            f"{kind[:1].upper()}{kind[1:]}",
            table(
                f"{kind[:1].upper()}{kind[1:]} and what proves them",
                (kind, "proven by"),
                [(prose(name), badge(badges[level], level)) for name, level in rows],
            ),
        )
        for kind, rows in truth()["each"].items()
    ]
    return section(
        "truth",
        "What is proven",
        element("p", "Not by this rehearsal alone, but by everything here that is not AWS."),
        table("What proves what", ("what", *levels, "above schema"), truth()["shares"]),
        *lists,
    )
