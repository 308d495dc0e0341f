"""The models of `cdk-app.yml`: accounts, account sets and stages, as they stand in the file."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from mlops_commons.config.org_model import OrgFile, ToolkitFile
from mlops_commons.config.projects_model import PrincipalArn, ProjectsFile
from mlops_commons.config.source_model import DeliverySourcesFile
from mlops_commons.config.values import (
    WHOLE,
    Account,
    Branch,
    ConfigModel,
    Email,
    PolicyArn,
    Prefix,
    Provider,
    Region,
    SetName,
    Shape,
    StageText,
    Text,
    WebAddress,
    lowered,
    named_in_iam,
)
from mlops_commons.contract import Persona, StageRole
from mlops_commons.stage import (
    Bootstrap,
    Deployment,
    PlatformConfig,
    Portfolio,
    RemovalPolicy,
    Repository,
    Reviews,
    Stage,
)
from mlops_commons.utilities import names

RoleArn = Annotated[
    Text,
    Shape(
        "arn:aws[a-z-]*:iam::[0-9]{12}:role/([!-~]+/)?[A-Za-z0-9_+=,.@-]+",
        "the ARN of one IAM role, without wildcards",
    ),
    named_in_iam(64),
]
"""API_Role, RoleName and Path."""
# Parameter names that begin with 'aws' or 'ssm' belong to AWS (API_PutParameter, Name).
Namespace = Annotated[
    Text,
    Shape(
        "/?(?![Aa][Ww][Ss]|[Ss][Ss][Mm])[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*/?",
        "the beginning of an SSM parameter name",
    ),
]
Tags = dict[str, Text]
ProfileName = Annotated[
    Text,
    Shape(
        r"([^\x00-\x1f\x7f\]-][^\x00-\x1f\x7f\]]*)?",
        "the name of an AWS profile: one line, without ']' and with no '-' in front",
    ),
]
"""It stands in brackets in the AWS configuration, and behind `--profile` for the CDK CLI."""


class BootstrapFile(ToolkitFile):
    """How an account is bootstrapped."""

    enabled: bool = Field(
        Bootstrap.enabled, description="false: this account is bootstrapped by others"
    )
    aws_profile: ProfileName = Field("", description="default: cdk_ACCOUNT_REGION")
    execution_policy_filepath: Text = Field(
        "",
        description="relative to the folder mlops_commons; "
        "default: execution_policy_ACCOUNT_REGION.json beside this file",
    )
    execution_policy_arn: PolicyArn | None = Field(
        None, description="an existing policy for CloudFormation's execution role"
    )


CommitRepository = Annotated[
    Text,
    Shape(
        names.REPOSITORY.pattern,
        "the name of a repository in CodeCommit: letters, digits, '.', '_' and '-', and no .git at "
        "its end",
    ),
]


class RepositoryFile(ConfigModel):
    """A CodeCommit repository and the branch that its pipeline follows."""

    repo_name: CommitRepository | None = Field(
        None, description="the set's name is appended; default: the name of the app's folder"
    )
    branch_name: Branch = Field(
        Repository.branch_name, description="the branch that the pipeline follows"
    )


class CodeCommitFile(ConfigModel):
    """The repositories of both apps."""

    infra: RepositoryFile = Field(default_factory=lambda: RepositoryFile())
    project_template: RepositoryFile = Field(default_factory=lambda: RepositoryFile())


class ReviewsFile(ConfigModel):
    """Who changes what the pipelines deliver: by pull requests that somebody else approves."""

    authors: tuple[PrincipalArn, ...] = Field(
        Reviews.authors,
        description="may assume the authors' roles: propose changes, merge what is approved",
    )
    reviewers: tuple[PrincipalArn, ...] = Field(
        Reviews.reviewers,
        description="may assume the reviewers' roles: approve; default: nobody is asked",
    )
    require_mfa: bool = Field(
        Reviews.require_mfa, description="true: only sessions that were opened with MFA"
    )


class PipelineFile(ConfigModel):
    """The governance account, which holds repositories and pipelines."""

    account: Account
    region: Region
    source: DeliverySourcesFile = Field(default_factory=lambda: DeliverySourcesFile())
    code_commit: CodeCommitFile = Field(default_factory=CodeCommitFile)
    reviews: ReviewsFile = Field(default_factory=lambda: ReviewsFile())
    notify: tuple[Email, ...] = Field(
        (),
        description="e-mail addresses that hear of deliveries that fail or wait for an approval; "
        "each confirms a mail of AWS's once",
    )
    bootstrap: BootstrapFile = Field(default_factory=lambda: BootstrapFile())


class BudgetFile(ConfigModel):
    """A budget of AWS's for the whole account of a stage; it stops nothing."""

    amount: Annotated[int, Field(ge=1, le=100_000_000), WHOLE] = Field(
        description="US dollars a month"
    )
    email: Email = Field(description="who is told of 80 % spent and of 100 % forecast")


