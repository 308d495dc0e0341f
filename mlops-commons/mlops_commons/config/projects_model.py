"""The model of the block `projects` in `cdk-app.yml`, as it stands in the file."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from mlops_commons.config.builds_model import IndexUrl
from mlops_commons.config.known_services import some_action, some_resource_type
from mlops_commons.config.refused_types import not_refused_action, not_refused_type
from mlops_commons.config.values import ConfigModel, Shape, Text, lowered
from mlops_commons.stage import Approvers, Projects, ProtectedBranches, Separation

# Third-party and custom types do not belong here: CloudFormation runs them with other permissions.
ResourceType = Annotated[
    Text,
    Shape("AWS::[A-Za-z0-9]+::[A-Za-z0-9]+", "a resource type of CloudFormation"),
    AfterValidator(not_refused_type),
    AfterValidator(some_resource_type),
]
# One action, never a family: 's3:*' would be everything that AWS adds later, too.
Action = Annotated[
    Text,
    Shape("[a-z0-9-]+:[A-Za-z0-9]+", "one IAM action, without wildcards"),
    AfterValidator(not_refused_action),
    AfterValidator(some_action),
]
PrincipalArn = Annotated[
    Text,
    # The account is spelled out: a pattern for it would let a foreign account approve.
    Shape(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:role/([!-)+->@-~]+/)?([A-Za-z0-9_+=,.@-]+\*?|\*)",
        "the ARN of an IAM role; '*' may end it",
    ),
]


class ApproversFile(ConfigModel):
    """Who approves what projects deploy to the stages after dev."""

    role_arns: tuple[PrincipalArn, ...] = Field(
        Approvers.role_arns,
        description="may assume the approvers' role of dev; default: nobody, the lead approves",
    )
    require_mfa: bool = Field(
        Approvers.require_mfa, description="true: only sessions that were opened with MFA"
    )


class ProtectedBranchesFile(ConfigModel):
    """Whose main changes only by the merge of an approved pull request."""

    deploy: bool = Field(ProtectedBranches.deploy, description="the deploy repositories")
    build: bool = Field(ProtectedBranches.build, description="the build repositories")
    wait_for_build: bool = Field(
        ProtectedBranches.wait_for_build,
        description="true: not before the build of the pull request has succeeded",
    )


class ProjectsFile(ConfigModel):
    """What projects may deploy, who approves it, how they are kept apart."""

    enabled: bool = Field(
        Projects.enabled,
        description="false: no portfolio, and nothing that projects would deploy with",
    )
    deploys: tuple[ResourceType, ...] = Field(
        Projects.deploys, description="types of resources beyond those of the products' deploy apps"
    )
    role_actions: tuple[Action, ...] = Field(
        Projects.role_actions, description="IAM actions that roles of projects may have besides"
    )
    approvers: ApproversFile = Field(default_factory=lambda: ApproversFile())
    protected_branches: ProtectedBranchesFile = Field(
        default_factory=lambda: ProtectedBranchesFile()
    )
    separation: Annotated[Separation, BeforeValidator(lowered)] = Field(
        Projects.separation,
        description="set: people reach all projects of the set; project: those of their user alone",
    )
    serverless_endpoints: bool = Field(
        Projects.serverless_endpoints,
        description="true: projects may have serverless endpoints, whose models AWS runs with the "
        "internet in reach",
    )
    package_index: IndexUrl | None = Field(
        None, description="where builds install Python packages from; default: that of org.builds"
    )
    mlflow: bool = Field(
        Projects.mlflow,
        description="true: builds track their runs in the MLflow App that cdk-infra-app.yml gives "
        "dev",
    )
