"""What AWS's Service Authorization Reference says of an action, as parliament ships it."""

import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
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
        resources: the kinds of resources that a policy can name for it, with the pattern of their
            ARNs.
        condition_keys: with `${...}` where a part is free.
    """

    access_level: str
    resources: Mapping[str, str]
    condition_keys: frozenset[str]


class Reference:
    """One copy of the reference, in the form in which parliament keeps its own.

    Attributes:
        name: of the tool whose copy it is.
    """

    def __init__(self, name: str, services: Iterable[Mapping[str, Any]]) -> None:
        self.name = name
        self._services: dict[str, list[Mapping[str, Any]]] = {}
        for service in services:
            self._services.setdefault(service["prefix"], []).append(service)
        # The reference is asked for the same few actions again and again.
        self.entries = cache(self._entries)
        self.matching_actions = cache(self._matching_actions)

    def _rows(self, name: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        prefix, _, privilege = name.partition(":")
        for service in self._services.get(prefix, ()):
            for row in service["privileges"]:
                if row["privilege"] == privilege:
                    yield service, row

    def _entries(self, name: str) -> tuple[Action, ...]:
        """The entries of an action: services with two APIs have several; a `KeyError` if none."""
        found = tuple(_entry(service, row) for service, row in self._rows(name))
        if not found:
            raise KeyError(name)
        return found

    def _matching_actions(self, family: str) -> tuple[str, ...]:
        """The actions that a family such as `iam:Create*` stands for."""
        prefix = family.partition(":")[0]
        return tuple(
            name
            for service in self._services.get(prefix, ())
            for row in service["privileges"]
            if fnmatchcase(name := f"{service['prefix']}:{row['privilege']}", family)
        )

    def dependent_actions(self, name: str) -> frozenset[str]:
        """What a caller needs besides an action; empty for nothing."""
        return frozenset(
            needed
            for _, row in self._rows(name)
            for kind in row["resource_types"]
            for needed in kind["dependent_actions"]
        )

    def mismatched(self, statements: Iterable[Mapping[str, Any]]) -> list[str]:
        """The actions of which no statement names a resource on which the action works.

        Passed over: an action that is newer than the reference, and tagging, for which the
        reference does not have all that can be tagged.
        """
        granted: dict[str, set[str]] = {}
        for statement in statements:
            for name in listed(statement["Action"]):
                granted.setdefault(name, set()).update(listed(statement["Resource"]))
        return sorted(
            name
            for name, resources in granted.items()
            if "tag" not in name.lower() and not self._works_on(name, resources)
        )

    def _works_on(self, name: str, resources: set[str]) -> bool:
        try:
            found = self.entries(name)
        except KeyError:
            return True
        patterns = {arn for entry in found for arn in entry.resources.values()}
        without = any(not entry.resources for entry in found)
        return "*" in resources or any(
            (without and len(found) > 1) or parliament.is_arn_match("resource", pattern, resource)
            for pattern in patterns
            for resource in resources
        )

    def lacking(self, statements: Iterable[Mapping[str, Any]]) -> list[str]:
        """The dependent actions that no statement allows though one allows what depends on them.

        Passed over: what the reviewed table says is not needed.
        """
        families = {
            family
            for statement in statements
            if statement["Effect"] == "Allow"
            for family in listed(statement["Action"])
        }
        allowed = {n for family in families for n in self.matching_actions(family) or (family,)}
        return sorted(
            f"{name} depends on {needed}"
            for name in allowed
            for needed in self.dependent_actions(name) - allowed
            if (name, needed) not in DEPENDENT_NOT_NEEDED
        )


def _entry(service: Mapping[str, Any], row: Mapping[str, Any]) -> Action:
    kinds = row["resource_types"]
    arns = {kind["resource"]: kind["arn"] for kind in service["resources"]}
    return Action(
        access_level=row["access_level"],
        resources={
            name: re.sub(r"[$][{][^}]+[}]", "*", arns.get(name.strip("*"), "*"))
            for name in {kind["resource_type"] for kind in kinds} - {""}
        },
        condition_keys=frozenset(k for kind in kinds for k in kind["condition_keys"]),
    )


def listed(value: Any) -> list[str]:
    """One text or several, as several."""
    return [value] if isinstance(value, str) else list(value)


@cache
def of_parliament() -> Reference:
    """The copy that parliament ships."""
    file = Path(parliament.__file__).with_name("iam_definition.json")
    return Reference("parliament", json.loads(file.read_text(encoding="utf-8")))


def action(name: str) -> Action:
    """The entry of an action such as `s3:GetObject`; a `KeyError` if there is none."""
    return of_parliament().entries(name)[0]


def matching_actions(family: str) -> tuple[str, ...]:
    """The actions that a family such as `iam:Create*` stands for."""
    return of_parliament().matching_actions(family)


def mismatched(statements: Iterable[Mapping[str, Any]]) -> list[str]:
    """The actions of which no statement names a resource on which the action works."""
    return of_parliament().mismatched(statements)


def lacking(statements: Iterable[Mapping[str, Any]]) -> list[str]:
    """The dependent actions that no statement allows though one allows what depends on them."""
    return of_parliament().lacking(statements)


def dependent_actions(name: str) -> frozenset[str]:
    """What a caller needs besides an action, as the reference says it; empty for nothing."""
    return of_parliament().dependent_actions(name)


DEPENDENT_NOT_NEEDED = {
    ("cloudformation:DescribeStacks", "cloudformation:ListStacks"): "only without a stack's name",
    ("ec2:CreateNetworkInterface", "ec2:CreateTags"): "only where the call brings tags; SageMaker "
    "and CodeBuild bring none (SageMaker Developer Guide, 'SageMaker Roles', CreateModel in a VPC; "
    "CodeBuild User Guide, 'Use AWS CodeBuild with Amazon VPC')",
    **{
        ("ec2:CreateFlowLogs", f"ecs:{name}"): "only for flow logs with fields of ECS, and ours "
        "have none (VPC User Guide, 'Flow log records', version 7)"
        for name in (
            *("ListClusters", "ListContainerInstances", "ListServices"),
            *("ListTaskDefinitions", "ListTasks"),
        )
    },
    ("kms:CreateKey", "iam:CreateServiceLinkedRole"): "only for multi-Region keys and custom key "
    "stores, and ours are neither (KMS Developer Guide, 'Using service-linked roles')",
}
"""By action and the action that the reference says it depends on, why no role here needs that."""
