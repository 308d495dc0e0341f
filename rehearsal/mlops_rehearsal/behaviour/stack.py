"""A template as it would stand in an account: every reference filled in, and still followed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.iam.evaluation import listed
from mlops_rehearsal.behaviour.code import Files
from mlops_rehearsal.behaviour.physical import IDENTITIES, UNKNOWN, arn

Template = Mapping[str, Any]
_VARIABLE: Final = re.compile(r"[$][{]([^!}.]+)[^}]*[}]")


class Properties(dict[str, Any]):
    """Properties of which one that is left out is an empty text."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True)
class Resource:
    """A resource with its properties as they stand in the account.

    Attributes:
        references: the logical ids that its properties name, and what it depends on.
    """

    id: str
    type: str
    properties: Mapping[str, Any]
    depends: tuple[str, ...]
    references: frozenset[str]
    source: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A template in an account.

    Attributes:
        parameters: values; what is not here is made up from the parameter's type.
        makes: the stacks that roles of this one make.
        code: the Python files of functions, by the key of their archive.
    """

    template: Template = field(repr=False)
    name: str
    account: str
    region: str = "eu-west-1"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    makes: tuple["Stack", ...] = field(default=(), repr=False)
    code: Mapping[str, Files] = field(default_factory=dict, repr=False)

    @cached_property
    def memory(self) -> dict[str, Any]:
        """What was found out about this stack."""
        return {}

    @cached_property
    def resources(self) -> Mapping[str, Resource]:
        """The resources by their logical ids."""
        return {
            key: Resource(
                id=key,
                type=found["Type"],
                properties=Properties(evaluate(found.get("Properties", {}), self._scope)),
                depends=tuple(listed(found.get("DependsOn", []))),
                references=frozenset(_references(found.get("Properties", {}))),
                source=found,
            )
            for key, found in self.template["Resources"].items()
        }

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of some types, in the order of the template."""
        return (found for found in self.resources.values() if found.type in types)

    def arn(self, logical_id: str) -> str:
        """The ARN of a resource."""
        if logical_id not in self._arns:
            self._arns[logical_id] = self._arn(logical_id)
        return self._arns[logical_id]

    @cached_property
    def _arns(self) -> dict[str, str]:
        return {}

    @cached_property
    def _names(self) -> dict[str, str]:
        return {}

    def _arn(self, logical_id: str) -> str:
        found = self.template["Resources"][logical_id]
        known = found.get("Properties", {})
        return arn(found["Type"], self._name(logical_id), known, self.region, self.account)

    @cached_property
    def by_arn(self) -> Mapping[str, Resource]:
        """The resources by their ARNs."""
        return {self.arn(key): found for key, found in self.resources.items()}

    def ref(self, logical_id: str) -> str:
        """What `Ref` gives for a resource."""
        kind = self.template["Resources"][logical_id]["Type"]
        chosen = IDENTITIES.get(kind, UNKNOWN).ref
        return self.arn(logical_id) if chosen == "arn" else self._name(logical_id)

    def named(self, logical_id: str) -> str:
        """The name of a resource, its own or the one that CloudFormation chooses."""
        return self._name(logical_id)

    def referenced(self, value: Any, kind: str) -> Resource | None:
        """The resource of a type whose name, ARN or `Ref` a value is."""
        return self._named.get((kind, value)) if isinstance(value, str) else None

    @cached_property
    def _named(self) -> Mapping[tuple[str, str], Resource]:
        found: dict[tuple[str, str], Resource] = {}
        for key, resource in self.resources.items():
            for value in (self.ref(key), self.arn(key), self._name(key)):
                found.setdefault((resource.type, value), resource)
        return found

    @cached_property
    def awaited(self) -> Mapping[str, frozenset[str]]:
        """What is made before each resource, however many steps before."""
        done: dict[str, frozenset[str]] = {}

        def visit(key: str, way: tuple[str, ...]) -> frozenset[str]:
            if key in done or key not in self.resources or key in way:
                return done.get(key, frozenset())
            found = self.resources[key]
            direct = {*found.depends, *found.references} & set(self.resources)
            far = [visit(other, (*way, key)) for other in direct]
            done[key] = frozenset(direct).union(*far)
            return done[key]

        for key in self.resources:
            visit(key, ())
        return done

    def value(self, raw: Any) -> Any:
        """A value of the template as it stands in the account."""
        return evaluate(raw, self._scope)

    @cached_property
    def _pseudo(self) -> dict[str, Any]:
        made_up = {
            key: self.parameters.get(key, _made_up(key, parameter))
            for key, parameter in self.template.get("Parameters", {}).items()
        }
        return {
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": self.name,
            **made_up,
        }

    @cached_property
    def _scope(self) -> Scope:
        references = {key: self.ref(key) for key in self.template["Resources"]}
        return Scope(
            values={**self._pseudo, **references},
            attribute=self._attribute,
            zones=("zone-a", "zone-b", "zone-c"),
        )

    def _attribute(self, logical_id: str, name: str) -> str:
        if logical_id not in self.template["Resources"]:
            return f"{logical_id}.{name}"
        if name == "Arn":
            return self.arn(logical_id)
        if name in ("GroupId", "EndpointConfigName", "ModelName", "EndpointName", "RepositoryName"):
            return self._name(logical_id)
        return f"{self._name(logical_id)}.{name}"

    def _name(self, logical_id: str) -> str:
        if logical_id not in self._names:
            self._names[logical_id] = self._chosen_name(logical_id)
        return self._names[logical_id]

    def _chosen_name(self, logical_id: str) -> str:
        found = self.template["Resources"][logical_id]
        named = IDENTITIES.get(found["Type"], UNKNOWN).name
        written = found.get("Properties", {}).get(named) if named else None
        if written is None:
            made = f"{self.name}-{logical_id}-1x"
            return made.lower() if found["Type"] == "AWS::S3::Bucket" else made
        return str(evaluate(written, Scope(values=self._pseudo)))


def _made_up(key: str, parameter: Mapping[str, Any]) -> Any:
    kind = str(parameter["Type"])
    if "List" in kind:
        return [f"{key.lower()}-0a", f"{key.lower()}-0b"]
    if kind == "String" and "Default" in parameter:
        return parameter["Default"]
    return f"{key.lower()}-0a"


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if len(value) == 1:
            yield from _reference(*next(iter(value.items())))
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _reference(name: str, argument: Any) -> Iterator[str]:
    if name == "Ref":
        yield argument
    elif name == "Fn::GetAtt":
        yield argument.partition(".")[0] if isinstance(argument, str) else argument[0]
    elif name == "Fn::Sub":
        yield from _VARIABLE.findall(argument if isinstance(argument, str) else argument[0])
