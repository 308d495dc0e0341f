"""Who may become whom, and who may read what, by a template."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .check_structure import BOUNDARY
from .stage_view import Found, StageView, as_json, listed, objects_in, texts
from .values import UNKNOWN, is_known, own_resource, unknown

SERVICES: Final = {
    "sagemaker": ("AWS::SageMaker::",),
    "scheduler": ("AWS::Scheduler::",),
    "events": ("AWS::Events::",),
    "lambda": ("AWS::Lambda::",),
    "states": ("AWS::StepFunctions::",),
    "apigateway": ("AWS::ApiGateway",),
}
"""Services that may take a role, where a template has a resource of theirs."""
POLICIES: Final = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy")
PERMISSION: Final = "AWS::Lambda::Permission"
POLICY: Final = re.compile("(?i).*polic(y|ies)(document|text)?")
"""Properties with a policy of a resource; CloudFormation takes an object or a text of JSON."""
KEEPING: Final = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
ATTRIBUTES: Final = ("Groups", "Users", "GroupName", "UserName")


def boundary(view: StageView) -> Found:
    """Every role carries the boundary that the stage offers."""
    wanted = unknown(f"ssm:{view.parameter(BOUNDARY)}")
    for logical_id, row in view.of("AWS::IAM::Role"):
        if row.get("PermissionsBoundary") != wanted:
            yield logical_id, row.get("PermissionsBoundary", "no PermissionsBoundary")


def trust(view: StageView) -> Found:
    """Roles are taken by AWS's services and by this project's test, and by nobody else."""
    services = _services(view)
    for logical_id, row in view.of("AWS::IAM::Role"):
        statements = list(_statements(row.get("AssumeRolePolicyDocument")))
        if not statements:
            yield logical_id, row.get("AssumeRolePolicyDocument")
        for statement in statements:
            if statement.get("Effect") != "Deny" and not _is_trusted(statement, services, view):
                yield logical_id, statement


def _services(view: StageView) -> tuple[str, ...]:
    kinds = [kind for _, kind, _ in view.resources]
    return tuple(
        f"{service}.amazonaws.com"
        for service, beginnings in SERVICES.items()
        if any(kind.startswith(beginnings) for kind in kinds)
    )


def _is_trusted(statement: Mapping[str, Any], services: tuple[str, ...], view: StageView) -> bool:
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping) or len(principal) != 1 or "NotAction" in statement:
        return False
    ((kind, names),) = principal.items()
    # Services say which user of Studio a session is of; nobody else may name one.
    allowed = {"sts:AssumeRole", *(("sts:SetSourceIdentity",) if kind == "Service" else ())}
    actions = listed(statement.get("Action"))
    if "sts:AssumeRole" not in actions or not set(map(str, actions)) <= allowed:
        return False
    if kind == "Service":
        return all(name in services for name in listed(names))
    return kind == "AWS" and _is_test_of_dev(names, statement.get("Condition"), view)


def _is_test_of_dev(names: Any, condition: Any, view: StageView) -> bool:
    """The account of dev with the role that tests this stage as the only caller, or that role."""
    account = f"arn:{view.partition}:iam::{view.settings.dev_account}"
    role = f"{account}:{view.testing_role}"
    if listed(names) == [role]:
        return True
    if listed(names) != [f"{account}:root"] or not isinstance(condition, Mapping):
        return False
    wanted = condition.get("ArnEquals")
    return isinstance(wanted, Mapping) and listed(wanted.get("aws:PrincipalArn")) == [role]


def attachments(view: StageView) -> Found:
    """Policies belong to roles of the same template."""
    for logical_id, row in view.of(*POLICIES):
        for role in [*listed(row.get("Roles", [])), *listed(row.get("RoleName", []))]:
            if not _is_own(role, view, "AWS::IAM::Role", "Ref"):
                yield logical_id, role
        for key in ATTRIBUTES:
            if key in row:
                yield logical_id, f"{key}: {row[key]}"


def attached(view: StageView) -> Found:
    """Roles have no policies of others."""
    for logical_id, row in view.of("AWS::IAM::Role"):
        for policy in listed(row.get("ManagedPolicyArns", [])):
            if not _is_own(policy, view, "AWS::IAM::ManagedPolicy", "Ref"):
                yield logical_id, policy


def _is_own(value: Any, view: StageView, kind: str, attribute: str) -> bool:
    return own_resource(value, view.scope, kind, attribute=attribute)


def resource_policies(view: StageView) -> Found:
    """Policies of resources let in the stage's own account, and AWS's services working for it."""
    for logical_id, kind, row in view.resources:
        if kind == "AWS::S3::BucketPolicy" and row.get("Bucket") not in view.buckets:
            yield logical_id, row.get("Bucket")
        if kind == "AWS::IAM::Role":
            continue
        documents = list(_documents(row))
        for content in (_permission(row) if kind == PERMISSION else row, *documents):
            yield from ((logical_id, bad) for bad in _let_in(content, view))
        if None in documents:
            yield logical_id, "a policy that is a text"


def _documents(row: Mapping[str, Any]) -> Iterator[Any]:
    """Policies that are texts of JSON, read; None for what cannot be read."""
    for key, text in texts(row):
        if POLICY.fullmatch(key) and ("{" in text or UNKNOWN in text):
            yield as_json(text) or None


def _let_in(content: Any, view: StageView) -> Iterator[Any]:
    for statement in objects_in(content):
        is_about = {"Principal", "NotPrincipal"} & set(statement)
        if is_about and statement.get("Effect") != "Deny":
            yield from _strangers(statement, view)


def _permission(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A permission of a function as the statement that Lambda writes for it."""
    conditions = {f"aws:{key}": row[key] for key in ("SourceAccount", "SourceArn") if key in row}
    principal = row.get("Principal")
    of_service = isinstance(principal, str) and principal.endswith(".amazonaws.com")
    kind = "Service" if of_service else "AWS"
    return {"Principal": {kind: principal}, "Condition": {"StringEquals": conditions}}


