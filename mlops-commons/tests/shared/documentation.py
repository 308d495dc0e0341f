"""What the documentation of this repository shows and links to."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlops_commons.utilities.fingerprint import source_files
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

PROGRAM = "./mlops-multi-account.sh"
NO_PAGES = {"seed_bases", "seed_code", ".github"}
"""Repositories of projects, whose documentation speaks of another place, and forms to fill in."""
ABSENT = {name for name in APP_DIRECTORIES.values() if not (REPOSITORY_ROOT / name).is_dir()}
SOURCE_OF_HTML = re.compile(r"""<(?:img|a)\b[^>]*\b(?:src|href)="([^"]+)\"""")
SUBSTITUTION = re.compile(r"<\((.*?)\)|\$\((.*?)\)")


@dataclass(frozen=True)
class Shown:
    """A command or a link, and the line that it stands on or near."""

    file: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(REPOSITORY_ROOT)}:{self.line}: {self.text}"


def markdown_files(root: Path = REPOSITORY_ROOT) -> list[Path]:
    """Every page of documentation, the READMEs included."""
    return [
        file
        for file in source_files([root])
        if file.suffix == ".md" and not NO_PAGES & set(file.relative_to(root).parts)
    ]


def commands(file: Path, text: str = "") -> Iterator[Shown]:
    """Every call of the command line in code blocks and in code within text."""
    for token in _tokens(text or file.read_text(encoding="utf-8")):
        line = (token.map or [0])[0] + 1
        if token.type == "fence" or token.type == "code_block":
            for number, code in enumerate(_joined(token.content)):
                yield from _calls(file, line + number, code)
        for child in token.children or []:
            if child.type == "code_inline" and child.content.startswith(f"{PROGRAM} "):
                yield from _calls(file, line, child.content)


def arguments(command: str) -> list[str]:
    """The words after the program; what stands for a value of the reader's stays one word."""
    return shlex.split(command, comments=True)[1:]


def links(file: Path, text: str = "") -> Iterator[Shown]:
    """Every link and picture that leads into the repository."""
    for token in _tokens(text or file.read_text(encoding="utf-8")):
        line = (token.map or [0])[0] + 1
        for target in _targets(token):
            parts = urlsplit(target)
            if not parts.scheme and not parts.netloc:
                yield Shown(file, line, target)


def broken(link: Shown) -> str:
    """What is wrong with a link; empty when it leads somewhere."""
    parts = urlsplit(link.text)
    target = (link.file.parent / unquote(parts.path)).resolve() if parts.path else link.file
    if not target.is_relative_to(REPOSITORY_ROOT):
        return "leads out of the repository"
    if ABSENT & set(target.relative_to(REPOSITORY_ROOT).parts[:1]):
        return ""
    if not target.exists():
        return "there is no such file"
    if parts.fragment and parts.fragment not in anchors(target.read_text(encoding="utf-8")):
        return "there is no such heading"
    return ""


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    tokens = _tokens(text)
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            words = "".join(child.content for child in content.children or [])
            slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
            repeated = sum(1 for name in found if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", name))
            found.add(f"{slug}-{repeated}" if repeated else slug)
    return found


def _tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def _joined(code: str) -> list[str]:
    """The lines of a block; one that goes on in the next is one line."""
    return code.replace("\\\n", " ").splitlines()


def _calls(file: Path, line: int, code: str) -> Iterator[Shown]:
    inner = [found for pair in SUBSTITUTION.findall(code) for found in pair if found]
    for part in [*inner, *re.split(r"&&|\|\||;|\|", SUBSTITUTION.sub("", code))]:
        words = part.removeprefix("$ ").strip()
        if words.startswith(f"{PROGRAM} "):
            yield Shown(file, line, words)


def _targets(token: Token) -> Iterator[str]:
    for child in token.children or []:
        for name in ("href", "src"):
            if child.attrs.get(name):
                yield str(child.attrs[name])
        if child.type == "html_inline":
            yield from SOURCE_OF_HTML.findall(child.content)
    if token.type == "html_block":
        yield from SOURCE_OF_HTML.findall(token.content)
