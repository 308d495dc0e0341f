"""The outline of what a deployed role may read and write: data, keys and images of its project."""

from typing import Final

from mlops_commons.execution_policies.project_stacks import PROJECT, PROJECT_TAG
from mlops_commons.iam.statements import Condition, Statement, actions, arns
from mlops_commons.iam.through_services import through
from mlops_commons.image_accounts import image_accounts_of
from mlops_commons.utilities.names import project_bucket_prefix
from mlops_infra.projects.props import ProjectDeployments

OUTLINE: Final = (
    "a boundary grants nothing: it is the outline of what projects deploy, and the tag of the role "
    "ends it at its own project"
)
READ: Final = "GetBucketLocation GetObject ListBucket"
PULL: Final = actions("ecr", "BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer")
OWN_KEYS: Final = {"StringEquals": {f"aws:ResourceTag/{PROJECT_TAG}": PROJECT}}
S3: Final = "arn:${AWS::Partition}:s3:::"


def data_statements(projects: ProjectDeployments) -> tuple[Statement, ...]:
    """Buckets and keys of this account and of dev, images of these two and of AWS."""
    models = f"{S3}{project_bucket_prefix(projects.app_prefix)}-{PROJECT}-artifacts-{projects.dev}"
    images = f"repository/sagemaker-{PROJECT}"
    registries = "arn:${AWS::Partition}:ecr:${AWS::Region}"
    return (
        outline(
            "DataOfTheProject",
            actions("s3", f"AbortMultipartUpload {READ} PutObject"),
            (f"{S3}sagemaker-{PROJECT}-{projects.stage}-*",),
            _owned_by("${AWS::AccountId}"),
        ),
        outline(
            "ModelsOfTheProject",
            actions("s3", READ),
            # Which objects, the policy of the bucket says (`project/storage.py`).
            (models, f"{models}/*"),
            _owned_by(projects.dev),
        ),
        outline(
            "KeysOfTheProject",
            actions("kms", "Decrypt DescribeKey Encrypt GenerateDataKey"),
            arns("kms", "key/*"),
            OWN_KEYS,
        ),
        outline(
            # Without the second condition a role could grant the key to another account.
            "GrantsForAwsServices",
            ("kms:CreateGrant",),
            arns("kms", "key/*"),
            {**OWN_KEYS, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        outline(
            # Which key, its policy in dev says: it names the execution roles of its project.
            "KeysOfModels",
            actions("kms", "Decrypt DescribeKey"),
            (f"arn:${{AWS::Partition}}:kms:${{AWS::Region}}:{projects.dev}:key/*",),
            through("s3"),
        ),
        outline(
            "ImagesOfTheProject",
            PULL,
            tuple(
                f"{registries}:{account}:{images}"
                for account in dict.fromkeys((projects.dev, "${AWS::AccountId}"))
            ),
        ),
        outline(
            "ImagesOfAws",
            PULL,
            (f"{registries}:*:repository/*",),
            _owned_by(*image_accounts_of(projects.region)),
        ),
    )


def outline(
    sid: str,
    allowed: tuple[str, ...],
    resources: tuple[str, ...],
    condition: Condition | None = None,
) -> Statement:
    """A statement of the boundary."""
    return Statement(
        sid=sid, actions=allowed, resources=resources, reason=OUTLINE, condition=condition or {}
    )


def _owned_by(*accounts: str) -> Condition:
    """Names of buckets are free for everybody; whose bucket it is, only this key says."""
    return {"StringEquals": {"aws:ResourceAccount": accounts}}
