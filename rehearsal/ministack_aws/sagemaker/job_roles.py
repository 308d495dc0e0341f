"""What SageMaker does in the name of a job: with its role, and no more than the role may."""

import os

import boto3
from botocore.config import Config

from ministack_aws.access import sessions
from ministack_aws.access.asking import refusal
from ministack_aws.engine.requests import get_region
from ministack_aws.engine.types import Client, Credentials
from ministack_aws.errors import ServiceError

__all__ = ["assume", "client", "refusal"]


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
