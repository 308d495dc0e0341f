"""A YAML file as nested text with the line of every value."""

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from mlops_commons.config.syntax import MERGE_TAG, composed, merged_pairs, syntax_problem
from mlops_commons.utilities.errors import Problem

KeyPath = tuple[str | int, ...]
STRANGE: Final = frozenset({"Cc", "Cf", "Cs"})
"""Categories of Unicode: control, format, surrogate."""
NULL_TAG: Final = "tag:yaml.org,2002:null"


@dataclass(frozen=True)
class Document:
    """The content of a file.

    Attributes:
        content: mappings, lists and texts; a scalar is always the text that was written, so
            `012345670123` keeps its zero. What is null is absent.
        lines: the line of each key path, counted from 1.
        problems: what is wrong with the YAML itself.
        readable: whether the text is YAML at all.
    """

    file: Path
    content: Any
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    readable: bool = True

    def line(self, path: KeyPath) -> int:
        """The line of the nearest part of `path` that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: KeyPath, message: str) -> Problem:
        """A finding at a path, with its line."""
        return Problem(file=self.file, line=self.line(path), path=text_of(path), message=message)


def strange_character(text: str) -> str:
    """The first character that no terminal and no service should get, as an escape; or nothing.

    Those are control characters, halves of surrogate pairs, and what reverses the order of text.
    """
    found = (c for c in text if c not in "\t\n" and unicodedata.category(c) in STRANGE)
    return ascii(next(found, ""))[1:-1]


def text_of(path: KeyPath) -> str:
    """`deployments[0].stages[1].account`, without the root key."""
    text = ""
    for part in path[1:] or path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_document(file: Path, text: str) -> Document:
    """Parse a file; a text that is not YAML gives a document with that problem and no content."""
    try:
        node = composed(text)
    except yaml.YAMLError as error:
        line, message = syntax_problem(error, text)
        problem = Problem(file=file, line=line, path="", message=message)
        return Document(file, None, problems=[problem], readable=False)
    reader = _Reader(file)
    content = reader.read(node, (), ()) if node else None
    return Document(file, content, reader.lines, reader.problems)


class _Reader:
    """From nodes to content; notes lines and problems on the way."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []

    def read(self, node: yaml.Node, path: KeyPath, above: tuple[yaml.Node, ...]) -> Any:
        """The content of a node; `above` are the nodes that it is in."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        if node in above:
            self._note(self.lines[path], path, "this alias is inside of what it stands for")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, (*above, node))
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, path, (*above, node))
        if strange := strange_character(node.value):
            self._note(self.lines[path], path, f"the character {strange} has no place in a value")
            return None
        # An empty value, quoted or not, means the same as no key.
        return None if node.tag == NULL_TAG or not node.value.strip() else node.value

    def _sequence(
        self, node: yaml.SequenceNode, path: KeyPath, above: tuple[yaml.Node, ...]
    ) -> list[Any]:
        content: list[Any] = []
        for item in node.value:
            here = (*path, len(content))
            self.lines.pop(here, None)
            value = self.read(item, here, above)
            if value is not None:
                content.append(value)
        return content

    def _mapping(
        self, node: yaml.MappingNode, path: KeyPath, above: tuple[yaml.Node, ...]
    ) -> dict[str, Any]:
        content: dict[str, Any] = {}
        own: set[str] = set()
        for key_node, value_node, inherited in merged_pairs(node):
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._note(line, path, "a key is one word, not a list or a mapping")
                continue
            if key_node.tag == MERGE_TAG:
                self._note(line, (*path, "<<"), "'<<' needs a mapping, such as an alias of one")
                continue
            key = str(key_node.value)
            if strange := strange_character(key):
                self._note(line, path, f"the character {strange} has no place in a key")
                continue
            here = (*path, key)
            if key in own:
                self._note(line, here, f"the key '{key}' stands here twice; keep one of them")
                continue
            if not inherited:
                own.add(key)
            self.lines[here] = line
            value = self.read(value_node, here, above)
            content.pop(key, None)
            if value is not None:
                content[key] = value
        return content

    def _note(self, line: int, path: KeyPath, message: str) -> None:
        self.problems.append(
            Problem(file=self.file, line=line, path=text_of(path), message=message)
        )
