"""Where a pipeline runs and what it belongs to, as the project's build gives it."""

from collections.abc import Mapping
from dataclasses import dataclass


class SettingsError(Exception):
    """The environment lacks variables."""


VARIABLES = {
    "project_name": "SAGEMAKER_PROJECT_NAME",
    "project_id": "SAGEMAKER_PROJECT_ID",
    "region": "AWS_REGION",
    "model_package_group_name": "MODEL_PACKAGE_GROUP_NAME",
    "pipeline_name": "SAGEMAKER_PIPELINE_NAME",
    "pipeline_description": "SAGEMAKER_PIPELINE_DESCRIPTION",
    "role_arn": "SAGEMAKER_PIPELINE_ROLE_ARN",
    "artifact_bucket": "ARTIFACT_BUCKET",
    "kms_key_arn": "ARTIFACT_BUCKET_KMS_ID",
    "subnet_ids": "SUBNET_IDS",
    "security_group_ids": "SECURITY_GROUP_IDS",
}
OPTIONAL = {"ecr_repository_uri": "ECR_REPO_URI", "image_tag": "IMAGE_TAG"}
LISTS = ("subnet_ids", "security_group_ids")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The project and its resources in this account.

    Attributes:
        kms_key_arn: encrypts everything that a job writes.
        subnet_ids, security_group_ids: the private network in which every job runs.
        ecr_repository_uri, image_tag: the project's own image, where it has one.
    """

    project_name: str
    project_id: str
    region: str
    model_package_group_name: str
    pipeline_name: str
    pipeline_description: str
    role_arn: str
    artifact_bucket: str
    kms_key_arn: str
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    ecr_repository_uri: str = ""
    image_tag: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the variables that the project's build sets.

        Raises:
            SettingsError: variables are missing; all of them are named.
        """
        missing = [n for n in VARIABLES.values() if not environment.get(n, "").strip(" ,")]
        if missing:
            raise SettingsError(
                f"these environment variables are not set: {', '.join(missing)}; in the project's "
                "build they are, on a laptop use: python -m ml_pipelines.run_locally"
            )
        texts = {field: environment[name] for field, name in VARIABLES.items()}
        texts |= {field: environment.get(name, "") for field, name in OPTIONAL.items()}
        lists = {
            field: tuple(part.strip() for part in texts.pop(field).split(",") if part.strip())
            for field in LISTS
        }
        return cls(**texts, **lists)

    def uri(self, *parts: str) -> str:
        """A place in the artifact bucket, below the name of the pipeline."""
        return "/".join((f"s3://{self.artifact_bucket}/{self.pipeline_name}", *parts))

    def data_uri(self, *parts: str) -> str:
        """A place in the folder of the artifact bucket that people may write to."""
        return "/".join((f"s3://{self.artifact_bucket}/data", *parts))


EXAMPLE = Settings(
    project_name="example",
    project_id="p-example",
    region="eu-west-1",
    model_package_group_name="example-p-example",
    pipeline_name="example-p-example",
    pipeline_description="Models of the project example",
    role_arn="arn:aws:iam::111122223333:role/sagemaker-p-example-execution",
    artifact_bucket="mlops-p-example-artifacts-111122223333",
    kms_key_arn="arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000",
    subnet_ids=("subnet-0a", "subnet-0b"),
    security_group_ids=("sg-0a",),
    ecr_repository_uri="111122223333.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-p-example",
    image_tag="0000000",
)
"""A project that does not exist, for tests and for a look at a definition."""
