"""What is refused before YAML becomes nodes: depth, size once aliases are followed, and tags.

A parser that builds nodes recurses, and an alias of an alias of ten aliases grows without an end;
the events of a text do neither.
"""

from typing import Any, Final

import yaml

MOST_DEEP: Final = 50
MOST_VALUES: Final = 50_000
"""Values of a file with all its aliases followed; a hundred sets have less than ten thousand."""
PLAIN_TAGS: Final = frozenset(
    {"!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq"))}
)
"""Tags that say what the text says without them."""


class OutOfBoundsError(yaml.MarkedYAMLError):
    """YAML that is no configuration."""


def check_bounds(text: str, loader: type) -> None:
    """Refuse a text that is no configuration, whatever it says.

    Args:
        loader: a loader class of PyYAML.

    Raises:
        OutOfBoundsError: it is too deep, too large, or has tags.
        yaml.YAMLError: it is not YAML.
    """
    counted = _Values()
    for event in yaml.parse(text, Loader=loader):
        _check_tag(event)
        counted.add(event)
        if counted.depth > MOST_DEEP:
            raise _refused(event, f"more than {MOST_DEEP} levels, one in the other")
        if counted.latest > MOST_VALUES:
            raise _refused(event, f"more than {MOST_VALUES} values, those of aliases included")


class _Values:
    """How many values there are, each alias counted as what it stands for."""

    def __init__(self) -> None:
        self._of_anchors: dict[str, int] = {}
        # The innermost collection last: the name of its anchor, and its values so far.
        self._open: list[tuple[str, int]] = [("", 0)]

    @property
    def depth(self) -> int:
        """How many collections are open."""
        return len(self._open)

    @property
    def latest(self) -> int:
        """The values so far of the innermost collection that is open."""
        return self._open[-1][1]

    def add(self, event: yaml.Event) -> None:
        """Count one event."""
        anchor = getattr(event, "anchor", None) or ""
        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append((anchor, 1))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._count(*self._open.pop())
        elif isinstance(event, yaml.ScalarEvent):
            self._count(anchor, 1)
        elif isinstance(event, yaml.AliasEvent):
            self._count("", self._of_anchors.get(anchor, 1))

    def _count(self, anchor: str, size: int) -> None:
        if anchor:
            self._of_anchors[anchor] = size
        name, before = self._open[-1]
        self._open[-1] = (name, before + size)


def _check_tag(event: yaml.Event) -> None:
    tag = getattr(event, "tag", None)
    if tag and tag not in PLAIN_TAGS:
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        raise _refused(event, f"the tag '{shown}' means nothing here; write the value without it")


def _refused(event: Any, problem: str) -> OutOfBoundsError:
    return OutOfBoundsError(problem=problem, problem_mark=event.start_mark)