def _strangers(statement: Mapping[str, Any], view: StageView) -> Iterator[Any]:
    principal = statement.get("Principal")
    if "NotPrincipal" in statement or not isinstance(principal, Mapping):
        yield statement
        return
    own = f":{view.account}:"
    for kind, names in principal.items():
        for name in listed(names):
            service = kind == "Service" and is_known(name) and name.endswith(".amazonaws.com")
            mine = is_known(name) and name.startswith("arn:") and own in name
            role = _is_own(name, view, "AWS::IAM::Role", "Arn")
            works_here = service and _works_here(statement.get("Condition"), view)
            if not works_here and not (kind == "AWS" and (mine or role)):
                yield f"{kind}: {name}"


def _works_here(condition: Any, view: StageView) -> bool:
    """Whether a service is let in for resources of the stage's account alone.

    A service works for everybody: a distribution of CloudFront in any account reads a bucket that
    admits `cloudfront.amazonaws.com` (IAM User Guide, "The confused deputy problem").
    """
    if not isinstance(condition, Mapping):
        return False
    rows = [
        (key.lower(), listed(values))
        for operator in KEEPING
        if isinstance(entries := condition.get(operator), Mapping)
        for key, values in entries.items()
    ]
    return any(
        (key == "aws:sourceaccount" and all(value == view.account for value in values))
        or (key == "aws:sourcearn" and all(_is_here(value, view) for value in values))
        for key, values in rows
        if values
    )


def _is_here(arn: Any, view: StageView) -> bool:
    own = any(_is_own(arn, view, kind, "Arn") for _, kind, _ in view.resources)
    return own or (isinstance(arn, str) and arn.split(":")[4:5] == [view.account])


def _statements(document: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(document, Mapping):
        for statement in listed(document.get("Statement", [])):
            yield statement if isinstance(statement, Mapping) else {"Statement": statement}
    elif isinstance(document, str) and UNKNOWN in document:
        yield {"Statement": document}
