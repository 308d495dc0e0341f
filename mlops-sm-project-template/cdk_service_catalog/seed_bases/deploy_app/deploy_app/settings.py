"""What the project's deploy pipeline gives: the project, its accounts, and where its models lie."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy_app.errors import DeployError

NO_PATH = "/"
"""Where IAM puts roles of which nothing is said."""
NONE = "none"
"""In place of a version: nothing is deployed."""
STAGES = r"^[a-z][a-z0-9-]*=dev(,[a-z][a-z0-9-]*=(preprod|prod))*$"
"""The stages with what each is for, in the order of delivery; the platform says them."""
USUAL_STAGES = "dev=dev,preprod=preprod,prod=prod"
FILE_VARIABLE = "DEPLOY_SETTINGS"
ACCOUNT = "account"
NAMESPACE = "parameter_namespace"


class Settings(BaseModel):
    """The project and its stages; a field is an environment variable in upper case.

    Each stage has an account beside the fields, such as `dev_account`, and may have a
    `dev_parameter_namespace`.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    project_name: Annotated[str, Field(pattern=r"^[a-z0-9](-*[a-z0-9]){0,31}$")]
    project_id: Annotated[str, Field(pattern=r"^p-[a-z0-9]{1,14}$")]
    model_package_group_name: Annotated[str, Field(min_length=1)]
    model_package_arn: Annotated[str, Field(pattern=r"^(none|arn:[^:]+:sagemaker:.+)$")] = NONE
    model_data_uri: Annotated[str, Field(pattern=r"^(none|s3://.+)$")] = NONE
    model_image: Annotated[str, Field(min_length=1)] = NONE
    model_skill: Annotated[str, Field(pattern=r"^(none|-?[0-9.]+([eE][-+]?[0-9]+)?)$")] = NONE
    artifact_bucket: Annotated[str, Field(min_length=3)]
    artifact_bucket_kms_id: Annotated[str, Field(pattern=r"^arn:")]
    ecr_repo_arn: str = ""
    stages: Annotated[str, Field(pattern=STAGES)] = USUAL_STAGES
    deployment_region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    required_tags: str = "{}"
    access_logs_bucket: str = ""
    access_logs_prefix: str = ""
    role_path: Annotated[str, Field(pattern=r"^/([^/]+/)*$")] = NO_PATH
    role_name_prefix: str = ""

    @property
    def tags(self) -> dict[str, str]:
        """Without which the organization lets nothing be created."""
        return dict(json.loads(self.required_tags))

    @property
    def roles(self) -> dict[str, str]:
        """What each stage is for (`dev`, `preprod` or `prod`), in the order of delivery."""
        return roles_of(self.stages)

    @property
    def dev_account(self) -> str:
        """The account of the project."""
        return self.account(next(iter(self.roles)))

    def account(self, stage: str) -> str:
        """The account of a stage."""
        return str((self.model_extra or {})[field_of(stage, ACCOUNT)])

    def access_logs_of(self, stage: str) -> str:
        """The organization's bucket of access logs in the account of a stage; empty for none."""
        return self.access_logs_bucket.replace("{account}", self.account(stage))

    def parameter(self, stage: str, name: str) -> str:
        """The full name of an SSM parameter of a stage, such as `/vpc/id`."""
        namespace = str((self.model_extra or {}).get(field_of(stage, NAMESPACE), "")).strip("/")
        return f"/{namespace}{name}" if namespace else name


def roles_of(stages: str) -> dict[str, str]:
    """The role of each stage of a text such as `lab=dev,live=prod`."""
    return dict(stage.split("=", 1) for stage in stages.split(","))


def role_of(stage: str, environment: Mapping[str, str]) -> str:
    """What a stage is for, as the environment of the project's builds says it."""
    return roles_of(environment.get("STAGES", USUAL_STAGES)).get(stage, stage)


def field_of(stage: str, what: str) -> str:
    """The setting of a stage: `prod_eu_account` is the account of `prod-eu`."""
    return f"{stage.replace('-', '_')}_{what}"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment, or the YAML file that DEPLOY_SETTINGS names.

    Raises:
        DeployError: values are missing or wrong; all of them are named.
    """
    surroundings = os.environ if environment is None else environment
    file = surroundings.get(FILE_VARIABLE, "")
    content = _from_file(Path(file)) if file else dict(_from_environment(surroundings))
    try:
        problems = list(_wrong_accounts(content))
        found = Settings.model_validate(content)
        if not problems:
            return found
    except ValidationError as error:
        problems += [f"{_variable(row['loc'][0])}: {row['msg']}" for row in error.errors()]
    raise DeployError(
        f"the settings of {file or 'the environment'} are not complete:\n  "
        + "\n  ".join(problems)
        + f"\non a laptop give a file: {FILE_VARIABLE}=tests/settings.yml"
    )


def _wrong_accounts(content: Mapping[str, Any]) -> Iterator[str]:
    for stage in _stages(content):
        name = field_of(stage, ACCOUNT)
        if not re.fullmatch(r"[0-9]{12}", str(content.get(name, ""))):
            yield f"{_variable(name)}: an account has 12 digits"


def _stages(content: Mapping[str, Any]) -> list[str]:
    """None where the setting is not of its form, which is a problem of its own."""
    stages = str(content.get("stages", USUAL_STAGES))
    return list(roles_of(stages)) if re.fullmatch(STAGES, stages) else []


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    stages = _stages({"stages": environment.get("STAGES", USUAL_STAGES)})
    of_stages = (field_of(stage, what) for stage in stages for what in (ACCOUNT, NAMESPACE))
    for name in (*Settings.model_fields, *of_stages):
        if value := environment.get(_variable(name)):
            yield name, value


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
