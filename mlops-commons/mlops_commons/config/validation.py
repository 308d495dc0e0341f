"""A document against its model: every problem in words, and a model even so."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Generic, TypeVar

import pydantic
from pydantic_core import ErrorDetails

from mlops_commons.config.document import Document, KeyPath, text_of
from mlops_commons.config.repair import is_kept, repaired
from mlops_commons.config.values import AS_WRITTEN, nearest
from mlops_commons.utilities.errors import ConfigError, Problem
from mlops_commons.utilities.words import odd_letter

File = TypeVar("File", bound=pydantic.BaseModel)
HINT: Final = "fix the lines above, then check again with: ./mlops-multi-account.sh config validate"
MOST_PROBLEMS: Final = 200
"""Of a file that has more, nothing else is checked."""
MOST_SHOWN: Final = 80
"""Characters of a bad value in a message."""
OTHERWISE: Final = "{bad} is not allowed here"
WORDS: Final = {
    "bool_parsing": "{bad} is neither true nor false",
    "int_parsing": "{bad} is not a whole number",
    "int_parsing_size": "{bad} is too large",
    "int_from_float": "{bad} is not a whole number",
    "greater_than_equal": "{bad} is too small: {ge} at least",
    "less_than_equal": "{bad} is too large: {le} at most",
    "enum": "{bad} is not allowed: {expected}",
    "too_short": "at least {min_length} item is needed",
    "too_long": "at most {max_length} items are allowed, and there are {actual_length}",
    "string_type": "one value is needed here, not a list or a mapping",
    "bool_type": "true or false is needed here, not a list or a mapping",
    "int_type": "a number is needed here, not a list or a mapping",
    "tuple_type": "a list is needed here, with '- ' before each entry{instead}",
    "model_type": "a mapping is needed here, lines of 'key: value'{instead}",
    "dict_type": "a mapping is needed here, lines of 'key: value'{instead}",
}
"""What to say for each kind of error of pydantic; its own words speak of Python."""


@dataclass(frozen=True)
class Validated(Generic[File]):
    """A file as a model.

    Attributes:
        file: the model; where the document has problems, with stand-ins for the broken values.
        document: the document without what was taken out as broken.
        problems: everything that the model does not allow.
        broken: text paths of the blocks in which a value is absent, or taken out as broken;
            what other checks find in them may be a consequence.
    """

    file: File
    document: Document
    problems: list[Problem]
    broken: tuple[str, ...]

    def explains(self, problem: Problem) -> bool:
        """Whether a further finding is likely a consequence of those reported already."""
        if problem.file != self.document.file:
            return False
        reported = {known.path for known in self.problems}
        inside = tuple(f"{path}{separator}" for path in self.broken for separator in ".[")
        return problem.path in {*reported, *self.broken} or problem.path.startswith(inside)


def validated(model: type[File], document: Document) -> Validated[File]:
    """Validate; broken values are replaced one by one until the rest can be checked further.

    Raises:
        ConfigError: there are so many problems that the rest says nothing.
    """
    content = document.content if document.content is not None else {}
    problems: list[Problem] = []
    broken: list[str] = []
    lines = dict(document.lines)
    context = None
    while True:
        try:
            file = model.model_validate(content, context=context)
            return Validated(file, replace(document, lines=lines), problems, tuple(broken))
        except pydantic.ValidationError as error:
            details = list(_causes(error.errors()))
        if context is None:
            shown = details[:MOST_PROBLEMS]
            problems = [_problem(model, document, detail) for detail in shown]
            if len(details) > MOST_PROBLEMS:
                more = f"{len(details) - MOST_PROBLEMS} more problems are not shown"
                problems.append(document.problem((), more))
                raise ConfigError([*document.problems, *problems], hint=HINT)
        for detail in details:
            path = detail["loc"]
            if detail["type"] != "extra_forbidden" and not is_kept(detail):
                broken.append(text_of(path[:-1]))
                lines.pop(path, None)
            content = repaired(content, detail)
        # What the next rounds find follows from what was taken out; texts stay as written.
        context = AS_WRITTEN


def _causes(details: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Without lists that are too short only because an entry of theirs is broken."""
    above = {detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))}
    for detail in details:
        if detail["type"] != "too_short" or detail["loc"] not in above:
            yield detail


def _problem(model: type[pydantic.BaseModel], document: Document, detail: ErrorDetails) -> Problem:
    path, kind, bad = detail["loc"], detail["type"], detail["input"]
    if kind == "extra_forbidden":
        known = _fields_at(model, path[:-1])
        hint = nearest(str(path[-1]), known) or f"allowed: {', '.join(known)}"
        return document.problem(
            path, f"unknown key '{path[-1]}'{odd_letter(str(path[-1]))}; {hint}"
        )
    if kind == "missing":
        return document.problem(path, f"the key '{path[-1]}' is missing")
    if kind == "value_error":
        words = detail["msg"].removeprefix("Value error, ")
        return document.problem(path, with_odd_letter(words, bad))
    shown = f"'{_short(str(bad))}'"
    instead = f"; {shown} is one value" if isinstance(bad, str) else ""
    context = detail.get("ctx", {})
    words = WORDS.get(kind, OTHERWISE).format(bad=shown, instead=instead, **context)
    return document.problem(path, with_odd_letter(words, bad))


def with_odd_letter(message: str, bad: object) -> str:
    """A message that also names a letter of the bad value that looks like another one."""
    shown = f"'{bad.strip()}'" if isinstance(bad, str) else ""
    if not shown or shown not in message:
        return message
    return message.replace(shown, f"{shown}{odd_letter(shown)}", 1)


def _short(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


@cache
def _schema(model: type[pydantic.BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _fields_at(model: type[pydantic.BaseModel], path: KeyPath) -> list[str]:
    """The keys allowed at a path, by walking the model's JSON Schema."""
    schema = _schema(model)
    node: dict[str, Any] = schema
    for part in path:
        node = _resolved(node, schema)
        node = node["items"] if isinstance(part, int) else node["properties"][part]
    return list(_resolved(node, schema)["properties"])


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    options = [option for option in node.get("anyOf", []) if option.get("type") != "null"]
    node = options[0] if options else node
    if "$ref" in node:
        found: dict[str, Any] = schema["$defs"][node["$ref"].rpartition("/")[2]]
        return found
    return node
