"""Permissions that several roles of a project share."""

from typing import Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.statements import Statement, actions, arns

USE_KEY: Final = actions("kms", "Decrypt Encrypt GenerateDataKey ReEncryptFrom ReEncryptTo")
OBJECTS: Final = "the objects of one bucket of this project have names made while it works"


def write_build_logs(purpose: str) -> Statement:
    """The log of one build, in the group that the template makes; nobody writes that of another."""
    return Statement(
        sid="WriteBuildLogs",
        actions=actions("logs", "CreateLogStream PutLogEvents"),
        resources=arns("logs", f"log-group:/aws/codebuild/{naming.PREFIXED}-{purpose}:*"),
        reason="CodeBuild names log streams by the id of the build",
    )


def read_pipeline_artifacts() -> tuple[Statement, ...]:
    """What an action of the project's pipelines gets from those before it."""
    return (
        Statement(
            sid="ReadPipelineArtifacts",
            actions=actions("s3", "GetObject GetObjectVersion"),
            resources=("${PipelineBucket.Arn}/*",),
            reason=OBJECTS,
        ),
        Statement(
            sid="FindPipelineArtifacts",
            actions=actions("s3", "GetBucketLocation GetBucketVersioning ListBucket"),
            resources=("${PipelineBucket.Arn}",),
        ),
        Statement(
            sid="ReadWithThePipelineKey",
            actions=("kms:Decrypt",),
            resources=("${PipelineKey.Arn}",),
        ),
    )


def write_pipeline_artifacts(role: str) -> tuple[Statement, ...]:
    """What it hands on to those after it.

    Args:
        role: whose artifacts; nobody writes those of another role.
    """
    own = [
        naming.artifact_keys(name)
        for name, writer in naming.ARTIFACT_WRITERS.items()
        if writer == role
    ]
    keys = ["*"] if role == naming.HANDS_TEMPLATES_ON else own
    return (
        Statement(
            sid="WritePipelineArtifacts",
            actions=("s3:PutObject",),
            resources=tuple(f"${{PipelineBucket.Arn}}/{key}" for key in keys),
            reason=OBJECTS,
        ),
        Statement(
            sid="WriteWithThePipelineKey", actions=USE_KEY, resources=("${PipelineKey.Arn}",)
        ),
    )


def use_project_artifacts(*, writes: str = "") -> tuple[Statement, ...]:
    """The project's data, models and pipeline definitions.

    Args:
        writes: the object keys that the role writes too, as a pattern; none by default.
    """
    write = Statement(
        sid="WriteProjectArtifacts",
        actions=actions("s3", "PutObject AbortMultipartUpload ListMultipartUploadParts"),
        resources=(f"${{ArtifactBucket.Arn}}/{writes}",),
        reason=OBJECTS,
    )
    keys = USE_KEY if writes else ("kms:Decrypt",)
    return (
        Statement(
            sid="UseProjectArtifacts",
            actions=("s3:GetObject",),
            resources=("${ArtifactBucket.Arn}/*",),
            reason=OBJECTS,
        ),
        *((write,) if writes else ()),
        Statement(
            sid="FindProjectArtifacts",
            actions=actions("s3", "GetBucketLocation ListBucket"),
            resources=("${ArtifactBucket.Arn}",),
        ),
        Statement(sid="UseArtifactKey", actions=keys, resources=("${ArtifactKey.Arn}",)),
    )


def pass_role(props: ProjectProps, purpose: str, service: str) -> Statement:
    """One role of the project to one service, and no other role to anything."""
    return Statement(
        sid="PassOneRole",
        actions=("iam:PassRole",),
        resources=(props.own_role_arn(purpose),),
        condition={"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}},
    )
