"""Put the compiled inference pipeline where the deploy pipeline finds it."""

import hashlib
import os
import sys
from dataclasses import dataclass
from typing import Any

import boto3

from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import Settings, SettingsError
from ml_pipelines.sources import Sources, SourcesDiffer, put_once


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
    s3, ssm = session.client("s3"), session.client("ssm")
    try:
        Sources(settings).upload(s3)
        print(f"published {publish(plan(settings), settings, s3, ssm)}")
    except SourcesDiffer as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def plan(settings: Settings) -> Publication:
    """What is uploaded where; equal definitions have one place."""
    definition = get_pipeline("inference", settings).definition()
    return Publication(
        definition=definition,
        key=f"sources/{hashlib.sha256(definition.encode()).hexdigest()}/inference.json",
        parameter=f"/mlops/{settings.project_name}/inferencepipeline",
    )


def publish(planned: Publication, settings: Settings, s3: Any, ssm: Any) -> str:
    """Carry the plan out with clients of S3 and SSM; the URI of the definition."""
    put_once(s3, settings, planned.key, planned.definition.encode())
    uri = f"s3://{settings.artifact_bucket}/{planned.key}"
    # Named last: a deployment never finds a name without a definition.
    ssm.put_parameter(Name=planned.parameter, Value=uri, Type="String", Overwrite=True)
    return uri


if __name__ == "__main__":
    sys.exit(main())
