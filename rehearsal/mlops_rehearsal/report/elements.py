"""HTML elements whose text is always escaped; what they make is well-formed XML as well."""

from collections.abc import Iterable
from html import escape
from typing import Final

from mlops_rehearsal.world.terminal_text import readable

BLOCKS: Final = frozenset(
    {"body", "details", "dl", "figure", "h2", "h3", "head", "header", "li", "main", "nav", "p"}
    | {"pre", "section", "style", "table", "tbody", "thead", "title", "tr", "ul"}
)


class Html(str):
    """Text that is markup already; every other text is escaped."""

    __slots__ = ()


def html(value: object) -> Html:
    """Markup as it is, anything else as text."""
    return value if isinstance(value, Html) else Html(escape(readable(str(value))))


def join(parts: Iterable[object]) -> Html:
    """Parts one after the other."""
    return Html("".join(map(html, parts)))


def element(name: str, *content: object, **attributes: object) -> Html:
    """An element.

    Args:
        attributes: `class_` for `class`, `aria_label` for `aria-label`; those that are None or
            empty are left out.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html(value)}"'
        for key, value in attributes.items()
        if value not in (None, "")
    )
    return Html(f"<{name}{given}>{join(content)}</{name}>{chr(10) * (name in BLOCKS)}")


def code(text: str) -> Html:
    """A name as programs write it; it may break anywhere."""
    return element("code", text)


def prose(text: str) -> Html:
    """A sentence of which the parts between backticks are code."""
    parts = text.split("`")
    return join(code(part) if index % 2 else part for index, part in enumerate(parts))


def badge(kind: str, text: str) -> Html:
    """A word with a colour; the word alone says it too."""
    return element("span", text, class_=f"badge {kind}")


def fold(summary: object, *content: object, open_: bool = False) -> Html:
    """Content that is shown on demand."""
    opened = {"open": "open"} if open_ else {}
    return element("details", element("summary", summary), *content, **opened)


def section(name: str, title: str, *content: object) -> Html:
    """A part of the page that the navigation leads to."""
    heading = element("h2", title, id=f"{name}-title")
    return element("section", heading, *content, id=name, aria_labelledby=f"{name}-title")
