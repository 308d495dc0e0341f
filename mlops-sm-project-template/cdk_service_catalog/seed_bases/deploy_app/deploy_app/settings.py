"""What the project's deploy pipeline gives: the project, its accounts, and where its models lie."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy_app.errors import DeployError

NONE = "none"
"""In place of a version: nothing is deployed."""
STAGES = ("dev", "preprod", "prod")
FILE_VARIABLE = "DEPLOY_SETTINGS"
Account = Annotated[str, Field(pattern=r"^[0-9]{12}$")]


class Settings(BaseModel):
    """The project and its stages; a field is an environment variable in upper case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    project_name: Annotated[str, Field(pattern=r"^[a-z0-9](-*[a-z0-9]){0,31}$")]
    project_id: Annotated[str, Field(pattern=r"^p-[a-z0-9]{1,14}$")]
    model_package_group_name: Annotated[str, Field(min_length=1)]
    model_package_arn: Annotated[str, Field(pattern=r"^(none|arn:[^:]+:sagemaker:.+)$")] = NONE
    model_data_uri: Annotated[str, Field(pattern=r"^(none|s3://.+)$")] = NONE
    model_image: Annotated[str, Field(min_length=1)] = NONE
    model_metric: Annotated[str, Field(pattern=r"^(none|-?[0-9.]+([eE][-+]?[0-9]+)?)$")] = NONE
    artifact_bucket: Annotated[str, Field(min_length=3)]
    artifact_bucket_kms_id: Annotated[str, Field(pattern=r"^arn:")]
    ecr_repo_arn: str = ""
    dev_account: Account
    preprod_account: Account
    prod_account: Account
    deployment_region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    dev_parameter_namespace: str = ""
    preprod_parameter_namespace: str = ""
    prod_parameter_namespace: str = ""
    required_tags: str = "{}"

    @property
    def tags(self) -> dict[str, str]:
        """Without which the organization lets nothing be created."""
        return dict(json.loads(self.required_tags))

    def account(self, stage: str) -> str:
        """The account of a stage."""
        found: str = getattr(self, f"{stage}_account")
        return found

    def parameter(self, stage: str, name: str) -> str:
        """The full name of an SSM parameter of a stage, such as `/vpc/id`."""
        namespace = getattr(self, f"{stage}_parameter_namespace").strip("/")
        return f"/{namespace}{name}" if namespace else name


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment, or the YAML file that DEPLOY_SETTINGS names.

    Raises:
        DeployError: values are missing or wrong; all of them are named.
    """
    surroundings = os.environ if environment is None else environment
    file = surroundings.get(FILE_VARIABLE, "")
    content = _from_file(Path(file)) if file else _from_environment(surroundings)
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        problems = [f"{_variable(row['loc'][0])}: {row['msg']}" for row in error.errors()]
        raise DeployError(
            f"the settings of {file or 'the environment'} are not complete:\n  "
            + "\n  ".join(problems)
            + f"\non a laptop give a file: {FILE_VARIABLE}=tests/settings.yml"
        ) from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: environment[name.upper()]
        for name in Settings.model_fields
        if environment.get(name.upper())
    }


def _from_file(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise DeployError(f"cannot read the settings {file}: {error}") from None
    if not isinstance(content, dict):
        raise DeployError(f"{file} is no mapping of settings")
    return {str(key): str(value) for key, value in content.items()}


def _variable(name: object) -> str:
    return str(name).upper()
