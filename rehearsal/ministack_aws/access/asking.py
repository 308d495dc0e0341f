"""Whether a session may do something, asked of everything that decides about it."""

import contextvars
from typing import Final

from ministack_aws.engine import iam
from ministack_aws.engine.requests import get_region
from ministack_aws.engine.types import Context, Credentials, Rejection

LOOPBACK: Final = "127.0.0.1"


def refusal(
    credentials: Credentials, action: str, resource: str, context: Context | None = None
) -> str | None:
    """Why the session may not do this with a resource, in AWS's words; None where it may.

    Identity policies, boundary and the policy of the resource decide, in whatever account it is.
    """
    return contextvars.copy_context().run(_refusal, credentials, action, resource, context or {})


def _refusal(credentials: Credentials, action: str, resource: str, context: Context) -> str | None:
    # Services have threads without a request, and call each other over TLS.
    iam.pin_request_origin(LOOPBACK, True)
    found = iam.enforce(
        credentials["aws_access_key_id"],
        action,
        action.partition(":")[0],
        get_region(),
        resource,
        context,
    )
    if found is None:
        return None
    if isinstance(found, Rejection):
        return found.message
    who = getattr(found, "principal_arn", "the role")
    return f"User: {who} is not authorized to perform: {action} on resource: {resource}"
