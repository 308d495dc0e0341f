"""Choose: decides which version of the model a run of the deploy pipeline delivers."""

from collections.abc import Mapping
from typing import Any

from . import versions
from .jobs import Job, answered
from .metric import metric
from .settings import Settings, artifact_bucket, load_settings


def handler(event: Mapping[str, Any], _context: Any) -> None:
    """Export MODEL_PACKAGE_ARN, VERSION and METRIC; without an approved version they are `none`."""
    # Only here: the pure functions are used where there is no boto3.
    import boto3

    clients = {name: boto3.client(name) for name in ("sagemaker", "s3")}
    answered(boto3.client("codepipeline"), event, lambda job: choose(job, load_settings(), clients))


def choose(job: Job, settings: Settings, clients: Mapping[str, Any]) -> Mapping[str, str]:
    """The variables of the action.

    Raises:
        Refused: who has started the run names a version that is not the project's.
    """
    sagemaker, project = clients["sagemaker"], job.project
    wanted = job.parameters["wanted"]
    arn = versions.choose(sagemaker, project, settings.dev_account, wanted)
    if arn == versions.NONE:
        return dict.fromkeys(("MODEL_PACKAGE_ARN", "VERSION", "METRIC"), versions.NONE)
    described = versions.describe(sagemaker, arn)
    return {
        "MODEL_PACKAGE_ARN": arn,
        "VERSION": versions.number(arn),
        "METRIC": metric(clients["s3"], described, artifact_bucket(settings, project.id)),
    }
