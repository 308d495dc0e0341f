"""Which buckets and keys people and their jobs may use."""

from typing import Final

from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.scope import BUCKET, PolicyScope

MINE: Final = {"StringEquals": {"aws:ResourceAccount": "${AWS::AccountId}"}}
WRITE_OBJECTS: Final = actions("s3", "PutObject DeleteObject AbortMultipartUpload")
DATA_OF_STAGES: Final = f"{BUCKET}sagemaker-p-*-${{AWS::AccountId}}"
"""The buckets of this account in which deployed projects keep data: what is to be scored in
`input/`, scores, and what endpoints were asked. Their names are made in the seed code
(seed_bases/deploy_app/deploy_app/names.py)."""
PROJECTS_OF_AWS: Final = f"{BUCKET}sagemaker-project-*"
"""The buckets of projects that AWS's own templates make."""


def use_data(scope: PolicyScope) -> tuple[Statement, ...]:
    """Data and models of projects to read, data to write, and keys through services.

    Models, sources and whatever else a pipeline of a project has written are evidence: people read
    them and nobody but the project's own roles writes them. The default bucket of the SageMaker
    SDK is nobody's: `Session(default_bucket=..., default_bucket_prefix="data/...")` names a
    project's (docs/decisions/0018-people-branches-approvers.md).
    """
    buckets = (scope.artifact_buckets, DATA_OF_STAGES, PROJECTS_OF_AWS)
    return (
        Statement(
            sid="ListBuckets",
            actions=actions(
                "s3", "ListBucket GetBucketAcl GetBucketLocation ListBucketMultipartUploads"
            ),
            resources=buckets,
            reason="projects have random ids, and AWS's templates name buckets "
            "'sagemaker-project-...'; a condition keeps to this account",
            condition=MINE,
        ),
        Statement(
            sid="ReadObjects",
            actions=("s3:GetObject",),
            resources=tuple(f"{bucket}/*" for bucket in buckets),
            reason="objects of the same buckets; a condition keeps to this account",
            condition=MINE,
        ),
        Statement(
            sid="WriteData",
            actions=(*WRITE_OBJECTS, "s3:ListMultipartUploadParts"),
            resources=(scope.data, f"{DATA_OF_STAGES}/input/*"),
            reason="projects have random ids; the statement ends at the folders for data",
            condition=MINE,
        ),
        Statement(
            sid="GiveObjectsToTheBucketsOwner",
            actions=("s3:PutObjectAcl",),
            resources=(scope.data,),
            reason="the feature store writes with this one access list, which opens nothing",
            condition={
                "StringEquals": {
                    **MINE["StringEquals"],
                    "s3:x-amz-acl": "bucket-owner-full-control",
                }
            },
        ),
        Statement(
            sid="ReadExamplesOfAws",
            actions=("s3:GetObject",),
            resources=(
                "arn:${AWS::Partition}:s3:::sagemaker-servicecatalog-seedcode-${AWS::Region}/*",
            ),
            reason="the bucket in which AWS offers the example data of its project templates",
        ),
        *_use_keys(),
    )


def _use_keys() -> tuple[Statement, ...]:
    services = tuple(
        f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}"
        for service in ("codecommit", "ecr", "s3", "sagemaker")
    )
    return (
        Statement(
            sid="UseKeysThroughServices",
            actions=actions(
                "kms", "Decrypt Encrypt GenerateDataKey DescribeKey ReEncryptFrom ReEncryptTo"
            ),
            resources=arns("kms", "key/*"),
            reason="keys have random ids; a condition allows their use through CodeCommit, ECR, "
            "S3 and SageMaker only, and each key's own policy decides besides",
            condition={"StringEquals": {"kms:ViaService": services}},
        ),
        Statement(
            sid="LetServicesUseKeys",
            actions=("kms:CreateGrant",),
            resources=arns("kms", "key/*"),
            reason="a condition allows grants for AWS resources only, as encrypted volumes need",
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    )
