"""A job of CodePipeline: what it hands to a function, and what it is told.

Source: CodePipeline User Guide, "Invoke an AWS Lambda function in a pipeline", Example JSON event.
The event holds credentials and is never logged.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .settings import Project, Refused
from .templates import parse

MAXIMUM_MESSAGE: Final = 4900
"""API_FailureDetails, message: 5,000 characters at most."""
FAILED: Final = "JobFailed"


@dataclass(frozen=True)
class Place:
    """An artifact in the bucket of the pipeline."""

    bucket: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job, of CodePipeline's own fields and of the parameters in the product's template.

    Attributes:
        inputs, outputs: artifacts by name.
    """

    id: str
    parameters: Mapping[str, str]
    inputs: Mapping[str, Place]
    outputs: Mapping[str, Place]
    credentials: Mapping[str, str]
    key: str

    @property
    def project(self) -> Project:
        """The project that the pipeline belongs to."""
        return Project(name=self.parameters["project_name"], id=self.parameters["project_id"])


def read(event: Mapping[str, Any]) -> Job:
    """The job of an event; its parameters are read strictly, for some come from who starts a run.

    Raises:
        Refused: the parameters say something twice, or are no texts.
    """
    job = event["CodePipeline.job"]
    data = job["data"]
    text = data["actionConfiguration"]["configuration"]["UserParameters"]
    parameters = parse(text.encode(), "the parameters of the action")
    if not all(isinstance(value, str) for value in parameters.values()):
        raise Refused("the parameters of the action are not texts")
    return Job(
        id=job["id"],
        parameters=parameters,
        inputs=_places(data.get("inputArtifacts", ())),
        outputs=_places(data.get("outputArtifacts", ())),
        credentials=data.get("artifactCredentials", {}),
        key=(data.get("encryptionKey") or {}).get("id", ""),
    )


def _places(artifacts: Any) -> dict[str, Place]:
    return {
        row["name"]: Place(
            row["location"]["s3Location"]["bucketName"], row["location"]["s3Location"]["objectKey"]
        )
        for row in artifacts
    }


def answered(
    codepipeline: Any, event: Mapping[str, Any], work: Callable[[Job], Mapping[str, str]]
) -> None:
    """Do a job and tell CodePipeline how it has ended, whatever happens.

    Args:
        work: answers with the variables that the action exports.
    """
    job_id = event["CodePipeline.job"]["id"]
    try:
        exported = work(read(event))
    except Refused as refused:
        _fail(codepipeline, job_id, str(refused))
    except Exception as error:
        _fail(codepipeline, job_id, f"the gate itself has failed: {type(error).__name__}: {error}")
        raise
    else:
        print(json.dumps({"job": job_id, "exported": dict(exported)}))  # noqa: T201  # its log
        codepipeline.put_job_success_result(jobId=job_id, outputVariables=dict(exported))


def _fail(codepipeline: Any, job_id: str, message: str) -> None:
    print(json.dumps({"job": job_id, "refused": message}))  # noqa: T201  # its log
    codepipeline.put_job_failure_result(
        jobId=job_id, failureDetails={"type": FAILED, "message": message[:MAXIMUM_MESSAGE]}
    )