class StageCostsFile(ConfigModel):
    """What a stage may cost."""

    budget: BudgetFile | None = Field(None, description="default: none")


class StageFile(ConfigModel):
    """One account of a set."""

    stage_name: StageText = Field(description="dev, preprod, prod or a name of your own")
    role: Annotated[StageRole, BeforeValidator(lowered)] | None = Field(
        None,
        description="what the stage is for, whatever its name; default: the name, where it is one "
        "of these",
    )
    account: Account
    region: Region | None = Field(None, description="default: the set's default_region")
    enabled: bool = Field(Stage.enabled, description="false: this stage is not delivered")
    manual_approval: bool | None = Field(
        None,
        description="wait for a person before this stage; default: true, but false where the "
        "role is dev",
    )
    manual_approval_reason: Text | None = Field(
        None,
        description="needed where a stage with role prod has manual_approval: false; the approval "
        "before it shows it",
    )
    parameter_namespace: Namespace | None = Field(
        None, description="goes in front of SSM parameter names; keeps stages of one account apart"
    )
    removal_policy: Annotated[RemovalPolicy, BeforeValidator(lowered)] = Field(
        Stage.removal_policy, description="what happens to data when the stack is deleted"
    )
    tags: Tags = Field(default_factory=dict, description="on every resource of the stage")
    costs: StageCostsFile = Field(default_factory=lambda: StageCostsFile())
    bootstrap: BootstrapFile = Field(default_factory=lambda: BootstrapFile())


class DeploymentFile(ConfigModel):
    """One account set: a business unit with its stages."""

    set_name: SetName = Field(description="part of the names of repositories and pipelines")
    enabled: bool = Field(Deployment.enabled, description="false: nothing of this set is delivered")
    default_region: Region | None = Field(None, description="default: the region of the pipeline")
    tags: Tags = Field(default_factory=dict, description="on every resource of the set's stages")
    projects: ProjectsFile = Field(default_factory=lambda: ProjectsFile())
    stages: tuple[StageFile, ...] = Field((), description="in the order of delivery")


class PortfolioFile(ConfigModel):
    """Who may start projects, and whom the products name for questions."""

    personas: tuple[Annotated[Persona, BeforeValidator(lowered)], ...] = Field(
        Portfolio.personas, description="whose roles may launch products"
    )
    role_arns: tuple[RoleArn, ...] = Field(
        Portfolio.role_arns, description="further roles of the dev account that may launch products"
    )
    provider_name: Provider = Field(
        Portfolio.provider_name, description="the owner that products name"
    )
    support_email: Email = Field(Portfolio.support_email, description="where users ask")
    support_url: WebAddress = Field(Portfolio.support_url, description="what users read")


class CdkAppConfig(ConfigModel):
    """The content below `cdk_app_config`."""

    app_prefix: Prefix = Field(
        PlatformConfig.app_prefix, description="the beginning of physical names"
    )
    tags: Tags = Field(default_factory=dict, description="on every resource of every stage")
    pipeline: PipelineFile
    org: OrgFile = Field(default_factory=lambda: OrgFile())
    portfolio: PortfolioFile = Field(default_factory=lambda: PortfolioFile())
    projects: ProjectsFile = Field(default_factory=lambda: ProjectsFile())
    deployments: tuple[DeploymentFile, ...] = Field((), description="the account sets")


class CdkAppFile(ConfigModel):
    """`cdk-app.yml`."""

    cdk_app_config: CdkAppConfig
