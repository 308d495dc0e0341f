"""The four things that a control says of a property, evaluated here and written as Guard rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.assembly.intrinsics import Unknown

ABSENT: Final = "absent"


@dataclass(frozen=True, kw_only=True)
class Clause:
    """What is said of one property.

    Attributes:
        path: from the properties of the resource, with dots.
        default: what AWS takes where the property is absent; None where that is nothing.
    """

    path: str
    default: Any = None

    def holds(self, properties: Mapping[str, Any]) -> bool | None:
        """Whether it is so; None where only the deployment knows it."""
        found = at(properties, self.path)
        return self._holds(self.default if found is None else found)

    def found(self, properties: Mapping[str, Any]) -> str:
        """What the property is, for a message."""
        found = at(properties, self.path)
        if isinstance(found, Unknown):
            return "known in the deployment only"
        return ABSENT if found is None else repr(found)

    def wanted(self) -> str:
        """What the property must be, for a message."""
        raise NotImplementedError

    def guard(self, query: str) -> str:
        """The clause in the language of cfn-guard.

        Args:
            query: the way to where the path begins, such as `Properties.`; empty within a filter.
        """
        raise NotImplementedError

    def _holds(self, value: Any) -> bool | None:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class IsOneOf(Clause):
    """The property has one of some values."""

    values: Sequence[str | bool]

    def wanted(self) -> str:
        return " or ".join(_written(value) for value in self.values)

    def guard(self, query: str) -> str:
        # A template may say true as a text; Guard compares types.
        both = [v for value in self.values for v in (_guard(value), _quoted(value))]
        is_one = f"{query}{self.path} in [{', '.join(dict.fromkeys(both))}]"
        absent_is_right = self._holds(self.default)
        return f"{query}{self.path} !exists or {is_one}" if absent_is_right else is_one

    def _holds(self, value: Any) -> bool | None:
        if isinstance(value, Unknown):
            return None
        return _written(value) in map(_written, self.values)


@dataclass(frozen=True, kw_only=True)
class IsAtLeast(Clause):
    """The property is a number that is not smaller."""

    number: int

    def wanted(self) -> str:
        return f"{self.number} or more"

    def guard(self, query: str) -> str:
        return f"{query}{self.path} >= {self.number}"

    def _holds(self, value: Any) -> bool | None:
        if isinstance(value, Unknown):
            return None
        text = str(value)
        return text.isdecimal() and int(text) >= self.number


@dataclass(frozen=True, kw_only=True)
class IsSet(Clause):
    """The property has a value, whatever it is."""

    def wanted(self) -> str:
        return "set"

    def guard(self, query: str) -> str:
        return f"{query}{self.path} exists\n{query}{self.path} !empty"

    def _holds(self, value: Any) -> bool | None:
        return value not in (None, "", [], {})


@dataclass(frozen=True, kw_only=True)
class IsAbsent(Clause):
    """The property is not there."""

    def wanted(self) -> str:
        return ABSENT

    def guard(self, query: str) -> str:
        return f"{query}{self.path} !exists"

    def _holds(self, value: Any) -> bool | None:
        return value is None


def at(properties: Mapping[str, Any], path: str) -> Any:
    """The value at a path; None where it is absent, what is unknown where the way ends in that."""
    value: Any = properties
    for name in path.split("."):
        if isinstance(value, Unknown):
            return value
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def objects(properties: Mapping[str, Any], each: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects that a control looks at, with the way to each.

    Args:
        each: the property with a list of them; empty for the properties themselves.
    """
    if not each:
        yield "", properties
        return
    found = at(properties, each)
    for number, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, Mapping):
            yield f"{each}.{number}.", item


def _written(value: Any) -> str:
    """A value as text: templates say `true` as a boolean and as a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(value: str | bool) -> str:
    return f"'{_written(value)}'"


def _guard(value: str | bool) -> str:
    """A value as Guard writes it."""
    return _written(value) if isinstance(value, bool) else _quoted(value)
