"""What a deployment needs besides a version: the definition that the build has published."""

import boto3

from deploy_app.definition import download
from deploy_app.settings import Settings


def fetch(settings: Settings) -> str:
    """Get it; a sentence about what is missing, empty when nothing is."""
    session = boto3.Session(region_name=settings.deployment_region)
    if download(settings, session.client("ssm"), session.client("s3")):
        return ""
    return "the build pipeline has not published an inference pipeline yet"
