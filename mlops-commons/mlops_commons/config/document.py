"""A YAML file as nested text with the line of every value."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from mlops_commons.utilities.errors import ConfigError, Problem

KeyPath = tuple[str | int, ...]
NULL_TAG: Final = "tag:yaml.org,2002:null"
MERGE_TAG: Final = "tag:yaml.org,2002:merge"


@dataclass(frozen=True)
class Document:
    """The content of a file.

    Attributes:
        content: mappings, lists and texts; a scalar is always the text that was written, so
            `012345670123` keeps its zero. What is null is absent.
        lines: the line of each key path, counted from 1.
        problems: duplicate keys.
    """

    file: Path
    content: Any
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: KeyPath) -> int:
        """The line of the nearest part of `path` that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: KeyPath, message: str) -> Problem:
        """A finding at a path, with its line."""
        return Problem(file=self.file, line=self.line(path), path=text_of(path), message=message)


def text_of(path: KeyPath) -> str:
    """`deployments[0].stages[1].account`, without the root key."""
    text = ""
    for part in path[1:] or path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_document(file: Path, text: str) -> Document:
    """Parse a file.

    Raises:
        ConfigError: the text is not YAML.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        message = f"not readable as YAML: {error.problem or error.context}"
        problem = Problem(file=file, line=line, path="", message=message)
        raise ConfigError([problem], hint="mend the line, then run the command again") from None
    document = Document(file, None)
    content = _construct(node, (), document) if node else None
    return Document(file, content, document.lines, document.problems)


def _construct(node: yaml.Node, path: KeyPath, document: Document) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*path, index), document) for index, item in enumerate(node.value)]
    # An empty value, quoted or not, means the same as no key.
    return None if node.tag == NULL_TAG or not node.value.strip() else node.value


def _mapping(node: yaml.MappingNode, path: KeyPath, document: Document) -> dict[str, Any]:
    content: dict[str, Any] = {}
    own: set[str] = set()
    for key_node, value_node in _merged(node):
        key, inherited = str(key_node.value), (key_node, value_node) not in node.value
        here = (*path, key)
        if key in own:
            document.problems.append(
                Problem(
                    file=document.file,
                    line=key_node.start_mark.line + 1,
                    path=text_of(here),
                    message=f"the key '{key}' stands here twice; keep one of them",
                )
            )
            continue
        if not inherited:
            own.add(key)
        document.lines[here] = key_node.start_mark.line + 1
        value = _construct(value_node, here, document)
        if value is None:
            content.pop(key, None)
        else:
            content[key] = value
    return content


def _merged(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    """The pairs of a mapping, those that `<<` brings in first, so that its own win."""
    inherited: list[tuple[yaml.Node, yaml.Node]] = []
    own: list[tuple[yaml.Node, yaml.Node]] = []
    for key_node, value_node in node.value:
        if key_node.tag != MERGE_TAG:
            own.append((key_node, value_node))
            continue
        sources = value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
        for source in reversed(sources):
            if isinstance(source, yaml.MappingNode):
                inherited += _merged(source)
    return inherited + own
