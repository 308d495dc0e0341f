"""What SageMaker does in the name of a job: with its role, and no more than the role may."""

import contextvars
import os
from typing import Final

import boto3
from botocore.config import Config

from ministack_aws.access import sessions
from ministack_aws.engine import iam
from ministack_aws.engine.requests import get_region
from ministack_aws.engine.types import Client, Context, Credentials
from ministack_aws.errors import ServiceError

LOOPBACK: Final = "127.0.0.1"


def assume(role_arn: str) -> Credentials:
    """Credentials of a role for SageMaker.

    Raises:
        ServiceError: there is no such role, or it does not trust SageMaker.
    """
    try:
        return sessions.session(role_arn, "sagemaker.amazonaws.com", "SageMaker")
    except sessions.NotTrusted as error:
        raise ServiceError(
            "ValidationException",
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows "
            "principal 'sagemaker.amazonaws.com' to assume the role.",
        ) from error


def client(service: str, credentials: Credentials, config: Config | None = None) -> Client:
    """A client of this emulator with credentials; only for threads of their own."""
    usual = Config(retries={"max_attempts": 2}, s3={"addressing_style": "path"})
    return boto3.client(
        service,
        endpoint_url=os.environ["MINISTACK_SELF_URL"],
        region_name=get_region(),
        config=usual.merge(config) if config else usual,
        **credentials,
    )


def refusal(
    credentials: Credentials, action: str, resource: str, context: Context | None = None
) -> str | None:
    """Why the session may not do this with a resource, in AWS's words; None where it may.

    Identity policies, boundary and the policy of the resource decide, in whatever account it is.
    """
    return contextvars.copy_context().run(_refusal, credentials, action, resource, context or {})


def _refusal(credentials: Credentials, action: str, resource: str, context: Context) -> str | None:
    # Jobs have threads without a request, and SageMaker calls over TLS.
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
    who = getattr(found, "principal_arn", "the role")
    return f"User: {who} is not authorized to perform: {action} on resource: {resource}"
