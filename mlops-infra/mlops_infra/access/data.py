"""Which buckets and keys people and their jobs may use."""

from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.scope import DEFAULT_BUCKET, PolicyScope


def use_data(scope: PolicyScope) -> tuple[Statement, ...]:
    """The buckets of projects in this account, and keys through services."""
    mine = {"StringEquals": {"aws:ResourceAccount": "${AWS::AccountId}"}}
    objects = tuple(f"{bucket}/*" for bucket in scope.buckets)
    return (
        Statement(
            sid="ListBuckets",
            actions=actions(
                "s3", "ListBucket GetBucketAcl GetBucketLocation ListBucketMultipartUploads"
            ),
            resources=scope.buckets,
            reason=f"the buckets of projects begin with '{scope.app_prefix}-', or in templates of "
            "AWS with 'sagemaker-project-'; a condition keeps to this account",
            condition=mine,
        ),
        Statement(
            sid="MakeTheDefaultBucket",
            actions=("s3:CreateBucket",),
            resources=(DEFAULT_BUCKET,),
        ),
        Statement(
            sid="UseObjects",
            actions=actions(
                "s3",
                "GetObject PutObject DeleteObject AbortMultipartUpload ListMultipartUploadParts",
            ),
            resources=objects,
            reason="objects of the same buckets; a condition keeps to this account",
            condition=mine,
        ),
        Statement(
            sid="GiveObjectsToTheBucketsOwner",
            actions=("s3:PutObjectAcl",),
            resources=objects,
            reason="the feature store writes with this one access list, which opens nothing",
            condition={
                "StringEquals": {
                    **mine["StringEquals"],
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
