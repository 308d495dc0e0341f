"""Put the compiled inference pipeline where the deploy pipeline finds it."""

import os
import sys
from dataclasses import dataclass
from typing import Any

import boto3

from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import Settings, SettingsError
from ml_pipelines.sources import Sources


@dataclass(frozen=True)
class Publication:
    """A definition, its key in the artifact bucket, and the SSM parameter that names it."""

    definition: str
    key: str
    parameter: str


def main() -> int:
    """Upload and name the definition; exit code 1 says what is missing."""
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    session = boto3.Session(region_name=settings.region)
    planned = plan(settings)
    Sources(settings).upload(session.client("s3"))
    print(f"published {publish(planned, settings, session.client('s3'), session.client('ssm'))}")
    return 0


def plan(settings: Settings) -> Publication:
    """What is uploaded where; equal sources and settings have one place."""
    digest = Sources(settings).digest
    return Publication(
        definition=get_pipeline("inference", settings).definition(),
        key=f"{settings.pipeline_name}/pipeline-definitions/{digest}/inference.json",
        parameter=f"/mlops/{settings.project_name}/inferencepipeline",
    )


def publish(planned: Publication, settings: Settings, s3: Any, ssm: Any) -> str:
    """Carry the plan out with clients of S3 and SSM; the URI of the definition."""
    s3.put_object(
        Bucket=settings.artifact_bucket,
        Key=planned.key,
        Body=planned.definition.encode(),
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=settings.kms_key_arn,
    )
    uri = f"s3://{settings.artifact_bucket}/{planned.key}"
    # Named last: a deployment never finds a name without a definition.
    ssm.put_parameter(Name=planned.parameter, Value=uri, Type="String", Overwrite=True)
    return uri


if __name__ == "__main__":
    sys.exit(main())
