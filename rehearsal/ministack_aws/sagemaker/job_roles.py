"""What SageMaker does in the name of a job: with its role, and no more than the role may."""

import contextvars
import os

import boto3
from botocore.config import Config
from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import get_region

from ministack_aws import sessions
from ministack_aws.errors import ServiceError

LOOPBACK = "127.0.0.1"


def assume(role_arn):
    """Credentials of a role for SageMaker.

    Raises:
        ServiceError: there is no such role, or it does not trust SageMaker.
    """
    status, found = sessions.session(role_arn, "sagemaker.amazonaws.com", "SageMaker")
    if status != 200:
        raise ServiceError(
            "ValidationException",
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows "
            "principal 'sagemaker.amazonaws.com' to assume the role.",
        )
    return found


def client(service, credentials):
    """A client of this emulator with credentials; only for threads of their own."""
    return boto3.client(
        service,
        endpoint_url=os.environ["MINISTACK_SELF_URL"],
        region_name=get_region(),
        config=Config(retries={"max_attempts": 2}, s3={"addressing_style": "path"}),
        **credentials,
    )


def refusal(credentials, action, resource, **context):
    """Why the session may not do this with a resource, in AWS's words; None where it may.

    Identity policies, boundary and the policy of the resource decide, in whatever account it is.
    """
    return contextvars.copy_context().run(_refusal, credentials, action, resource, context)


def _refusal(credentials, action, resource, context):
    # Jobs have threads without a request, and SageMaker asks over TLS.
    evaluator.pin_request_origin(LOOPBACK, secure_transport=True)
    found = evaluator.enforce(
        credentials["aws_access_key_id"],
        action,
        action.partition(":")[0],
        get_region(),
        resource_arn=resource,
        service_context=context,
    )
    if found is None:
        return None
    who = getattr(found, "principal_arn", "the role")
    return f"User: {who} is not authorized to perform: {action} on resource: {resource}"
