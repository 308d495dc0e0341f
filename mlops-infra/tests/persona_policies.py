"""The policies of the personas as they stand in an account, and questions about them."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from policy_evaluation import Request, allows

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.contract import Persona
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
from mlops_infra.access.members import Member
from mlops_infra.access.roles import PersonaRoles
from mlops_infra.access.scope import PolicyScope

ACCOUNT, REGION = "111111111111", "eu-west-1"
SUBNETS, SECURITY_GROUP = ("subnet-0a", "subnet-0b"), "sg-0a"
KNOWN = {"Partition": "aws", "Region": REGION, "AccountId": ACCOUNT, "URLSuffix": "amazonaws.com"}


def here(service: str, resource: str) -> str:
    """An ARN in the account and region."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def role_arn(key: str, project: str = "") -> str:
    """The ARN of a persona's role."""
    return f"arn:aws:iam::{ACCOUNT}:role/{role_id(key, project)}"


def profile(name: str) -> str:
    """The ARN of a user profile."""
    return here("sagemaker", f"user-profile/d-1/{name}")


SCOPE = PolicyScope(
    app_prefix="mlops",
    namespace="",
    region=REGION,
    subnet_ids=SUBNETS,
    security_group_id=SECURITY_GROUP,
)
"""A stage in which nothing is configured."""
INTRINSICS = Scope(
    values={f"AWS::{name}": value for name, value in KNOWN.items()},
    attribute=lambda logical_id, _: f"arn:aws:iam::{ACCOUNT}:role/{logical_id}",
)


def rendered(value: Any) -> Any:
    """Resources as they stand in the account: intrinsic functions resolved."""
    return evaluate(value, INTRINSICS)


MEMBERS = tuple(
    Member(key, project)
    for key in (Persona.DATA_SCIENTIST, Persona.LEAD_DATA_SCIENTIST, Persona.ML_ENGINEER)
    for project in ("p-1", "p-2")
)
"""Who works on which project, where projects are kept apart."""
SEPARATED = replace(SCOPE, separated=True)


@cache
def resources(namespace: str = "", within: PolicyScope = SCOPE) -> dict[str, Any]:
    """Everything that the personas are made of, by logical id, as the stack holds it."""
    with tempfile.TemporaryDirectory() as folder:
        app = platform_app(outdir=folder)
        stack = cdk.Stack(app, "personas", env=cdk.Environment(account=ACCOUNT, region=REGION))
        PersonaRoles(
            stack,
            "Personas",
            within=replace(within, namespace=namespace),
            members=MEMBERS,
        )
        app.synth()  # fails on any open finding
        template = json.loads((Path(folder) / "personas.template.json").read_text())
    found: dict[str, Any] = rendered(template["Resources"])
    return found


def role_id(key: str, project: str = "") -> str:
    """The logical id of a persona's role: the one that the contract's parameter names, or the one
    beside it that bears the tag of a project."""
    if project:
        beside = role_id(key)[:-8]  # without the hash of its path
        (found,) = (
            name
            for name, resource in resources(within=SEPARATED).items()
            if name.startswith(beside) and tags(resource).get("sagemaker:project-id") == project
        )
        return found
    name = Persona(key).parameter.value
    (arn,) = (
        resource["Properties"]["Value"]
        for resource in resources().values()
        if resource["Properties"].get("Name") == name
    )
    return str(arn).rpartition("/")[2]


def tags(resource: dict[str, Any]) -> dict[str, str]:
    """The tags of a resource that has a list of them."""
    found = resource["Properties"].get("Tags", ())
    return {t["Key"]: t["Value"] for t in found} if isinstance(found, list) else {}


def documents(within: PolicyScope = SCOPE) -> dict[str, Any]:
    """Every policy that gives or denies something, by its logical id; boundaries are none."""
    return _policies(boundaries=False, within=within)


def boundaries(within: PolicyScope = SCOPE) -> dict[str, Any]:
    """The boundary of every persona's role, by its logical id."""
    return _policies(boundaries=True, within=within)


def _policies(*, boundaries: bool, within: PolicyScope = SCOPE) -> dict[str, Any]:
    found = resources(within=within)
    named = {
        resource["Properties"]["PermissionsBoundary"]
        for resource in found.values()
        if resource["Type"] == "AWS::IAM::Role"
    }
    return {
        name: resource["Properties"]["PolicyDocument"]
        for name, resource in found.items()
        if resource["Type"] == "AWS::IAM::ManagedPolicy" and (name in named) is boundaries
    }


def attached(key: str, project: str = "") -> list[str]:
    """The logical ids of the policies of a persona's role."""
    within = SEPARATED if project else SCOPE
    role, found = role_id(key, project), resources(within=within)
    names = list(found[role]["Properties"]["ManagedPolicyArns"])
    of_roles = _policies(boundaries=False, within=within)
    return names + [n for n in of_roles if role in found[n]["Properties"].get("Roles", ())]


STUDIO_SESSION = {
    "aws:PrincipalAccount": ACCOUNT,
    "aws:ResourceAccount": ACCOUNT,
    "sagemaker:DomainId": "d-1",
    "sagemaker:UserProfileName": "ana",
}


def statements_of(
    key: str, within: PolicyScope = SCOPE, project: str = ""
) -> Iterator[dict[str, Any]]:
    """Every statement of a persona's role."""
    policies = _policies(boundaries=False, within=within)
    for name in attached(key, project):
        if name in policies:
            yield from policies[name]["Statement"]


def boundary_of(key: str, within: PolicyScope = SCOPE) -> list[dict[str, Any]]:
    """The statements of the boundary of a persona's role."""
    name = resources(within=within)[role_id(key)]["Properties"]["PermissionsBoundary"]
    statements: list[dict[str, Any]] = _policies(boundaries=True, within=within)[name]["Statement"]
    return statements


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def may(
    key: str,
    action: str,
    resource: str,
    context: dict[str, Any] | None = None,
    *,
    within: PolicyScope = SCOPE,
    mistake: bool = False,
    without: str = "",
    project: str = "",
) -> bool:
    """Whether a persona, in the Studio session of the profile `ana`, may do something.

    Args:
        mistake: somebody has added a policy that allows everything.
        without: the id of a statement that somebody has dropped.
        project: on which he works, where projects are kept apart.
    """
    if project:
        within = SEPARATED
    own = {f"aws:PrincipalTag/{PROJECT_TAG}": project} if project else {}
    request = Request(action, resource, {**STUDIO_SESSION, **own, **(context or {})})
    given = [*statements_of(key, within, project), *([EVERYTHING] if mistake else [])]
    return all(
        allows([s for s in layer if s.get("Sid") != without], request)
        for layer in (given, boundary_of(key, within))
    )
