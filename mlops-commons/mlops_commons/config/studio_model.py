"""The models of the block `sagemaker` in `cdk-infra-app.yml`, as they stand in the file."""

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, Field, create_model

from mlops_commons.config.known_instances import some_instance_type
from mlops_commons.config.known_services import some_action
from mlops_commons.config.refused_types import not_refused_to_personas
from mlops_commons.config.values import (
    WHOLE,
    Account,
    ConfigModel,
    PolicyArn,
    SetName,
    Shape,
    StageText,
    Text,
    lowered,
    of_text,
)
from mlops_commons.contract import USER_GROUPS, Persona
from mlops_commons.stage import Access, AuthMode, DataBucket, Further, Jobs, Studio

InstanceType = Annotated[
    Text,
    Shape(r"ml\.[a-z0-9*.-]+", "an instance type such as ml.m5.*"),
    AfterValidator(some_instance_type),
]
# SageMaker makes the id when a project is launched; a pattern here would reach several of them.
ProjectId = Annotated[
    Text, Shape("p-[a-z0-9]{1,14}", "the id of a project, such as p-abcd1234efgh")
]
BucketName = Annotated[
    Text, Shape(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of one bucket, without wildcards")
]
# A family of one verb at most: 'athena:*' would be everything that AWS adds later, too.
BoundaryAction = Annotated[
    Text,
    Shape(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+\*?", "an IAM action; '*' may end its name"),
    AfterValidator(not_refused_to_personas),
    AfterValidator(some_action),
]


IdentityCenterUser = Annotated[
    Text, Shape(r"[^\s:*?/]{1,128}", "a user name of IAM Identity Center, such as ana@acme.com")
]
AuthModeText = Annotated[AuthMode, of_text(str.upper)]


class UserFile(ConfigModel):
    """A Studio user."""

    user_profile_name: Text = Field(description="the prefix goes in front, with a hyphen")
    project: ProjectId | None = Field(
        None, description="the only project of this user, where projects.separation is project"
    )
    identity_center_user: IdentityCenterUser | None = Field(
        None, description="the user name in IAM Identity Center, where auth_mode is SSO"
    )


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
    idle_timeout_minutes: Annotated[int, Field(ge=60, le=525600), WHOLE] = Field(
        Studio.idle_timeout_minutes, description="an app that is idle for so long is shut down"
    )
    create_service_catalog_roles: bool = Field(
        Studio.create_service_catalog_roles,
        description="false where the account has the launch and use roles already",
    )
    mlflow: bool | None = Field(
        None, description="an MLflow App in this stage or none; default: as `sagemaker.mlflow` says"
    )
    auth_mode: AuthModeText | None = Field(
        None, description="default: as `sagemaker.auth_mode` says"
    )


class JobsFile(ConfigModel):
    """What the jobs of people must look like; the pipelines of projects have rules of their own."""

    network_isolation: bool = Field(
        Jobs.network_isolation, description="true: containers of jobs and models have no network"
    )
    instance_types: tuple[InstanceType, ...] = Field(
        Jobs.instance_types, description="the only ones that may be used; default: any"
    )
    output_key: bool = Field(
        Jobs.output_key, description="false: training need not name a KMS key for its output"
    )


class DataBucketFile(ConfigModel):
    """A bucket of your own that a persona may use."""

    name: BucketName = Field(description="none of the platform's")
    access: Annotated[Access, BeforeValidator(lowered)] = Field(
        DataBucket.access, description="what may be done with its objects"
    )
    account: Account | None = Field(
        None, description="whose it is, one of `trusted_accounts`; default: the stage's"
    )


class PersonaFile(ConfigModel):
    """What a persona may do besides."""

    policy_arns: tuple[PolicyArn, ...] = Field(
        Further.policy_arns, description="managed policies of the stage's account or of AWS"
    )
    actions: tuple[BoundaryAction, ...] = Field(
        Further.actions,
        description="what the persona's boundary lets these policies do",
    )
    data_buckets: tuple[DataBucketFile, ...] = Field(
        (), description="buckets of your own, without a policy"
    )


if TYPE_CHECKING:
    PersonasFile = ConfigModel
else:
    PersonasFile = create_model(
        "PersonasFile",
        __base__=ConfigModel,
        __doc__="What personas may do besides, by persona.",
        **{str(persona): (PersonaFile | None, None) for persona in Persona},
    )


class StudioDeploymentFile(ConfigModel):
    """Studio in one set; its profiles replace the global ones group by group."""

    set_name: SetName = Field(description="a set of cdk-app.yml")
    profiles: ProfilesFile = Field(default_factory=lambda: ProfilesFile())
    jobs: JobsFile = Field(default_factory=lambda: JobsFile())
    personas: PersonasFile = Field(default_factory=lambda: PersonasFile())
    stages: tuple[StudioStageFile, ...] = Field((), description="what holds in some stages only")


class SageMakerFile(ConfigModel):
    """Studio everywhere."""

    profiles: ProfilesFile = Field(default_factory=lambda: ProfilesFile())
    jobs: JobsFile = Field(default_factory=lambda: JobsFile())
    personas: PersonasFile = Field(default_factory=lambda: PersonasFile())
    mlflow: bool = Field(
        Studio.mlflow,
        description="true: every stage with Studio has an MLflow App, in which notebooks track "
        "their runs",
    )
    auth_mode: AuthModeText = Field(
        Studio.auth_mode,
        description="SSO: people sign in by IAM Identity Center, each as one user profile; a "
        "domain that is there is replaced",
    )
    deployments: tuple[StudioDeploymentFile, ...] = Field(
        (), description="what holds in some sets only"
    )
