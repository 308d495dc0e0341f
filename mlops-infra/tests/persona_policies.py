"""The policies of the personas as they stand in an account, and questions about them."""

import re
from collections.abc import Iterator
from typing import Any

from policy_evaluation import Request, allows

from mlops_infra.access.personas import PERSONAS
from mlops_infra.access.roles import persona_resources, role_id
from mlops_infra.access.scope import PolicyScope

ACCOUNT, REGION = "111111111111", "eu-west-1"
SUBNETS = ("subnet-0a", "subnet-0b")
KNOWN = {"Partition": "aws", "Region": REGION, "AccountId": ACCOUNT, "URLSuffix": "amazonaws.com"}


def here(service: str, resource: str) -> str:
    """An ARN in the account and region."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def role_arn(key: str) -> str:
    """The ARN of a persona's role."""
    return f"arn:aws:iam::{ACCOUNT}:role/{next(role_id(p) for p in PERSONAS if p.key == key)}"


def profile(name: str) -> str:
    """The ARN of a user profile."""
    return here("sagemaker", f"user-profile/d-1/{name}")


def rendered(value: Any) -> Any:
    """Resources as they stand in the account: intrinsic functions resolved."""
    if isinstance(value, dict):
        if set(value) == {"Fn::Sub"}:
            text, names = value["Fn::Sub"], KNOWN
            if isinstance(text, list):
                text, names = text[0], {**KNOWN, **text[1]}
            text = re.sub(r"[$][{](?:AWS::)?(\w+)[}]", lambda m: names[m[1]], text)
            return text.replace("${!", "${")
        if set(value) == {"Ref"}:
            return KNOWN.get(value["Ref"].removeprefix("AWS::"), value["Ref"])
        if set(value) == {"Fn::GetAtt"}:
            return f"arn:aws:iam::{ACCOUNT}:role/{value['Fn::GetAtt'][0]}"
        return {key: rendered(inner) for key, inner in value.items()}
    return [rendered(inner) for inner in value] if isinstance(value, list) else value


def resources(namespace: str = "") -> dict[str, Any]:
    """Everything that the personas are made of, by logical id."""
    scope = PolicyScope(app_prefix="mlops", namespace=namespace, subnet_ids=SUBNETS)
    found: dict[str, Any] = rendered(persona_resources(scope))
    return found


RESOURCES = resources()
DOCUMENTS = {
    name: resource["Properties"]["PolicyDocument"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::IAM::ManagedPolicy"
}
STUDIO_SESSION = {
    "aws:PrincipalAccount": ACCOUNT,
    "aws:ResourceAccount": ACCOUNT,
    "sagemaker:DomainId": "d-1",
    "sagemaker:UserProfileName": "ana",
}


def statements_of(key: str) -> Iterator[dict[str, Any]]:
    """Every statement of a persona's role."""
    (role,) = (role_id(persona) for persona in PERSONAS if persona.key == key)
    for name, document in DOCUMENTS.items():
        if role in RESOURCES[name]["Properties"]["Roles"]:
            yield from document["Statement"]


def may(key: str, action: str, resource: str, context: dict[str, Any] | None = None) -> bool:
    """Whether a persona, in the Studio session of the profile `ana`, may do something."""
    present = {**STUDIO_SESSION, **(context or {})}
    return allows(statements_of(key), Request(action, resource, present))
