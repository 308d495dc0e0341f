"""Which buckets and keys people and their jobs may use."""

from typing import Final

from mlops_commons.iam.statements import Statement, actions
from mlops_commons.iam.through_services import through
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.whose import BUCKET, OF_NO_OTHER_PROJECT

MINE: Final = {"StringEquals": {"aws:ResourceAccount": "${AWS::AccountId}"}}
WRITE_OBJECTS: Final = actions("s3", "PutObject DeleteObject AbortMultipartUpload")
PROJECTS_OF_AWS: Final = f"{BUCKET}sagemaker-project-*"
"""The buckets of projects that AWS's own templates make; none where projects are kept apart."""


def use_data(scope: PolicyScope) -> tuple[Statement, ...]:
    """Data and models of projects to read, data to write, and keys through services.

    Models, sources and whatever else a pipeline of a project has written are evidence: people read
    them and nobody but the project's own roles writes them. The default bucket of the SageMaker
    SDK is nobody's: `Session(default_bucket=..., default_bucket_prefix="data/...")` names a
    project's (docs/decisions/0018-people-branches-approvers.md).
    """
    own = (scope.buckets.artifacts, scope.buckets.stages)
    buckets = own if scope.separated else (*own, PROJECTS_OF_AWS)
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
            resources=(scope.data, f"{scope.buckets.stages}/input/*"),
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
        *_use_keys(scope),
    )


def _use_keys(scope: PolicyScope) -> tuple[Statement, ...]:
    """Keys through services; where projects are kept apart, none that another project's tag has.

    Through EC2 for the volumes of spaces: "You must grant users permission to call the following
    actions in order to use EBS encryption" (Amazon EBS User Guide, "Requirements for Amazon EBS
    encryption"). No page of SageMaker's says which of them it asks of whoever opens a space.
    """
    own = OF_NO_OTHER_PROJECT if scope.separated else {}
    return (
        Statement(
            sid="UseKeysThroughServices",
            actions=actions(
                "kms",
                "Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey "
                "ReEncryptFrom ReEncryptTo",
            ),
            resources=scope.keys,
            reason="keys have random ids; a condition allows their use through CodeCommit, EC2, "
            "ECR, S3 and SageMaker only, and each key's own policy decides besides",
            condition={**through("codecommit", "ec2", "ecr", "s3", "sagemaker"), **own},
        ),
        Statement(
            sid="LetServicesUseKeys",
            actions=("kms:CreateGrant",),
            resources=scope.keys,
            reason="a condition allows grants for AWS resources only, as encrypted volumes need",
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}, **own},
        ),
    )
