"""The policies of identities in a template, with values of the right form where it refers."""

import re
from collections.abc import Iterator
from typing import Any

PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "1" * 12}
ARN = "arn:aws:placeholder:eu-west-1:111111111111:placeholder/placeholder"
REF_IS_ARN = {"AWS::IAM::ManagedPolicy", "AWS::SNS::Topic"}


def value_of(name: str, template: dict[str, Any]) -> str:
    """A value of the form that a reference in a policy takes when it is deployed."""
    if name in PSEUDO:
        return PSEUDO[name]
    resource = template["Resources"].get(name.partition(".")[0], {})
    if name.endswith(".Arn") or resource.get("Type") in REF_IS_ARN:
        return ARN
    return "2" * 12 if name.endswith("Account") else "placeholder"


def literal(value: Any, template: dict[str, Any]) -> Any:
    """The value with intrinsic functions replaced by a text in their place."""
    if isinstance(value, dict):
        if set(value) == {"Fn::Join"}:
            separator, parts = value["Fn::Join"]
            # A parameter that is a list: one value stands for all.
            parts = parts if isinstance(parts, list) else [parts]
            return separator.join(str(literal(part, template)) for part in parts)
        if set(value) == {"Fn::Split"}:
            separator, whole = value["Fn::Split"]
            return str(literal(whole, template)).split(separator)
        if set(value) == {"Fn::Sub"}:
            text = value["Fn::Sub"][0] if isinstance(value["Fn::Sub"], list) else value["Fn::Sub"]
            return re.sub(r"[$][{]([^!}]+)[}]", lambda m: value_of(m[1], template), text)
        if set(value) == {"Ref"}:
            return value_of(value["Ref"], template)
        if set(value) == {"Fn::GetAtt"}:
            return ARN
        return {key: literal(inner, template) for key, inner in value.items()}
    return [literal(inner, template) for inner in value] if isinstance(value, list) else value


def identity_policies(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each policy by its logical id, those within roles too."""
    for logical_id, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            yield logical_id, literal(properties["PolicyDocument"], template)
        for inline in (
            properties.get("Policies", []) if resource["Type"] == "AWS::IAM::Role" else []
        ):
            document = literal(inline["PolicyDocument"], template)
            yield f"{logical_id}/{inline['PolicyName']}", document


def statements_of_roles(template: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What the policies of each role say, wherever the template says that they are the role's."""
    resources = template["Resources"]
    documents = dict(identity_policies(template))
    found: dict[str, list[dict[str, Any]]] = {
        name: [] for name, row in resources.items() if row["Type"] == "AWS::IAM::Role"
    }
    for name, document in documents.items():
        inline = name.partition("/")[0]
        owners = {inline} if inline in found else _owners(resources, name)
        for owner in owners & set(found):
            found[owner] += listed(document["Statement"])
    return {name: statements for name, statements in found.items() if statements}


def _owners(resources: dict[str, Any], policy: str) -> set[str]:
    named = {ref.get("Ref") for ref in resources[policy]["Properties"].get("Roles", [])}
    attached = {
        name
        for name, row in resources.items()
        if row["Type"] == "AWS::IAM::Role"
        for ref in row["Properties"].get("ManagedPolicyArns", [])
        if isinstance(ref, dict) and ref.get("Ref") == policy
    }
    return {name for name in named if name} | attached


def listed(value: Any) -> list[Any]:
    """One value or several, as several."""
    return value if isinstance(value, list) else [value]
