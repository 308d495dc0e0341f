"""The models of the block `sagemaker` in `cdk-infra-app.yml`, as they stand in the file."""

from typing import Annotated

from pydantic import Field

from mlops_commons.config.values import ConfigModel, SetName, StageText, Text


class UserFile(ConfigModel):
    """A Studio user."""

    user_profile_name: Text


class ProfileGroupFile(ConfigModel):
    """The users of one persona."""

    prefix: Text | None = None
    users: tuple[UserFile, ...] | None = None


class ProfilesFile(ConfigModel):
    """The users of Studio, by persona."""

    data_scientists: ProfileGroupFile | None = None
    lead_data_scientists: ProfileGroupFile | None = None
    ml_engineers: ProfileGroupFile | None = None


class StudioStageFile(ConfigModel):
    """Studio in one stage."""

    stage_name: StageText
    deploy_studio: bool | None = Field(None, description="default: true for stage dev only")
    domain_name: Text = "studio-domain"
    idle_timeout_minutes: Annotated[int, Field(ge=60, le=525600)] = 120
    create_service_catalog_roles: bool = Field(
        True, description="false where the account has the launch and use roles already"
    )


class StudioDeploymentFile(ConfigModel):
    """Studio in one set; its profiles replace the global ones group by group."""

    set_name: SetName
    profiles: ProfilesFile = Field(default_factory=lambda: ProfilesFile())
    stages: tuple[StudioStageFile, ...] = ()


class SageMakerFile(ConfigModel):
    """Studio everywhere."""

    profiles: ProfilesFile = Field(default_factory=lambda: ProfilesFile())
    deployments: tuple[StudioDeploymentFile, ...] = ()
