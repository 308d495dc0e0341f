"""The models of the block `sagemaker` in `cdk-infra-app.yml`, as they stand in the file."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, create_model

from mlops_commons.config.values import ConfigModel, SetName, StageText, Text
from mlops_commons.contract import USER_GROUPS
from mlops_commons.stage import Studio


class UserFile(ConfigModel):
    """A Studio user."""

    user_profile_name: Text = Field(description="the prefix goes in front, with a hyphen")


class ProfileGroupFile(ConfigModel):
    """The users of one persona."""

    prefix: Text | None = Field(None, description="the beginning of the profiles' names")
    users: tuple[UserFile, ...] | None = Field(None, description="one Studio profile each")


if TYPE_CHECKING:
    ProfilesFile = ConfigModel
else:
    ProfilesFile = create_model(
        "ProfilesFile",
        __base__=ConfigModel,
        __doc__="The users of Studio, by persona.",
        **{group.name: (ProfileGroupFile | None, None) for group in USER_GROUPS.values()},
    )


class StudioStageFile(ConfigModel):
    """Studio in one stage."""

    stage_name: StageText = Field(description="a stage of cdk-app.yml")
    deploy_studio: bool | None = Field(None, description="default: true for stage dev only")
    domain_name: Text = Field(Studio.domain_name, description="names of set and stage are appended")
    idle_timeout_minutes: Annotated[int, Field(ge=60, le=525600)] = Field(
        Studio.idle_timeout_minutes, description="an app that is idle for so long is shut down"
    )
    create_service_catalog_roles: bool = Field(
        Studio.create_service_catalog_roles,
        description="false where the account has the launch and use roles already",
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
