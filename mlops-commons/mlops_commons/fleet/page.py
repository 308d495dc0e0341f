"""A fleet as a page of its own: no script, nothing fetched from elsewhere."""

from html import escape
from pathlib import Path
from typing import Final

from mlops_commons.fleet.rows import Fleet
from mlops_commons.fleet.tables import Section, moment, sections
from mlops_commons.utilities.words import counted

STYLE: Final = Path(__file__).with_name("page.css")
WHOLE: Final = 16
"""Characters of a cell that is never broken on a wide screen: an account, a commit, a version."""


def page(fleet: Fleet) -> str:
    """The page as HTML."""
    parts = [_verdict(fleet), *map(_section, sections(fleet))]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>The account sets</title>",
            f"<style>{STYLE.read_text(encoding='utf-8')}</style>",
            "</head>",
            "<body>",
            "<h1>The account sets</h1>",
            f'<p class="muted">As they were on {moment(fleet.read)} UTC. Nothing was changed.</p>',
            *parts,
            "</body>",
            "</html>",
            "",
        ]
    )


def _verdict(fleet: Fleet) -> str:
    if not fleet.attention:
        return '<p class="verdict">Nothing needs attention.</p>'
    items = "".join(f"<li>{escape(told)}</li>" for told in fleet.attention)
    title = counted(len(fleet.attention), "thing needs", "things need")
    return f'<div class="verdict bad"><strong>{title} attention</strong><ul>{items}</ul></div>'


def _section(section: Section) -> str:
    title = f"<h2>{escape(section.title)}</h2>"
    if not section.rows:
        return f'<section>{title}<p class="muted">{escape(section.empty)}</p></section>'
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in section.headings)
    rows = "\n".join(_row(section.headings, cells, bad=bad) for cells, bad in section.rows)
    return (
        f"<section>{title}<table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></section>"
    )


def _row(headings: tuple[str, ...], cells: tuple[str, ...], *, bad: bool) -> str:
    found = "".join(
        f'<td{" class=whole" if len(cell) <= WHOLE else ""} data-heading="{escape(heading)}">'
        f"{escape(cell)}</td>"
        for heading, cell in zip(headings, cells, strict=True)
    )
    return f"<tr{' class=bad' if bad else ''}>{found}</tr>"
