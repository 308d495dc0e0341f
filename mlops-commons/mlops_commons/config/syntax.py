"""YAML text to nodes: parsing, merge keys and what to say when it fails."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import yaml

from mlops_commons.config.bounds import OutOfBoundsError, check_bounds

MERGE_TAG: Final = "tag:yaml.org,2002:merge"
FAST_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: fifteen times as fast."""


@lru_cache(maxsize=4)
def composed(text: str) -> yaml.Node | None:
    """The root node of a text, None where it is empty; callers do not change it.

    Raises:
        yaml.YAMLError: the text is not one YAML document, or beyond the bounds of one.
    """
    try:
        return _composed(text, FAST_LOADER)
    except OutOfBoundsError:
        raise
    except yaml.YAMLError:
        # The parser written in Python names the bad character.
        return _composed(text, yaml.SafeLoader)


def _composed(text: str, loader: type) -> yaml.Node | None:
    check_bounds(text, loader)
    return yaml.compose(text, Loader=loader)


def syntax_problem(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Line and message of what is not YAML."""
    line, reason = 1, str(error)
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        reason = str(error.problem or error.context or reason)
    elif isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        reason = f"{error.reason} ({error.character!r})"
    advice = "; indent with spaces" if r"'\t'" in reason else ""
    return line, f"not readable as YAML: {reason}{advice}"


def merged_pairs(
    node: yaml.MappingNode, above: tuple[yaml.Node, ...] = ()
) -> Iterator[tuple[yaml.Node, yaml.Node, bool]]:
    """Key, value and whether `<<` brought them in; those come first, so that its own win.

    A `<<` that is not a mapping is passed on like a key, so that it can be reported.
    """
    for key_node, value_node in node.value:
        if key_node.tag == MERGE_TAG:
            sources = [value_node]
            if isinstance(value_node, yaml.SequenceNode):
                sources = value_node.value[::-1]
            for source in sources:
                yield from _inherited(key_node, source, (*above, node))
    for key_node, value_node in node.value:
        if key_node.tag != MERGE_TAG:
            yield key_node, value_node, False


def _inherited(
    key_node: yaml.Node, source: yaml.Node, above: tuple[yaml.Node, ...]
) -> Iterator[tuple[yaml.Node, yaml.Node, bool]]:
    if not isinstance(source, yaml.MappingNode):
        yield key_node, source, False
    elif source not in above:
        for key, value, _ in merged_pairs(source, above):
            yield key, value, True
