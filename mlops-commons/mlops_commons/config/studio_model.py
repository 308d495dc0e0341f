"""The models of the block `sagemaker` in `cdk-infra-app.yml`, as they stand in the file."""

from typing import Annotated

from pydantic import Field

from mlops_commons.config.values import ConfigModel, SetName, StageText, Text


class UserFile(ConfigModel):
    """A Studio user."""

    user_profile_name: Text = Field(description="the prefix goes in front, with a hyphen")


class ProfileGroupFile(ConfigModel):
    """The users of one persona."""

    prefix: Text | None = Field(None, description="the beginning of the profiles' names")
    users: tuple[UserFile, ...] | None = Field(None, description="one Studio profile each")


class ProfilesFile(ConfigModel):
    """The users of Studio, by persona."""

    data_scientists: ProfileGroupFile | None = None
    lead_data_scientists: ProfileGroupFile | None = None
    ml_engineers: ProfileGroupFile | None = None


class StudioStageFile(ConfigModel):
    """Studio in one stage."""

    stage_name: StageText = Field(description="a stage of cdk-app.yml")
    deploy_studio: bool | None = Field(None, description="default: true for stage dev only")
    domain_name: Text = Field("studio-domain", description="names of set and stage are appended")
    idle_timeout_minutes: Annotated[int, Field(ge=60, le=525600)] = Field(
        120, description="an app that is idle for so long is shut down"
    )
    create_service_catalog_roles: bool = Field(
        True, description="false where the account has the launch and use roles already"
    )


class StudioDeploymentFile(ConfigModel):
    """Studio in one set; its profiles replace the global ones group by group."""

    set_name: SetName = Field(description="a set of cdk-app.yml")
    profiles: ProfilesFile = Field(default_factory=lambda: ProfilesFile())
    stages: tuple[StudioStageFile, ...] = ()


class SageMakerFile(ConfigModel):
    """Studio everywhere."""

    profiles: ProfilesFile = Field(default_factory=lambda: ProfilesFile())
    deployments: tuple[StudioDeploymentFile, ...] = ()
