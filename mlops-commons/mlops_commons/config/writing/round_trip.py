"""YAML as a person wrote it, to be edited: comments, order, quotes and anchors stay.

The loader reads with PyYAML; ruamel.yaml, which takes half a second to import, only edits.
"""

import contextlib
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.anchor import Anchor
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

Edit = Callable[[Any], None]
Value = str | bool | Sequence[str]
WIDE: Final = 4096
"""Columns of a line: a value is never wrapped."""
TEXT_TAG: Final = "tag:yaml.org,2002:str"
MERGE_TAG: Final = "tag:yaml.org,2002:merge"
_TYPES: Final[Any] = yaml.resolver.Resolver()


class _Texts(VersionedResolver):
    """Every scalar is the text that was written, as for the loader; merge keys are merge keys."""

    @property
    def versioned_resolver(self) -> dict[Any, list[tuple[str, Any]]]:
        """The implicit types by first character."""
        every = super().versioned_resolver.items()
        return {first: [row for row in rows if row[0] == MERGE_TAG] for first, rows in every}


def load(text: str) -> Any:
    """The mapping of a file; an empty one for an empty text."""
    content = _yaml().load(text)
    return content if isinstance(content, CommentedMap) else CommentedMap()


def dump(content: Any) -> str:
    """The text of a file."""
    stream = io.StringIO()
    _yaml().dump(content, stream)
    return stream.getvalue()


def put(block: Any, key: str, value: Value | None) -> None:
    """Give a key a value, or take it out where there is none; the same value stays as written.

    A further key goes behind the first one: comments behind the last one belong to what follows.
    """
    if value is None or value == "" or value == ():
        remove(block, key)
    elif key not in block:
        block.insert(1, key, _node(value))
    elif block[key] != _plain(value):
        block[key] = _node(value)


def remove(block: Any, key: str) -> None:
    """Take a key out; one that is absent, or that a merge key brings in, stays as it is."""
    with contextlib.suppress(KeyError):
        del block[key]


def put_block(block: Any, key: str, values: Mapping[str, Value | None]) -> None:
    """Give the block below a key some values; an empty block goes."""
    before = block.get(key)

    def put_values(below: Any) -> None:
        for name, value in values.items():
            put(below, name, value)

    after = _edited(before if isinstance(before, CommentedMap) else CommentedMap(), put_values)
    if not after:
        remove(block, key)
    elif key not in block:
        block.insert(1, key, after)
    elif after is not before:
        block[key] = after


def put_entries(block: Any, key: str, name_key: str, edits: Mapping[str, Edit]) -> None:
    """Make a list hold the entries with these names in this order, each edited; others go."""
    before = block.get(key)
    rows = before if isinstance(before, CommentedSeq) else CommentedSeq()
    known = {str(row.get(name_key, "")).strip().lower(): row for row in rows if hasattr(row, "get")}
    entries = [
        _edited(known.get(name.lower(), CommentedMap()), edit) for name, edit in edits.items()
    ]
    if [id(row) for row in rows] != [id(row) for row in entries]:
        rows[:] = entries
    if rows is not before:
        block[key] = rows


def block_of(block: Any, key: str) -> Any:
    """The block below a key, made where there is none."""
    if not isinstance(block.get(key), CommentedMap):
        block[key] = CommentedMap()
    return block[key]


def _edited(block: Any, edit: Edit) -> Any:
    """The block, edited; one with an anchor has other places too, which keep it as it was."""
    if not block.yaml_anchor():
        edit(block)
        return block
    changed = block.copy()
    delattr(changed, Anchor.attrib)
    edit(changed)
    return block if changed == block else changed


def _plain(value: Value) -> str | list[str]:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else list(value)


def _node(value: Value) -> Any:
    plain = _plain(value)
    if isinstance(plain, list):
        return CommentedSeq([_node(entry) for entry in plain])
    # An account id is text: without quotes, other programs read a number.
    other = plain.isdigit() or _TYPES.resolve(yaml.ScalarNode, plain, (True, False)) != TEXT_TAG
    return DoubleQuotedScalarString(plain) if other and not isinstance(value, bool) else plain


def _yaml() -> YAML:
    settings = YAML()
    settings.Resolver = _Texts
    settings.preserve_quotes = True
    settings.width = WIDE
    # Lists indented below their key, as people write them.
    settings.indent(mapping=2, sequence=4, offset=2)
    return settings
