"""What the platform uses of AWS: read from everything that it synthesises."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_reachability.synthesis import Synthesised

CUSTOM: Final = "Custom::*"
NOT_MADE: Final = ("AWS::CDK::Metadata",)
"""Types that describe a template and make nothing."""


@dataclass(frozen=True, kw_only=True)
class Used:
    """Resources and the actions that policies allow.

    Attributes:
        resources: the properties of each, by type; custom resources are one type.
    """

    resources: Mapping[str, Sequence[Mapping[str, Any]]]
    actions: frozenset[str]


def used(made: Synthesised) -> Used:
    """What the templates of both apps, of all products and of what projects deploy hold."""
    templates = [
        *(json.loads(file.read_text("utf-8")) for file in _templates(made)),
        *(template for app in made.deploy_apps.values() for template in app.templates.values()),
    ]
    resources: dict[str, list[Mapping[str, Any]]] = {}
    for row in (row for template in templates for row in template["Resources"].values()):
        if row["Type"] not in NOT_MADE:
            name = CUSTOM if row["Type"].startswith("Custom::") else row["Type"]
            resources.setdefault(name, []).append(row.get("Properties", {}))
    actions = frozenset(action for template in templates for action in allowed(template))
    return Used(resources=resources, actions=actions)


def _templates(made: Synthesised) -> Iterator[Path]:
    for assembly in made.assemblies.values():
        yield from sorted(assembly.rglob("*.template.json"))


def allowed(value: Any) -> Iterator[str]:
    """The actions of every statement that allows something, wherever it stands."""
    if isinstance(value, dict):
        if value.get("Effect") == "Allow":
            actions = value.get("Action", ())
            named = [actions] if isinstance(actions, str) else actions
            yield from (action for action in named if isinstance(action, str))
        for inner in value.values():
            yield from allowed(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from allowed(inner)
