"""What a deployment needs besides a version: the inference pipeline of the version's training."""

import os

import boto3

from deploy_app.definition import download
from deploy_app.settings import NONE, Settings

PIPELINE = "INFERENCE_PIPELINE"
"""Where it was published, as the platform's gate reads it from the version."""


def fetch(settings: Settings) -> str:
    """Get it; a sentence about what is missing, empty when nothing is."""
    uri = os.environ.get(PIPELINE, NONE)
    if uri == NONE:
        return (
            f"{settings.model_package_arn} names no inference pipeline (in the deploy pipeline "
            f"Choose sets {PIPELINE}; on a laptop set it to the InferencePipelineUri of the version)"
        )
    session = boto3.Session(region_name=settings.deployment_region)
    download(uri, session.client("s3"))
    return ""
