"""What one set of policies allows and another does not, for a person who has to allow it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from mlops_commons.execution_policies.policy_documents import Document
from mlops_commons.iam.evaluation import listed

GROWING: Final = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike"})
"""Condition operators that allow more with each further value (IAM User Guide, "Condition
operators"); any other has to be the same."""


@dataclass(frozen=True, kw_only=True, order=True)
class Permission:
    """One action on one pattern of resources."""

    action: str
    resource: str
    condition: str = "{}"

    def __str__(self) -> str:
        where = self.resource.split(":", 5)[-1]
        under = "" if self.condition == "{}" else f" if {self.condition}"
        return f"{self.action} on {where}{under}"


def not_allowed(wanted: Iterable[Document], allowed: Iterable[Document]) -> tuple[Permission, ...]:
    """What the wanted policies allow and the others do not, sorted.

    A pattern is taken as a name: one that others match is allowed by them. Where that is not
    certain, the permission counts as new, which costs a bootstrap and never a failed deployment.
    """
    had = tuple(_permissions(allowed))
    exact = frozenset(had)
    found = {
        permission
        for permission in _permissions(wanted)
        if permission not in exact and not any(_covers(other, permission) for other in had)
    }
    return tuple(sorted(found))


def _permissions(documents: Iterable[Document]) -> Iterator[Permission]:
    for document in documents:
        statements = document["Statement"]
        for statement in [statements] if isinstance(statements, Mapping) else statements:
            if statement["Effect"] != "Allow":
                continue
            condition = json.dumps(_sorted(statement.get("Condition", {})), sort_keys=True)
            for action in listed(statement.get("Action", ())):
                for resource in listed(statement.get("Resource", ())):
                    yield Permission(action=action, resource=resource, condition=condition)


def _sorted(condition: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    return {
        operator: {key: sorted(map(str, listed(values))) for key, values in keys.items()}
        for operator, keys in condition.items()
    }


def _covers(other: Permission, wanted: Permission) -> bool:
    return (
        fnmatchcase(wanted.action.lower(), other.action.lower())
        and fnmatchcase(wanted.resource, other.resource)
        and _weaker(json.loads(other.condition), json.loads(wanted.condition))
    )


def _weaker(other: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether whatever holds the wanted condition holds the other one."""
    return all(
        key in wanted.get(operator, {})
        and (
            set(wanted[operator][key]) <= set(values)
            if operator in GROWING
            else wanted[operator][key] == values
        )
        for operator, keys in other.items()
        for key, values in keys.items()
    )
