"""The templates that CloudFormation gets in one account, and the texts in them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mlops_commons.assembly.stacks import StackSummary

ANYTHING: Final = "*"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Where a stack goes."""

    partition: str
    account: str
    region: str


@dataclass(frozen=True, kw_only=True)
class StackTemplate:
    """One stack; its name may hold wildcards where projects choose it."""

    stack: str
    environment: Environment
    template: Mapping[str, Any] = field(repr=False)

    def resources(self, *kinds: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Logical id and properties of the resources of some types; of all without types."""
        for logical_id, resource in self.template.get("Resources", {}).items():
            if not kinds or resource["Type"] in kinds:
                yield logical_id, resource.get("Properties", {})

    @property
    def types(self) -> frozenset[str]:
        """The types of its resources."""
        return frozenset(r["Type"] for r in self.template.get("Resources", {}).values())


def read_template(assembly: Path, stack: StackSummary, partition: str) -> StackTemplate:
    """A stack of a cloud assembly with its template."""
    return StackTemplate(
        stack=stack.stack,
        environment=Environment(partition=partition, account=stack.account, region=stack.region),
        template=json.loads((assembly / stack.template).read_bytes()),
    )


def types_in(stacks: Sequence[StackTemplate]) -> frozenset[str]:
    """The resource types of several stacks."""
    return frozenset().union(*(stack.types for stack in stacks))


def text(value: Any, stack: StackTemplate) -> str:
    """The text that a value stands for; what is known only in the deployment becomes `*`."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or len(value) != 1:
        return ANYTHING
    ((function, argument),) = value.items()
    if function == "Ref":
        return _pseudo(argument, stack)
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(text(part, stack) for part in parts)
    if function == "Fn::Sub":
        pattern, variables = argument if isinstance(argument, list) else (argument, {})
        return re.sub(
            r"[$][{]([^!}]+)[}]",
            lambda m: text(variables.get(m[1], {"Ref": m[1]}), stack),
            pattern,
        )
    return ANYTHING


def _pseudo(name: str, stack: StackTemplate) -> str:
    place = stack.environment
    known = {
        "AWS::Partition": place.partition,
        "AWS::Region": place.region,
        "AWS::AccountId": place.account,
        "AWS::StackName": stack.stack,
    }
    return known.get(name, ANYTHING)
