"""Put the compiled inference pipeline where the version names it that is trained with it.

A deployment takes the pipeline of its version: whichever training ends first, and whatever was
pushed meanwhile, a model never meets checks of another commit.
"""

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
    """A definition, its key in the artifact bucket, and the URI by which a version names it."""

    definition: str
    key: str
    uri: str


def main() -> int:
    """Upload the definition; exit code 1 says what is missing."""
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    s3 = boto3.Session(region_name=settings.region).client("s3")
    try:
        Sources(settings).upload(s3)
        print(f"published {publish(plan(settings), settings, s3)}")
    except SourcesDiffer as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def plan(settings: Settings) -> Publication:
    """What is uploaded where; equal definitions have one place."""
    definition = get_pipeline("inference", settings).definition()
    key = f"sources/{hashlib.sha256(definition.encode()).hexdigest()}/inference.json"
    return Publication(definition=definition, key=key, uri=settings.uri(key))


def publish(planned: Publication, settings: Settings, s3: Any) -> str:
    """Carry the plan out with a client of S3; the URI of the definition."""
    put_once(s3, settings, planned.key, planned.definition.encode())
    return planned.uri


if __name__ == "__main__":
    sys.exit(main())
