"""Tables that scroll in a box of their own when the window is narrow."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from mlops_rehearsal.report.elements import Html, element, html

NUMBERS: Final = frozenset(
    {"seconds", "resources", "allowed", "denied", "times", "captured", "roles", "dollars"}
    | {"platform's key", "AWS's key"}
)
"""Headings of columns that hold numbers: they are aligned at the right."""


def table(
    caption: str, heading: Sequence[str], rows: Iterable[Sequence[object]], *, kind: str = ""
) -> Html:
    """A table; the first cell of a row names it.

    Args:
        kind: `matrix` for one with many narrow columns, `grid` for one that is read by its columns.
            Any other becomes a list of its rows on a telephone.
    """
    numeric = [name in NUMBERS for name in heading]
    labels = heading if not kind else [""] * len(heading)
    head = element(
        "tr", *(_cell("th", name, n, "col") for name, n in zip(heading, numeric, strict=True))
    )
    body = [
        element(
            "tr",
            *(
                _cell("td" if index else "th", value, number, "" if index else "row", label)
                for index, (value, number, label) in enumerate(
                    zip(row, numeric, labels, strict=True)
                )
            ),
        )
        for row in rows
    ]
    found = element(
        "table",
        element("caption", caption),
        element("thead", head),
        element("tbody", *body),
        class_=kind,
    )
    # A box that scrolls must be reachable by keyboard, and then it needs a name; it is no landmark,
    # of which a page of many tables would have so many that none leads anywhere.
    return element("div", found, class_="scroll", tabindex="0", role="group", aria_label=caption)


def table_of(caption: str, rows: Sequence[Mapping[str, str]]) -> Html:
    """A table of rows that all have the same columns; a sentence where there are none."""
    if not rows:
        return element("p", f"{caption}: none")
    heading = tuple(rows[0])
    return table(caption, heading, [[row.get(name, "") for name in heading] for row in rows])


def _cell(name: str, value: object, number: bool, scope: str, label: str = "") -> Html:
    kind = "number" if number else ""
    return element(name, html(value), scope=scope, class_=kind, data_label=label)
