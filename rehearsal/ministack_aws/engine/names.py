"""A name of MiniStack: where it is, which shape it is expected to have, and how to replace it."""

import importlib
import inspect
from collections.abc import Callable
from typing import Any, Final, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

USED: "Final[list[Function[..., Any] | Value[Any]]]" = []
"""Every name that is used, in the order of the modules here."""


class _Name:
    """A name of a module of MiniStack, looked up when it is used: it may have been replaced."""

    def __init__(self, module: str, name: str, shape: str) -> None:
        self.module, self.name, self.shape = module, name, shape

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"

    def found(self) -> Any:
        return getattr(importlib.import_module(self.module), self.name)

    def replace(self, new: Any) -> None:
        setattr(importlib.import_module(self.module), self.name, new)

    def difference(self) -> str:
        """How the installed MiniStack differs from what is expected; empty where it does not."""
        try:
            found = self.found()
        except (ImportError, AttributeError):
            return f"{self} is not there; expected {self.shape}"
        actual = self._shape_of(found)
        return "" if actual == self.shape else f"{self} is {actual}; expected {self.shape}"

    def _shape_of(self, found: Any) -> str:
        raise NotImplementedError


class Function(_Name, Generic[P, R]):
    """A function or class; its shape is the list of its parameters: `(name, optional=, *, key=)`.

    Called with positional arguments: the types here know no names of parameters.
    """

    def __init__(self, module: str, name: str, shape: str) -> None:
        super().__init__(module, name, shape)
        USED.append(self)

    def __call__(self, *arguments: P.args, **options: P.kwargs) -> R:
        result: R = self.found()(*arguments, **options)
        return result

    def wrap(self, around: Callable[[Callable[P, R]], Callable[P, R]]) -> None:
        """Let MiniStack call what `around` makes of the function that is there."""
        self.replace(around(self.found()))

    def _shape_of(self, found: Any) -> str:
        words: list[str] = []
        keywords = False
        for parameter in inspect.signature(found).parameters.values():
            if parameter.kind is parameter.KEYWORD_ONLY and not keywords:
                words.append("*")
                keywords = True
            words.append(parameter.name + ("" if parameter.default is parameter.empty else "="))
        return f"({', '.join(words)})"


class Value(_Name, Generic[T]):
    """A table, a setting or another object; its shape is the name of its class."""

    def __init__(self, module: str, name: str, shape: str) -> None:
        super().__init__(module, name, shape)
        USED.append(self)

    def __call__(self) -> T:
        value: T = self.found()
        return value

    def _shape_of(self, found: Any) -> str:
        return type(found).__name__


def differences() -> list[str]:
    """Where the installed MiniStack differs from what this package was written for."""
    return [found for name in USED if (found := name.difference())]
