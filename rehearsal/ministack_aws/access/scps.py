"""Service control policies of the organization, evaluated in every decision.

IAM User Guide, "Policy evaluation logic": a Deny of an SCP denies, and an SCP that allows something
limits what is allowed. Each file counts as attached beside AWS's `FullAWSAccess` unless it allows
something itself. AWS Organizations User Guide, "Service control policies": they do not touch
service-linked roles, and services that act in their own name are no principals of an account.
`MINISTACK_SCPS` has the files, one a line; `MINISTACK_OUTSIDERS` the accounts that are in no
organization, separated by commas.
"""

import functools
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from ministack_aws.access import decisions
from ministack_aws.access.variables import filled
from ministack_aws.engine import iam
from ministack_aws.engine.requests import get_account_id
from ministack_aws.engine.types import Context, Decision, Question, Rejection, Statement

FILES: Final = "MINISTACK_SCPS"
OUTSIDERS: Final = "MINISTACK_OUTSIDERS"
GLOBAL: Final = ("budgets", "ce", "cloudfront", "iam", "organizations", "route53", "support")
"""Services whose calls are made in us-east-1, which aws:RequestedRegion says then."""
LINKED: Final = ":role/aws-service-role/"
DENIAL: Final = (
    "User: {principal} is not authorized to perform: {action} on resource: {resource} with an "
    "explicit deny in a service control policy"
)
NO_ALLOW: Final = (
    "User: {principal} is not authorized to perform: {action} on resource: {resource} because no "
    "service control policy allows the {action} action"
)

Refusal = Decision | Rejection | None
Enforce = Callable[[str, str, str, str, str, Context | None], Refusal]


def register() -> None:
    """Evaluate the policies beside IAM, where there are any."""
    if policies():
        iam.enforce.wrap(_limited)


@cache
def policies() -> tuple[tuple[Statement, ...], ...]:
    """The statements of each file."""
    files = os.environ.get(FILES, "").splitlines()
    return tuple(
        tuple(iam.statements_of(json.loads(Path(file).read_text(encoding="utf-8"))))
        for file in files
    )


def region_of(action: str, region: str) -> str:
    """The region of a call, as aws:RequestedRegion has it."""
    return "us-east-1" if action.partition(":")[0] in GLOBAL else region


def refusal(question: Question) -> str | None:
    """Why the policies do not let something be done, in AWS's words; None where they do."""
    outsiders = os.environ.get(OUTSIDERS, "").split(",")
    if LINKED in question.principal_arn or question.principal_account in outsiders:
        return None
    words = {
        "principal": question.principal_arn,
        "action": question.action,
        "resource": question.resource_arn,
    }
    for statements in policies():
        if any(_matches(question, row, "Deny") for row in statements):
            return DENIAL.format(**words)
        allows = any(row.effect == "Allow" for row in statements)
        if allows and not any(_matches(question, row, "Allow") for row in statements):
            return NO_ALLOW.format(**words)
    return None


def _matches(question: Question, statement: Statement, effect: str) -> bool:
    row = filled(statement, question) if statement.effect == effect else None
    return (
        row is not None
        and iam.action_matches(question.action, row.actions, row.not_actions)
        and iam.resource_matches(question.resource_arn, row.resources, row.not_resources)
        and iam.conditions_hold(row.conditions, question)
    )


def _limited(enforce: Enforce) -> Enforce:
    @functools.wraps(enforce)
    def limited(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Context | None = None,
    ) -> Refusal:
        found = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        caller = iam.caller_of(access_key_id) if found is None else None
        if caller is None or iam_action in iam.always_allowed():
            return found
        who = caller["userArn"]
        question = iam.question(
            principal_arn=who,
            principal_type="AssumedRole" if ":assumed-role/" in who else "User",
            principal_account=get_account_id(),
            action=iam_action,
            resource_arn=resource_arn,
            region=region_of(iam_action, region),
            service_context={k.lower(): v for k, v in (service_context or {}).items()},
        )
        text = refusal(question)
        if text is None:
            return None
        decisions.record(who, iam_action, decisions.DENIED)
        return iam.rejection("AccessDeniedException", text)

    return limited
