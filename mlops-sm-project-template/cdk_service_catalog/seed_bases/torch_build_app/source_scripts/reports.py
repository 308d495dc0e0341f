"""A page that people look at before they approve a version: sentences and tables, in one file."""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

STYLE = (
    "body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}"
    "td,th{border:1px solid #bbb;padding:.5em;text-align:left;vertical-align:top;max-width:28em}"
    "img{width:192px;display:block}"
)


Table = Sequence[Mapping[str, Any]]
SIDE = 384
"""Pixels of a picture: twice what the page shows. As they are, those of a hundred rows would be a
gigabyte."""


def small(picture: Any) -> Any:
    """A picture (Pillow) as the page has it."""
    found = picture.convert("RGB")
    found.thumbnail((SIDE, SIDE))
    return found


def grid(
    title: str,
    rows: Table,
    *,
    said: Sequence[str] = (),
    others: Mapping[str, Table] = MappingProxyType({}),
) -> str:
    """A page with a row for each row; a picture (Pillow) is drawn small, all else is text.

    What a model has written is text, never part of the page.

    Args:
        said: sentences above the rows.
        others: tables between, by their titles; those without rows are left out.
    """
    between = "".join(
        f"<h2>{html.escape(name)}</h2>\n{_table(table)}" for name, table in others.items() if table
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{html.escape(title)}</h1>\n"
        f"{''.join(f'<p>{html.escape(words)}</p>' for words in said)}"
        f"{between}{_table(rows)}</html>\n"
    )


def _table(rows: Table) -> str:
    names = [*rows[0]] if rows else []
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(_cell(row[name]) for name in names)}</tr>\n" for row in rows)
    return f"<table><tr>{head}</tr>\n{body}</table>"


def _cell(value: Any) -> str:
    if hasattr(value, "save"):
        content = io.BytesIO()
        small(value).save(content, format="JPEG", quality=90)
        text = base64.b64encode(content.getvalue()).decode("ascii")
        return f'<td><img alt="" src="data:image/jpeg;base64,{text}"></td>'
    shown = f"{value:.4g}" if isinstance(value, float) else str("" if value is None else value)
    return f"<td>{html.escape(shown)}</td>"
