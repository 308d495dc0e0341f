"""What AWS's Service Authorization Reference says of an action, as parliament ships it."""

import json
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # parliament imports the deprecated pkg_resources
    import parliament


@dataclass(frozen=True)
class Action:
    """One action of one service.

    Attributes:
        access_level: List, Read, Write, Tagging or Permissions management.
        resources: the kinds of resources that a policy can name for it.
        condition_keys: with `${...}` where a part is free.
    """

    access_level: str
    resources: frozenset[str]
    condition_keys: frozenset[str]


@cache
def _definition() -> list[dict[str, Any]]:
    file = Path(parliament.__file__).with_name("iam_definition.json")
    loaded: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


@cache
def action(name: str) -> Action:
    """The entry of an action such as `s3:GetObject`; a `KeyError` if there is none."""
    prefix, _, privilege = name.partition(":")
    for service in _definition():
        for row in service["privileges"] if service["prefix"] == prefix else ():
            if row["privilege"] == privilege:
                kinds = row["resource_types"]
                return Action(
                    access_level=row["access_level"],
                    resources=frozenset(kind["resource_type"] for kind in kinds) - {""},
                    condition_keys=frozenset(k for kind in kinds for k in kind["condition_keys"]),
                )
    raise KeyError(name)
