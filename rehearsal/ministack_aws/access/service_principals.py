"""What AWS services may do in their own name, by the policy of the resource that they use."""

from collections.abc import Mapping
from typing import Any, Final

from ministack_aws.access import decisions
from ministack_aws.engine import iam
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Context

DENIAL: Final = (
    "{service} is not authorized to perform: {action} on resource: {resource} because no "
    "resource-based policy allows the {action} action"
)
Policy = str | Mapping[str, Any] | None


def service_refusal(
    policy: Policy, service: str, action: str, resource: str, context: Context | None = None
) -> str | None:
    """Why a service may not do something with a resource; None where its policy lets it.

    Args:
        policy: of the resource; a service that acts in its own name has no policy of its own.
        context: condition keys; the account that it acts for is there already.
    """
    own = {
        "aws:principalisawsservice": "true",
        "aws:principalservicename": service,
        "aws:sourceaccount": get_account_id(),
        **{key.lower(): value for key, value in (context or {}).items()},
    }
    question = iam.question(
        principal_arn=service,
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource,
        region=get_region(),
        # Services call each other over TLS only.
        secure_transport=True,
        service_context=own,
    )
    allowed = iam.resource_decision(policy, question, service).decision == "Allow"
    who = f"arn:aws:iam::{get_account_id()}:service/{service}"
    decisions.record(who, action, decisions.ALLOWED if allowed else decisions.DENIED)
    return None if allowed else DENIAL.format(service=service, action=action, resource=resource)
