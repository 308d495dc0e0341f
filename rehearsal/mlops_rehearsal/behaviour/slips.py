"""The slips: each is a kind of change that a hand or an edit makes in a template."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any, Final

from mlops_rehearsal.behaviour.walking import REMOVED, Path, for_people, walk

FALSE: Final = "nobody-has-this-value"
REGION: Final = "ap-south-1"
PORTS: Final = ("FromPort", "ToPort")
RANGES: Final = ("CidrBlock", "CidrIp", "DestinationCidrBlock")
Change = tuple[str, Path, str, Any]
"""The kind, where in the resource, what, and the value that takes the place."""
Template = Mapping[str, Any]
_IN_SUB: Final = re.compile(r"[$][{]([^!}.]+)")


def _statements(resource: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for path, value in walk(resource):
        if isinstance(value, Mapping) and "Effect" in value and path[-2:-1] == ("Statement",):
            yield path, value


def _actions(key: str, resource: Mapping[str, Any], _: Any) -> Iterator[Change]:
    for path, statement in _statements(resource):
        found = statement.get("Action")
        if isinstance(found, list) and len(found) > 1:
            for number, action in enumerate(found):
                yield "action dropped", (*path, "Action", number), str(action), REMOVED
        else:
            yield "statement dropped", path, str(statement.get("Sid", found)), REMOVED


def _conditions(key: str, resource: Mapping[str, Any], _: Any) -> Iterator[Change]:
    for path, statement in _statements(resource):
        for operator, entries in statement.get("Condition", {}).items():
            for name, wanted in entries.items():
                at = (*path, "Condition", operator, name)
                yield "condition dropped", at, name, REMOVED
                if operator.removesuffix("IfExists") in ("Bool", "Null"):
                    other = "false" if str(wanted).lower() == "true" else "true"
                    yield "condition falsified", at, f"{name} {other}", other
                else:
                    yield "condition falsified", at, name, FALSE


def _principals(key: str, resource: Mapping[str, Any], _: Any) -> Iterator[Change]:
    for path, statement in _statements(resource):
        principal = statement.get("Principal")
        if not isinstance(principal, Mapping):
            continue
        for kind, who in principal.items():
            other = "ec2.amazonaws.com" if kind == "Service" else "arn:aws:iam::999999999999:root"
            for number, name in enumerate(who if isinstance(who, list) else [who]):
                at: Path = (*path, "Principal", kind)
                at = (*at, number) if isinstance(who, list) else at
                yield "principal", at, f"{name} -> {other}", other


def _regions(key: str, resource: Mapping[str, Any], _: Any) -> Iterator[Change]:
    for path, statement in _statements(resource):
        for at, value in walk(statement.get("Resource"), (*path, "Resource")):
            other = _elsewhere(value)
            if other is not None:
                yield "region of an ARN", at, REGION, other


def _elsewhere(value: Any) -> Any:
    """An ARN with another region; None for what is no ARN with a region."""
    if isinstance(value, str):
        changed = re.sub(r"^(arn:[^:]+:[^:]+:)[a-z]{2}-[a-z]+-[0-9]", rf"\g<1>{REGION}", value)
        return changed if changed != value else None
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    ((name, argument),) = value.items()
    if name == "Fn::Sub" and isinstance(argument, str) and "${AWS::Region}" in argument:
        return {name: argument.replace("${AWS::Region}", REGION, 1)}
    if name == "Fn::Join" and argument[0] == "" and isinstance(argument[1], list):
        parts = argument[1]
        if {"Ref": "AWS::Region"} in parts:
            number = parts.index({"Ref": "AWS::Region"})
            return {name: ["", [*parts[:number], REGION, *parts[number + 1 :]]]}
        first = _elsewhere(parts[0])
        return {name: ["", [first, *parts[1:]]]} if first is not None else None
    return None


def _numbers(key: str, resource: Mapping[str, Any], _: Any) -> Iterator[Change]:
    for path, value in walk(resource.get("Properties", {}), ("Properties",)):
        if path[-1] in PORTS and isinstance(value, int):
            yield "port", path, f"{value} -> {value + 1}", value + 1
        if path[-1] in RANGES and isinstance(value, str):
            yield "range", path, f"{value} -> 192.0.2.0/24", "192.0.2.0/24"


def _depends(key: str, resource: Mapping[str, Any], _: Any) -> Iterator[Change]:
    found = resource.get("DependsOn", [])
    if isinstance(found, str):
        yield "DependsOn", ("DependsOn",), found, REMOVED
        return
    for number, name in enumerate(found):
        yield "DependsOn", ("DependsOn", number), name, REMOVED


def _dimensions(key: str, resource: Mapping[str, Any], _: Any) -> Iterator[Change]:
    if resource["Type"] != "AWS::CloudWatch::Alarm":
        return
    for number, _dimension in enumerate(resource["Properties"].get("Dimensions", [])):
        at = ("Properties", "Dimensions", number)
        yield "dimension", at, "dropped", REMOVED
        yield "dimension", (*at, "Value"), FALSE, FALSE
    for name in ("MetricName", "Namespace"):
        yield "dimension", ("Properties", name), FALSE, FALSE


def _properties(key: str, resource: Mapping[str, Any], _: Any) -> Iterator[Change]:
    required = _required(resource["Type"])
    for name in resource.get("Properties", {}):
        if name not in required and not for_people(name):
            yield "property dropped", ("Properties", name), name, REMOVED
    for path, value in walk(resource.get("Properties", {}), ("Properties",)):
        if isinstance(value, bool):
            yield "property flipped", path, f"{value} -> {not value}", not value


def _references(key: str, resource: Mapping[str, Any], template: Template) -> Iterator[Change]:
    for path, value in walk(resource.get("Properties", {}), ("Properties",)):
        if isinstance(value, Mapping) and len(value) == 1:
            for target, made in _pointing(*next(iter(value.items()))):
                for other in _others(template, target):
                    yield "reference", path, f"{target} -> {other}", made(other)


def _pointing(name: str, argument: Any) -> Iterator[tuple[str, Callable[[str], Any]]]:
    """What a function points at, and the function pointing at something else."""
    if name == "Ref":
        yield argument, lambda other: {"Ref": other}
    elif name == "Fn::GetAtt":
        target, *rest = argument.split(".") if isinstance(argument, str) else argument
        yield target, lambda other: {"Fn::GetAtt": [other, *rest]}
    elif name == "Fn::Sub" and isinstance(argument, str):
        for found in dict.fromkeys(_IN_SUB.findall(argument)):
            yield found, partial(_sub, argument, found)


def _sub(text: str, target: str, other: str) -> Any:
    return {"Fn::Sub": re.sub(rf"[$][{{]{re.escape(target)}(?=[}}.])", f"${{{other}", text)}


def _others(template: Template, target: str) -> Iterator[str]:
    """The next thing of the same type."""
    for group in (template["Resources"], template.get("Parameters", {})):
        if target in group:
            same = [k for k, found in group.items() if found["Type"] == group[target]["Type"]]
            if len(same) > 1:
                yield same[(same.index(target) + 1) % len(same)]


@cache
def _required(kind: str) -> frozenset[str]:
    """The properties without which CloudFormation refuses a resource, by its schema."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    if "::" not in kind or kind.startswith("Custom::"):
        return frozenset()
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", kind).schema
    return frozenset(schema.get("required", []))


SLIPS: Final = (
    _actions,
    _conditions,
    _principals,
    _regions,
    _numbers,
    _depends,
    _dimensions,
    _properties,
    _references,
)
