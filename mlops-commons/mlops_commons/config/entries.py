"""Entries of block lists in a YAML text, as ranges of lines."""

from collections.abc import Iterable

import yaml


def without_entries(text: str, entries: Iterable[tuple[yaml.SequenceNode, yaml.Node]]) -> str:
    """The text without the lines of some entries, each given with its list.

    Entries of a list in one line stay; so does what an unusual layout hides from a look at
    indentation, which is why the caller compares the meaning afterwards.
    """
    lines = text.splitlines(keepends=True)
    removed: set[int] = set()
    for node, item in entries:
        if not node.flow_style:
            removed.update(_lines_of(node, item, lines))
    return "".join(line for number, line in enumerate(lines) if number not in removed)


def _lines_of(node: yaml.SequenceNode, item: yaml.Node, lines: list[str]) -> range:
    """An entry: comments directly above, its lines, and the deeper comments below it."""
    column = node.start_mark.column
    start = item.start_mark.line
    while start > node.start_mark.line and not lines[start].startswith("-", column):
        start -= 1
    end = start + 1
    while end < len(lines) and (_is_remark(lines[end]) or _indent(lines[end]) > column):
        end += 1
    while end > start + 1 and _is_remark(lines[end - 1]) and _indent(lines[end - 1]) <= column:
        end -= 1
    above = start
    while above > 0 and _is_comment(lines[above - 1]) and _indent(lines[above - 1]) <= column:
        above -= 1
    return range(above, end)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _is_remark(line: str) -> bool:
    return not line.strip() or _is_comment(line)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip()) if line.strip() else 0
