"""The pages of a repository of one app: a README of its own, and no link to what it has not."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

README: Final = PurePosixPath("README.md")
OWN_README: Final = PurePosixPath("docs/repository-of-an-app.md")
"""What stands in for the README, which is about all that the monorepo has."""
SEEDS: Final = frozenset({"seed_bases", "seed_code"})
"""Folders of what projects get; their pages are none of this repository."""
LINK: Final = re.compile(
    r"(?P<picture>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\((?P<place>[^()\s#:]+)(?P<heading>#[^()\s]*)?\)"
)
"""A link of Markdown to a file, by a path relative to the page; URLs have a colon."""


def delivered_pages(
    sources: Mapping[PurePosixPath, Path], kept: Mapping[PurePosixPath, Path]
) -> dict[PurePosixPath, str]:
    """The pages whose text is another one there.

    Args:
        sources: the files of a checkout, by their paths.
        kept: those of them that the repository has.
    """
    pages = {file: file for file in kept if file.suffix == ".md" and not SEEDS & set(file.parts)}
    if README in kept and OWN_README in sources:
        pages[README] = OWN_README
    here = _with_folders(kept)
    found = {}
    for page, source in pages.items():
        before = sources[source].read_text(encoding="utf-8")
        text = LINK.sub(_relinked(page, source, here), before)
        if text != before or page != source:
            found[page] = text
    return found


def _relinked(
    page: PurePosixPath, source: PurePosixPath, here: frozenset[PurePosixPath]
) -> Callable[[re.Match[str]], str]:
    """How a link becomes one of the page, or its text where it leads to what is not there."""

    def relinked(link: re.Match[str]) -> str:
        target = os.path.normpath(source.parent / link["place"])
        if PurePosixPath(target) not in here:
            return "" if link["picture"] else link["text"]
        place = os.path.relpath(target, page.parent)
        return f"{link['picture']}[{link['text']}]({place}{link['heading'] or ''})"

    return relinked


def _with_folders(files: Mapping[PurePosixPath, Path]) -> frozenset[PurePosixPath]:
    return frozenset(place for file in files for place in (file, *file.parents))
