"""Values of templates: all below one, and copies with another value in one place."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Path = tuple[str | int, ...]
REMOVED: Final = object()
TEXTS: Final = (
    "Tags",
    "Metadata",
    "DisplayName",
    "SupportEmail",
    "SupportUrl",
    "Owner",
    "ProviderName",
)
DESCRIBES: Final = "Description"


def with_value(value: Any, path: Path, new: Any) -> Any:
    """A copy along a path with another value at its end."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        if not rest and new is REMOVED:
            return {key: inner for key, inner in value.items() if key != head}
        return {
            k: with_value(inner, rest, new) if k == head else inner for k, inner in value.items()
        }
    assert isinstance(head, int)
    if not rest and new is REMOVED:
        return [*value[:head], *value[head + 1 :]]
    return [*value[:head], with_value(value[head], rest, new), *value[head + 1 :]]


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below a value with its path; texts for people are passed over."""
    yield path, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not for_people(key):
                yield from walk(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from walk(inner, (*path, number))


def for_people(name: str) -> bool:
    """Whether a property is a text for people, and changes nothing that AWS does."""
    return name in TEXTS or name.endswith(DESCRIBES)
