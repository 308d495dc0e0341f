"""A session in which the SDK compiles pipelines without a call to AWS."""

import logging
import os
import warnings

import boto3
from botocore.session import Session as BotocoreSession

from ml_pipelines.settings import Settings

OFFLINE = {
    # The SDK would ask IAM what the role may do, with the caller's credentials.
    "SAGEMAKER_VALIDATE_ROLE": "false",
    # Modules of the SDK make clients when they are imported.
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
# Before the SDK is imported; what the caller has set stays.
for name, value in OFFLINE.items():
    os.environ.setdefault(name, value)
# The SDK tells of defaults that it does not find and of job names that a pipeline gives itself.
for name in ("sagemaker", "sagemaker.config", "sagemaker.core.workflow.utilities"):
    logging.getLogger(name).setLevel(logging.ERROR)

from sagemaker.core.workflow.pipeline_context import PipelineSession  # noqa: E402

warnings.filterwarnings("ignore", message="Running within a PipelineSession")


def pipeline_session(settings: Settings) -> PipelineSession:
    """A session that knows region and bucket, and has no credentials to call anything with."""
    core = BotocoreSession()
    core.set_credentials("compiles", "without-calling")
    return PipelineSession(
        boto_session=boto3.Session(botocore_session=core, region_name=settings.region),
        default_bucket=settings.artifact_bucket,
    )
