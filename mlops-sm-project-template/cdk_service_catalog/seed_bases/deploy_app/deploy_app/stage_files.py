"""The YAML files that configure the stages: defaults, and what a stage has otherwise."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from deploy_app.errors import DeployError

FOLDER = Path(__file__).resolve().parents[1] / "config"
Config = TypeVar("Config", bound=BaseModel)


def load(model: type[Config], stage: str, folder: Path = FOLDER) -> Config:
    """`defaults.yml` with `<stage>.yml` over it, key by key at every depth.

    Raises:
        DeployError: a file cannot be read, or has keys or values that are not allowed.
    """
    content = _merged(_read(folder / "defaults.yml"), _read(folder / f"{stage}.yml"))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, row['loc']))}: {row['msg']} (is: {row['input']!r})"
            for row in error.errors()
        ]
        raise DeployError(
            f"{folder / f'{stage}.yml'} over defaults.yml is not valid:\n  " + "\n  ".join(problems)
        ) from None


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise DeployError(f"cannot read {file}: {error}") from None
    if not isinstance(content, dict):
        raise DeployError(f"{file} is no mapping")
    return content


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        own = merged.get(key)
        both = isinstance(own, dict) and isinstance(value, dict)
        merged[key] = _merged(own, value) if both else value
    return merged
