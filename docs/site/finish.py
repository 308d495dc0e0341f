"""What pages get after Sphinx: names for who cannot see them, and excerpts for the search."""

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    # docutils gives a caption a role and no level (WAI-ARIA 1.2, "heading": aria-level is required)
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    # Its own heading comes by script, when the search is over.
    '<div id="search-results"></div>': '<h1 class="visually-hidden">Search</h1>\n'
    '<div id="search-results"></div>',
}
"""Markup of the theme and of Sphinx, and what it is to be."""
TEXTS: Final = "texts.js"
SCRIPT: Final = '<script src="_static/documentation_options.js'
LEFT_OUT: Final = re.compile(
    r"<(script|style|svg)\b.*?</\1>|<a class=\"headerlink\".*?</a>|<[^>]+>", re.S
)
ANSWERS: Final = """
// A browser lets no page of a folder fetch another one; so the search finds its excerpts here.
const asked = window.fetch;
window.fetch = (address, ...rest) => {
  const text = TEXTS[String(address).replace(/^\\.\\//, "").replace(/[?#].*/, "")];
  if (text === undefined) return asked(address, ...rest);
  const main = document.createElement("div");
  main.setAttribute("role", "main");
  main.textContent = text;
  return Promise.resolve(new Response(main.outerHTML));
};
"""


def finish(site: Path) -> None:
    """Name what has no name, and write the texts of all pages where the search finds them."""
    texts = {}
    for file in sorted(site.rglob("*.html")):
        page = file.read_text(encoding="utf-8")
        for found, named in NAMES.items():
            page = page.replace(found, named)
        if file.name == "search.html":
            page = page.replace(SCRIPT, f'<script src="_static/{TEXTS}"></script>\n    {SCRIPT}', 1)
        file.write_text(page, encoding="utf-8")
        texts[file.relative_to(site).as_posix()] = _text(page)
    written = json.dumps(texts, ensure_ascii=False)
    (site / "_static" / TEXTS).write_text(f"const TEXTS = {written};\n{ANSWERS}", encoding="utf-8")


def _text(page: str) -> str:
    """The words of a page, without its navigation."""
    article = re.search(r"<article[^>]*>(.*?)</article>", page, re.S)
    return " ".join(html.unescape(LEFT_OUT.sub(" ", article[1] if article else "")).split())
