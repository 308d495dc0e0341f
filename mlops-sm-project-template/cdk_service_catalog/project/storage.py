"""The buckets of a project and their keys: one for data and models, one for its pipelines."""

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.props import STAGES, ProjectProps
from mlops_commons.iam.key_policies import key_policy
from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, ref, sub

READ_OBJECTS = ("s3:GetObject", "s3:GetBucketLocation", "s3:ListBucket")


def key_resources(props: ProjectProps) -> Resources:
    """The keys of models and of the pipelines."""
    return {
        "ArtifactKey": _key(
            props,
            "data and models",
            {
                "Sid": "StagesReadModels",
                "Effect": "Allow",
                "Principal": {"AWS": _stage_accounts()},
                "Action": "kms:Decrypt",
                # In a key policy "*" means this key.
                "Resource": "*",
                "Condition": {
                    **executing_in_stages(),
                    "StringEquals": {"kms:ViaService": sub("s3.${AWS::Region}.${AWS::URLSuffix}")},
                },
            },
        ),
        "PipelineKey": _key(
            props,
            "source code, pipeline artifacts, build logs and notifications",
            {
                "Sid": "StagesReadTemplates",
                "Effect": "Allow",
                "Principal": {"AWS": _bootstrap_roles(props, "deploy", "cfn-exec")},
                "Action": ["kms:Decrypt", "kms:DescribeKey"],
                "Resource": "*",
            },
            _build_logs(),
            _events(),
        ),
    }


def bucket_resources(props: ProjectProps) -> Resources:
    """Both buckets, each readable by the other stages as far as they need."""
    return {
        "ArtifactBucket": _bucket(props, "artifacts", "ArtifactKey"),
        "ArtifactBucketPolicy": _bucket_policy(
            "ArtifactBucket",
            {
                "Sid": "StagesReadModels",
                "Effect": "Allow",
                "Principal": {"AWS": _stage_accounts()},
                "Action": list(READ_OBJECTS),
                "Resource": _whole("ArtifactBucket"),
                "Condition": executing_in_stages(),
            },
        ),
        "PipelineBucket": _bucket(props, "pipeline", "PipelineKey", expiration_days=180),
        "PipelineBucketPolicy": _bucket_policy(
            "PipelineBucket",
            {
                "Sid": "StagesReadTemplates",
                "Effect": "Allow",
                "Principal": {"AWS": _bootstrap_roles(props, "deploy", "cfn-exec")},
                "Action": list(READ_OBJECTS),
                "Resource": _whole("PipelineBucket"),
            },
        ),
    }


def executing_in_stages() -> dict[str, Any]:
    """The condition that names the project's execution roles in the stages' accounts.

    They are made by the project's first deployment; a policy that named them as principals
    would be refused until then, so the account is the principal and this is the limit.
    """
    roles = [sub(naming.stage_role_arn(stage.account, stage.name, "execution")) for stage in STAGES]
    return {"ArnEquals": {"aws:PrincipalArn": roles}}


def _stage_accounts() -> list[Mapping[str, str]]:
    return [sub(f"arn:${{AWS::Partition}}:iam::${{{stage.account}}}:root") for stage in STAGES]


def _bootstrap_roles(props: ProjectProps, *kinds: str) -> list[Mapping[str, str]]:
    return [
        sub(naming.bootstrap_role_arn(stage.account, kind, props.qualifier))
        for stage in STAGES
        for kind in kinds
    ]


def _key(props: ProjectProps, what: str, *statements: dict[str, Any]) -> Resource:
    return {
        "Type": "AWS::KMS::Key",
        **props.retention,
        "Properties": {
            "Description": sub(f"Project ${{SageMakerProjectName}}: {what}"),
            "EnableKeyRotation": True,
            "KeyPolicy": key_policy(*statements),
        },
    }


def _build_logs() -> dict[str, Any]:
    """CloudWatch Logs may use the key for the log groups of this project's builds only."""
    group = f"log-group:/aws/codebuild/{naming.PREFIXED}-*"
    return {
        "Sid": "EncryptBuildLogs",
        "Effect": "Allow",
        "Principal": {"Service": sub("logs.${AWS::Region}.${AWS::URLSuffix}")},
        "Action": [
            *("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
            *("kms:GenerateDataKey", "kms:DescribeKey"),
        ],
        "Resource": "*",
        "Condition": {
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": sub(
                    f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:{group}"
                )
            }
        },
    }


def _events() -> dict[str, Any]:
    """EventBridge publishes to the project's encrypted topic.

    Without a condition: EventBridge gives SNS none of the keys that name the account or the rule
    (Amazon EventBridge User Guide, "Troubleshooting": Amazon SNS topic policies).
    """
    return {
        "Sid": "PublishNotifications",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
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
            "LoggingConfiguration": {
                "DestinationBucketName": props.access_logs_bucket,
                "LogFilePrefix": sub(f"{naming.ID}/{purpose}/"),
            },
            "LifecycleConfiguration": {"Rules": _lifecycle(expiration_days)},
        },
    }


def _lifecycle(expiration_days: int) -> list[dict[str, Any]]:
    rule: dict[str, Any] = {
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
    }
    return [rule | ({"ExpirationInDays": expiration_days} if expiration_days else {})]


def _bucket_policy(bucket: str, *statements: Mapping[str, Any]) -> Resource:
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": _whole(bucket),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": ref(bucket),
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [tls_only, *statements]},
        },
    }


def _whole(bucket: str) -> Sequence[Any]:
    return [attribute(bucket, "Arn"), sub(f"${{{bucket}.Arn}}/*")]
