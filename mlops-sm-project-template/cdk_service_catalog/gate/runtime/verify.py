"""Verify: looks at what a project's own code has synthesised, and hands on what it accepts."""

from collections.abc import Mapping
from typing import Any, Final

from . import versions
from .changes import last_delivered, serves, summary
from .evidence import archives, check_evidence
from .history import check_is_on_branch
from .jobs import Job, answered
from .rules import refusals, report
from .settings import Project, Refused, Settings, load_settings
from .templates import MAXIMUM_ASSEMBLY, pack, read_assembly

ASSEMBLY, VERIFIED = "Assembly", "Verified"
BRANCH: Final = "main"
PARKED: Final = "parked"
"""What is delivered when the last version is rejected: the stages without what served it."""
CLIENTS: Final = ("codecommit", "codepipeline", "ecr", "s3", "sagemaker")


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Write the artifact `Verified`; export DELIVERS and what changes in each stage."""
    # Only here: the pure functions are used where there is no boto3.
    import boto3

    clients = {name: boto3.client(name) for name in CLIENTS}
    partition = context.invoked_function_arn.split(":")[1]

    def work(job: Job) -> Mapping[str, str]:
        artifacts = boto3.client(
            "s3",
            aws_access_key_id=job.credentials["accessKeyId"],
            aws_secret_access_key=job.credentials["secretAccessKey"],
            aws_session_token=job.credentials["sessionToken"],
        )
        return verify(job, load_settings(), {**clients, "artifacts": artifacts}, partition)

    answered(clients["codepipeline"], event, work)


def verify(
    job: Job, settings: Settings, clients: Mapping[str, Any], partition: str = "aws"
) -> Mapping[str, str]:
    """The variables of the action, when everything is as it must be.

    Raises:
        Refused: the commit, the version or a template is not what may be delivered.
    """
    templates = read_assembly(_assembly(clients["artifacts"], job), settings.accounts)
    version = job.parameters["model"]
    project = job.project
    before = {stage: _last(clients, project, stage) for stage in templates}
    parks = version == versions.NONE
    if not templates or (parks and not any(map(serves, before.values()))):
        _deliver(clients["artifacts"], job, {})
        return {
            "DELIVERS": versions.NONE,
            **dict.fromkeys(map(_variable, settings.accounts), "nothing"),
        }
    check_is_on_branch(
        clients["codecommit"],
        f"sagemaker-{project.full_name}-deploy",
        BRANCH,
        job.parameters["commit"],
    )
    known = () if parks else _checked_version(version, settings, project, clients)
    found = refusals(templates, settings, project, version, partition=partition, archives=known)
    if found:
        raise Refused(report(found))
    changes = {_variable(stage): summary(before[stage], templates[stage]) for stage in templates}
    _deliver(clients["artifacts"], job, templates)
    return {"DELIVERS": PARKED if parks else versions.number(version), **changes}


def _checked_version(
    version: str, settings: Settings, project: Project, clients: Mapping[str, Any]
) -> tuple[str, ...]:
    """The URIs of the models of a version.

    Raises:
        Refused: it is not the project's, not approved, or not what was approved.
    """
    versions.check_is_own(version, project, settings.dev_account)
    described = versions.describe(clients["sagemaker"], version)
    if described["ModelApprovalStatus"] != versions.APPROVED:
        raise Refused(f"{version} is {described['ModelApprovalStatus']}, not approved any more")
    check_evidence(clients, settings, project, described)
    return archives(described)


def _last(clients: Mapping[str, Any], project: Project, stage: str) -> Mapping[str, Any]:
    pipeline = f"sagemaker-{project.full_name}-deploy"
    return last_delivered(clients["codepipeline"], clients["s3"], pipeline, stage)


def _variable(stage: str) -> str:
    return f"CHANGES_{stage.upper().replace('-', '_')}"


def _assembly(artifacts: Any, job: Job) -> bytes:
    place = job.inputs[ASSEMBLY]
    body = artifacts.get_object(Bucket=place.bucket, Key=place.key)["Body"]
    # One byte more than is allowed, so that too much is seen and not read.
    content: bytes = body.read(MAXIMUM_ASSEMBLY + 1)
    return content


def _deliver(artifacts: Any, job: Job, templates: Mapping[str, Mapping[str, Any]]) -> None:
    place = job.outputs[VERIFIED]
    key = {"SSEKMSKeyId": job.key} if job.key else {}
    artifacts.put_object(
        Bucket=place.bucket,
        Key=place.key,
        Body=pack(templates),
        ServerSideEncryption="aws:kms",
        **key,
    )
