"""`project.yml`, checked before anything runs; each problem has its line."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from jsonschema import Draft202012Validator

from ml_pipelines.settings import SettingsError
from ml_pipelines.sources import REPOSITORY

SCHEMA = REPOSITORY / "project.schema.json"

Problem = tuple[tuple[str, ...], str]
"""Where in the file, and what is wrong there."""
Declared = TypeVar("Declared")


class BadDeclaration(SettingsError):
    """`project.yml` cannot be used; the message names every line."""


def read(
    file: Path,
    understood: Callable[[Any], Declared],
    problems: Callable[[Declared, Path], Iterable[Problem]],
) -> Declared:
    """What a file declares.

    Args:
        understood: takes content that has the form of the schema.
        problems: what is wrong with it; the second argument is the folder of the file.

    Raises:
        BadDeclaration: there is no such file, or something in it is wrong.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        tree, content = yaml.compose(text), yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadDeclaration(f"{file.name}: {error}") from None
    found = _formal(content)
    if not found:
        result = understood(content)
        found = [*problems(result, file.parent)]
        if not found:
            return result
    lines = sorted((_line(tree, path), words) for path, words in found)
    raise BadDeclaration("\n".join(f"{file.name}, line {line}: {words}" for line, words in lines))


def _formal(content: Any) -> list[Problem]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    errors = Draft202012Validator(schema).iter_errors(content)
    return [
        (tuple(map(str, error.absolute_path)), _words(tuple(error.absolute_path), error.message))
        for error in errors
    ]


def _words(path: tuple[object, ...], message: str) -> str:
    where = ".".join(map(str, path))
    return f"{where}: {message}" if where else message


def _line(node: Any, path: tuple[str, ...]) -> int:
    """The line of the deepest part of the path that the file has."""
    line = node.start_mark.line + 1 if node else 1
    for name in path:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if name not in pairs:
                return line
            key, node = pairs[name]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and name.isdigit():
            node = node.value[int(name)]
            line = node.start_mark.line + 1
    return line
