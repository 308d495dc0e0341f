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
    "seal_function_arn": "SEAL_FUNCTION_ARN",
    "commit_id": "COMMIT_ID",
}
OPTIONAL = {
    "ecr_repository_uri": "ECR_REPO_URI",
    "image_digest": "IMAGE_DIGEST",
}
LISTS = ("subnet_ids", "security_group_ids")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The project and its resources in this account.

    Attributes:
        kms_key_arn: encrypts everything that a job writes.
        subnet_ids, security_group_ids: the private network in which every job runs.
        seal_function_arn: the platform's function that keeps a model as it is.
        commit_id: what is in the repository while this runs.
        ecr_repository_uri, image_digest: the project's own image, where it has one: what this
            build has pushed, whatever a tag says.
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
    seal_function_arn: str
    commit_id: str
    ecr_repository_uri: str = ""
    image_digest: str = ""

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
        """A place in the artifact bucket, which is this project's alone."""
        return "/".join((f"s3://{self.artifact_bucket}", *parts))

    @property
    def image(self) -> str:
        """The project's own image, by its content."""
        return f"{self.ecr_repository_uri}@{self.image_digest}"

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
    seal_function_arn="arn:aws:lambda:eu-west-1:111122223333:function:mlops-example-gate-seal-euw1",
    commit_id="0000000000000000000000000000000000000000",
    ecr_repository_uri="111122223333.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-p-example",
    image_digest=f"sha256:{'0' * 64}",
)
"""A project that does not exist, for tests and for a look at a definition."""
