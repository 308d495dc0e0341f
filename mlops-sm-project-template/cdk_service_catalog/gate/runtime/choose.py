"""Choose: decides which version of the model a run of the deploy pipeline delivers."""

import re
from collections.abc import Mapping
from typing import Any, Final

from . import versions
from .jobs import Job, answered
from .metric import metric, recorded_skill, report
from .settings import Settings, artifact_bucket, load_settings

EXPORTED: Final = (
    *("MODEL_PACKAGE_ARN", "MODEL_DATA_URI", "MODEL_IMAGE", "MODEL_SKILL", "VERSION"),
    *("METRIC", "REPORT", "PREVIOUS_DATA_URI", "INFERENCE_PIPELINE"),
)
INFERENCE_PIPELINE: Final = "InferencePipelineUri"
"""The property of a version that says which batch pipeline was published with its training."""
PUBLISHED: Final = r"s3://{bucket}/sources/[0-9a-f]{{64}}/inference\.json"
"""Where the project's build alone writes, each object once."""


def handler(event: Mapping[str, Any], _context: Any) -> None:
    """Export what an approval shows of the version; without an approved one it is `none`."""
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
        return dict.fromkeys(EXPORTED, versions.NONE)
    described = versions.describe(sagemaker, arn)
    bucket = artifact_bucket(settings, project.id)
    return {
        "MODEL_PACKAGE_ARN": arn,
        **_container(described),
        "MODEL_SKILL": recorded_skill(described) or versions.NONE,
        "VERSION": versions.number(arn),
        "METRIC": metric(clients["s3"], described, bucket),
        "REPORT": report(described, bucket, settings.region),
        "PREVIOUS_DATA_URI": _previous(sagemaker, job, settings, arn),
        "INFERENCE_PIPELINE": _inference_pipeline(described, bucket),
    }


def _inference_pipeline(described: Mapping[str, Any], bucket: str) -> str:
    """The definition that belongs to the version, whatever was pushed since its training began."""
    recorded = str(described.get("CustomerMetadataProperties", {}).get(INFERENCE_PIPELINE, ""))
    pattern = PUBLISHED.format(bucket=re.escape(bucket))
    return recorded if re.fullmatch(pattern, recorded) else versions.NONE


def _previous(sagemaker: Any, job: Job, settings: Settings, arn: str) -> str:
    """The archive of the approved version before this one, whose answers tests compare with its."""
    before = versions.before(sagemaker, job.project, settings.dev_account, arn)
    if before == versions.NONE:
        return versions.NONE
    return _container(versions.describe(sagemaker, before))["MODEL_DATA_URI"]


def _container(described: Mapping[str, Any]) -> dict[str, str]:
    """The archive and the image of a version of one container; what a project deploys reads both.

    What is synthesised with them is compared with the version again: see `check_model.archives`.
    """
    containers = described.get("InferenceSpecification", {}).get("Containers", [])
    only = containers[0] if len(containers) == 1 else {}
    names = {"MODEL_DATA_URI": "ModelDataUrl", "MODEL_IMAGE": "Image"}
    return {name: str(only.get(key) or versions.NONE) for name, key in names.items()}
