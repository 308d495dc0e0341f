"""The buckets of a project and their keys: one for data and models, one for its pipelines."""

from typing import Any, Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.evidence import evidence_statements
from cdk_service_catalog.project.lost_events import alarms_use_the_key
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.key_policies import (
    EVENTS_TO_TOPICS,
    THIS_KEY,
    encrypt_log_groups,
    key_policy,
)
from mlops_commons.iam.statements import (
    EVERYBODY,
    Condition,
    Principals,
    Statement,
    account_roots,
    actions,
    policy_document,
)
from mlops_commons.iam.through_services import through
from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, ref, sub

READ_OBJECTS: Final = actions("s3", "GetObject GetBucketLocation ListBucket")


def key_resources(props: ProjectProps) -> Resources:
    """The keys of models and of the pipelines."""
    return {
        "ArtifactKey": _key(
            props,
            "data and models",
            Statement(
                sid="StagesReadModels",
                principals=_stage_accounts(props),
                actions=("kms:Decrypt",),
                resources=THIS_KEY,
                condition={
                    **executing_in_stages(props),
                    **through("s3"),
                },
            ),
        ),
        "PipelineKey": _key(
            props,
            "source code, pipeline artifacts, build logs and notifications",
            Statement(
                sid="StagesReadTemplates",
                principals=_stage_accounts(props),
                actions=actions("kms", "Decrypt DescribeKey"),
                resources=THIS_KEY,
                condition=_deploying_in_stages(props),
            ),
            encrypt_log_groups("EncryptBuildLogs", f"/aws/codebuild/{naming.PREFIXED}-*"),
            EVENTS_TO_TOPICS,
            alarms_use_the_key(props),
        ),
    }


def bucket_resources(props: ProjectProps) -> Resources:
    """Both buckets, each readable by the other stages as far as they need."""
    return {
        "ArtifactBucket": _bucket(props, "artifacts", "ArtifactKey"),
        "ArtifactBucketPolicy": _bucket_policy(
            "ArtifactBucket",
            Statement(
                sid="StagesReadModels",
                principals=_stage_accounts(props),
                actions=READ_OBJECTS,
                # What the gate lets a stage read: sealed models, and scripts by their hash.
                resources=(
                    "${ArtifactBucket.Arn}",
                    *(f"${{ArtifactBucket.Arn}}/{place}/*" for place in ("registered", "sources")),
                ),
                condition=executing_in_stages(props),
            ),
            *evidence_statements(props),
        ),
        "PipelineBucket": _bucket(props, "pipeline", "PipelineKey", expiration_days=180),
        "PipelineBucketPolicy": _bucket_policy(
            "PipelineBucket",
            Statement(
                sid="StagesReadTemplates",
                principals=_stage_accounts(props),
                actions=READ_OBJECTS,
                resources=_whole("PipelineBucket"),
                condition=_deploying_in_stages(props),
            ),
            *_each_artifact_by_its_role(props),
        ),
    }


def executing_in_stages(props: ProjectProps) -> Condition:
    """The condition that names the project's execution roles in the stages' accounts.

    They are made by the project's first deployment; a policy that named them as principals
    would be refused until then, so the account is the principal and this is the limit.
    """
    roles = [props.stage_role_arn(stage, "execution") for stage in props.stages]
    return {"ArnEquals": {"aws:PrincipalArn": roles}}


def _stage_accounts(props: ProjectProps) -> Principals:
    return account_roots(*(f"${{{stage.account}}}" for stage in props.stages))


def _deploying_in_stages(props: ProjectProps) -> Condition:
    """The condition that names the roles that the stages have for projects.

    A project may be launched before its stages are delivered, hence a condition here too.
    """
    roles = [
        role(stage)
        for stage in props.stages
        for role in (props.deploy_role_arn, props.cloudformation_role_arn)
    ]
    return {"ArnEquals": {"aws:PrincipalArn": roles}}


def _key(props: ProjectProps, what: str, *statements: Statement) -> Resource:
    return {
        "Type": "AWS::KMS::Key",
        **props.retention,
        "Properties": {
            "Description": sub(f"Project ${{SageMakerProjectName}}: {what}"),
            "EnableKeyRotation": True,
            "KeyPolicy": key_policy(*statements),
        },
    }


def _bucket(props: ProjectProps, purpose: str, key: str, *, expiration_days: int = 0) -> Resource:
    return {
        "Type": "AWS::S3::Bucket",
        **props.retention,
        "Properties": {
            "BucketName": sub(naming.bucket(props.app_prefix, purpose)),
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {
                        "BucketKeyEnabled": True,
                        "ServerSideEncryptionByDefault": {
                            "SSEAlgorithm": "aws:kms",
                            "KMSMasterKeyID": attribute(key, "Arn"),
                        },
                    }
                ]
            },
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "VersioningConfiguration": {"Status": "Enabled"},
            "LoggingConfiguration": _logging(props, purpose),
            "LifecycleConfiguration": {"Rules": _lifecycle(expiration_days)},
        },
    }


def _logging(props: ProjectProps, purpose: str) -> dict[str, Any]:
    archive = props.org.access_logs
    own: dict[str, Any]
    if archive is None:
        own = {"LogFilePrefix": sub(f"{naming.ID}/{purpose}/")}
    else:
        own = {
            **({"LogFilePrefix": archive.prefix} if archive.prefix else {}),
            "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
        }
    return {"DestinationBucketName": props.access_logs_bucket, **own}


def _lifecycle(expiration_days: int) -> list[dict[str, Any]]:
    rule: dict[str, Any] = {
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
    }
    return [rule | ({"ExpirationInDays": expiration_days} if expiration_days else {})]


def _each_artifact_by_its_role(props: ProjectProps) -> tuple[Statement, ...]:
    """Who may write what the actions of the pipelines hand to each other: one role each.

    A project's own code writes the assembly alone, which the gate reads before anything else does,
    and the pipeline of the build repository writes its source and nothing that is deployed.
    """
    changes = actions("s3", "DeleteObject DeleteObjectVersion PutObject")
    objects = {
        name: f"${{PipelineBucket.Arn}}/{naming.artifact_keys(name)}"
        for name in naming.ARTIFACT_WRITERS
    }
    return (
        *(
            Statement(
                sid=f"{name}ByOneRole",
                effect="Deny",
                principals=EVERYBODY,
                actions=changes,
                resources=(objects[name],),
                condition={"ArnNotEquals": {"aws:PrincipalArn": props.own_role_arn(writer)}},
            )
            for name, writer in naming.ARTIFACT_WRITERS.items()
        ),
        Statement(
            sid="WhatIsNoArtifactByOneRole",
            effect="Deny",
            principals=EVERYBODY,
            actions=changes,
            not_resources=tuple(objects.values()),
            condition={
                "ArnNotEquals": {"aws:PrincipalArn": props.own_role_arn(naming.HANDS_TEMPLATES_ON)}
            },
        ),
    )


def _bucket_policy(bucket: str, *statements: Statement) -> Resource:
    tls_only = Statement(
        sid="TlsOnly",
        effect="Deny",
        principals=EVERYBODY,
        actions=("s3:*",),
        resources=_whole(bucket),
        condition={"Bool": {"aws:SecureTransport": "false"}},
    )
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": ref(bucket),
            "PolicyDocument": policy_document((tls_only, *statements)),
        },
    }


def _whole(bucket: str) -> tuple[str, ...]:
    return (f"${{{bucket}.Arn}}", f"${{{bucket}.Arn}}/*")
