"""The YAML files that configure the stages: defaults, and what a stage has otherwise."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from deploy_app.errors import DeployError

FOLDER = Path(__file__).resolve().parents[1] / "config"
DEFAULTS = "defaults.yml"
Config = TypeVar("Config", bound=BaseModel)


@dataclass(frozen=True)
class Place:
    """Where a key is written; `above` is true in the file of the stage."""

    file: Path
    line: int
    above: bool

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


Places = Mapping[str, Place]
"""By the key with its parents, such as `variant.instance_type`."""
Problem = tuple[str, str]
"""A key with its parents, and what is wrong with it."""
Check = Callable[[Any, Places], Iterable[Problem]]


def load(
    model: type[Config],
    stage: str,
    folder: Path | None = None,
    check: Check | None = None,
    *,
    role: str = "",
) -> Config:
    """`defaults.yml` with `<role>.yml` over it, key by key at every depth.

    A stage of another name than its role may have a file of its own over both.

    Args:
        folder: of the files; by default that of the repository.
        check: yields what is wrong with values that are each allowed, by where they are written.
        role: what the stage is for; by default what its name says.

    Raises:
        DeployError: a file cannot be read, or has keys or values that are not allowed.
    """
    content: dict[str, Any] = {}
    places: dict[str, Place] = {}
    folder = folder or FOLDER
    for name in _files(stage, role or stage, folder):
        found, lines = _read(folder / name)
        content = _merged(content, found)
        above = name != DEFAULTS
        places |= {key: Place(folder / name, line, above) for key, line in lines.items()}
    try:
        config = model.model_validate(content)
    except ValidationError as error:
        problems = [_problem(row, places) for row in error.errors()]
    else:
        problems = list(check(config, places)) if check else []
        if not problems:
            return config
    lines_of_text = [_line(key, text, places) for key, text in problems]
    raise DeployError(
        f"the configuration of {stage} is not valid:\n  " + "\n  ".join(lines_of_text)
    )


def _files(stage: str, role: str, folder: Path) -> list[str]:
    own = f"{stage}.yml"
    has_own = stage != role and (folder / own).exists()
    return [DEFAULTS, f"{role}.yml", *([own] if has_own else [])]


def _problem(row: Any, places: Places) -> Problem:
    """The key is what is not valid; where that is a whole part, the key that the message names."""
    key = ".".join(map(str, row["loc"]))
    text = str(row["msg"]).removeprefix("Value error, ")
    named = text.split()[0].rstrip(":,")
    if named in places and named.startswith(key):
        return named, text.removeprefix(f"{named}: ")
    return key, f"{text} (is: {row['input']!r})"


def _line(key: str, text: str, places: Places) -> str:
    """Where a key is, or what it would be a part of, that is written."""
    parts = key.split(".")
    found = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    where = next((f"{places[name]}: " for name in found if name in places), "")
    return f"{where}{key}: {text}" if key and not text.startswith(key) else f"{where}{text}"


def _read(file: Path) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        text = file.read_text(encoding="utf-8")
        content = yaml.safe_load(text) or {}
        lines = dict(_lines(yaml.compose(text, Loader=yaml.SafeLoader)))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DeployError(f"cannot read {file}: {error}") from None
    if not isinstance(content, dict):
        raise DeployError(f"{file} is no mapping")
    return content, lines


def _lines(node: Any, above: str = "") -> Iterable[tuple[str, int]]:
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        name = f"{above}{key.value}"
        yield name, key.start_mark.line + 1
        yield from _lines(value, f"{name}.")


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        own = merged.get(key)
        both = isinstance(own, dict) and isinstance(value, dict)
        merged[key] = _merged(own, value) if both else value
    return merged
