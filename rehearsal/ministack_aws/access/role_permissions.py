"""What a principal may do that an AWS service does in its name, evaluated by its own policies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ministack_aws.access import decisions, scps
from ministack_aws.access.variables import filled
from ministack_aws.engine import iam
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Context, Question, Statement

DENIAL: Final = (
    "User: {principal} is not authorized to perform: {action}{on} because no identity-based policy "
    "allows the {action} action (Service: {service}, Status Code: 403)"
)
EXPLICIT_DENIAL: Final = (
    "User: {principal} is not authorized to perform: {action}{on} with an explicit deny in an "
    "identity-based policy (Service: {service}, Status Code: 403)"
)
MADE_LATER: Final = ("iam:policyarn", "iam:awsservicename")
"""Keys whose value CloudFormation knows only when the resource is there: they decide nothing here
while they are not known."""
ARN_NAMES: Final = {"servicecatalog": "catalog"}
"""Services whose ARNs have another name than their actions."""


def denied(principal: str, action: str, resources: Sequence[str], context: Context) -> str | None:
    """Why a principal may not do something, in AWS's words; None where it may.

    Args:
        resources: exact ARNs; none where they are not known before AWS makes them. Then a
            statement counts that names any resource of the action's service in the account.
    """
    if is_root(principal):
        return None
    text = _refusal(principal, action, resources, context)
    decisions.record(principal, action, decisions.DENIED if text else decisions.ALLOWED)
    return text


def is_root(principal: str) -> bool:
    """Whether an ARN is that of an account itself, which may do everything."""
    return principal.endswith(":root")


def _refusal(principal: str, action: str, resources: Sequence[str], context: Context) -> str | None:
    session, layers = _policies(principal)
    for resource in resources or (None,):
        question = iam.question(
            principal_arn=session,
            principal_type="AssumedRole",
            principal_account=get_account_id(),
            action=action,
            resource_arn=resource or "*",
            region=get_region(),
            service_context=context,
        )
        text = _decision(question, layers, resource) or scps.refusal(_as_scps_see(question))
        if text:
            on = f" on resource: {resource}" if resource else ""
            service = action.partition(":")[0]
            return text.format(principal=session, action=action, on=on, service=service)
    return None


def _as_scps_see(question: Question) -> Question:
    changed: Any = question
    seen: Question = replace(changed, region=scps.region_of(question.action, get_region()))
    return seen


def _decision(
    question: Question, layers: Iterable[list[Statement]], resource: str | None
) -> str | None:
    if any(_matching(question, layer, "Deny", resource) for layer in layers):
        return EXPLICIT_DENIAL
    if all(_matching(question, layer, "Allow", resource) for layer in layers):
        return None
    return DENIAL


def _matching(
    question: Question, statements: list[Statement], effect: str, resource: str | None
) -> bool:
    found = (filled(statement, question) for statement in statements if statement.effect == effect)
    return any(
        iam.action_matches(question.action, statement.actions, statement.not_actions)
        and _covers(statement, question, resource)
        and iam.conditions_hold(_known(statement.conditions, question), question)
        for statement in found
        if statement
    )


def _known(
    conditions: Mapping[str, Mapping[str, Any]], question: Question
) -> dict[str, dict[str, Any]]:
    context = question.service_context
    return {
        operator: {
            key: value
            for key, value in entries.items()
            if key.lower() not in MADE_LATER or key.lower() in context
        }
        for operator, entries in conditions.items()
    }


def _covers(statement: Statement, question: Question, resource: str | None) -> bool:
    if resource:
        return iam.resource_matches(resource, statement.resources, statement.not_resources)
    if statement.effect == "Deny":
        # Nobody knows whether it is meant; a Deny for everything is.
        return "*" in statement.resources
    service = question.action.partition(":")[0]
    return bool(statement.not_resources) or any(
        _may_be_here(pattern, service) for pattern in statement.resources
    )


def _may_be_here(pattern: str, service: str) -> bool:
    if pattern == "*":
        return True
    parts = pattern.split(":", 5)
    return (
        len(parts) == 6
        and parts[2] in (ARN_NAMES.get(service, service), "*")
        and parts[3] in ("", "*", get_region())
        and parts[4] in ("", "*", get_account_id())
    )


def _policies(principal: str) -> tuple[str, list[list[Statement]]]:
    """The session's ARN, and the statements of the policies and of the permissions boundary."""
    account = get_account_id()
    if ":user/" in principal:
        name = principal.rpartition("/")[2]
        gathered = iam.policies_of_user(name, account)
        limits = iam.boundaries(iam.users(), name, account)
        session = principal
    else:
        assumed = ":assumed-role/" in principal
        name = principal.split("/")[1] if assumed else principal.rpartition("/")[2]
        gathered = iam.policies_of_role(name, account)
        limits = iam.boundaries(iam.roles(), name, account)
        session = (
            principal
            if assumed
            else f"arn:aws:sts::{account}:assumed-role/{name}/AWSCloudFormation"
        )
    return session, [_flat(layer) for layer in (gathered, *limits)]


def _flat(documents: Iterable[list[Statement]]) -> list[Statement]:
    return [statement for document in documents for statement in document]
