"""What the template of a project is made from, besides its definition."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cdk_service_catalog.project import naming
from mlops_commons.contract import StageRole
from mlops_commons.organization import NO_ORGANIZATION, Organization
from mlops_commons.utilities import names


@dataclass(frozen=True, kw_only=True)
class SeedLocation:
    """A zip archive in S3: plain texts or tokens of the CDK."""

    bucket: str
    key: str


OF_PREPROD: Final = "PreProd"
"""How the reference system writes it in the parameter with the account of `preprod`."""


@dataclass(frozen=True, kw_only=True)
class TargetStage:
    """A stage to which the project delivers.

    Attributes:
        name: in lower case, as names of projects have it.
        role: what it is for.
        account_id: what the configuration says; a person cannot choose another.
        namespace: goes in front of the names of its SSM parameters.
    """

    name: str
    role: StageRole
    account_id: str
    namespace: str = ""

    @property
    def id(self) -> str:
        """What logical ids say of it: `prod-eu` is `ProdEu`."""
        return "".join(part.capitalize() for part in self.name.split("-"))

    @property
    def variable(self) -> str:
        """What environment variables say of it: `prod-eu` is `PROD_EU`."""
        return self.name.upper().replace("-", "_")

    @property
    def account(self) -> str:
        """The name of the template's parameter (or pseudo parameter) with its account."""
        if self.role is StageRole.DEV:
            return "AWS::AccountId"
        return f"{OF_PREPROD if self.name == StageRole.PREPROD else self.id}Account"

    @property
    def approved(self) -> bool:
        """Whether a person approves before this stage."""
        return self.role is not StageRole.DEV


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The names of the account set's functions that decide what projects deploy."""

    choose: str
    verify: str
    seal: str

    def arn(self, purpose: str) -> str:
        """The ARN of a function, in the words of `Fn::Sub`."""
        return (
            "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
            f"{getattr(self, purpose)}"
        )


@dataclass(frozen=True, kw_only=True)
class ProjectProps:
    """What projects of one account set share.

    Attributes:
        stages: to which projects deliver, in this order; the first one is dev.
        region: where the portfolio is; a project deploys there and nowhere else, because a
            model package and its key serve one region.
        boundary: the name of the permissions boundary of every role.
        access_logs_bucket: receives the access logs of every bucket.
        retention: CloudFormation's deletion policies of stateful resources.
        package_index: where builds install Python packages from; empty for the public index.
        gate: the platform's functions that a project invokes.
        mlflow: whether builds track runs in the MLflow App of dev.
        org: what the organization prescribes for every role.
        required_tags: without which the organization lets nothing be created, with their values.
    """

    app_prefix: str
    set_name: str
    region: str
    stages: tuple[TargetStage, ...]
    boundary: str
    access_logs_bucket: str
    retention: Mapping[str, str]
    gate: Gate
    package_index: str = ""
    mlflow: bool = False
    org: Organization = NO_ORGANIZATION
    required_tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def dev(self) -> TargetStage:
        """The stage in which projects are."""
        return self.stages[0]

    @property
    def destinations(self) -> tuple[TargetStage, ...]:
        """The stages in other accounts, or at least apart from dev."""
        return self.stages[1:]

    @property
    def all_stages(self) -> str:
        """The names of the stages, for people: `dev, preprod and prod`."""
        *others, last = (stage.name for stage in self.stages)
        return f"{', '.join(others)} and {last}" if others else last

    @property
    def boundary_arn(self) -> str:
        """The boundary's ARN, in the words of `Fn::Sub`."""
        return f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{self.boundary}"

    def deploy_role(self, stage: TargetStage) -> str:
        """The name of the role with which deploy pipelines change stacks of a stage."""
        return self.org.roles.name(names.project_deploy_role(*self._place(stage)))

    def deploy_role_arn(self, stage: TargetStage) -> str:
        """The ARN of the role of deploy pipelines, in the words of `Fn::Sub`."""
        return self._role_arn(stage, self.deploy_role(stage))

    def cloudformation_role_arn(self, stage: TargetStage) -> str:
        """The ARN of the role that makes what projects deploy, in the words of `Fn::Sub`."""
        name = names.project_cloudformation_role(*self._place(stage))
        return self._role_arn(stage, self.org.roles.name(name))

    def own_role(self, purpose: str) -> str:
        """The name of a role of a project in the dev account."""
        return self.org.roles.pattern(naming.own(purpose))

    def own_role_arn(self, purpose: str) -> str:
        """The ARN of a role of the project in the dev account."""
        return self.org.roles.arn(self.own_role(purpose))

    def stage_role_arn(self, stage: TargetStage, purpose: str) -> str:
        """The ARN of a role that the project's deploy app makes in a stage's account."""
        return self._role_arn(stage, self.own_role(f"{stage.name}-{purpose}"))

    def gate_role_arn(self, purpose: str) -> str:
        """The ARN of the role of a function of the gate, which is named after the function."""
        roles = self.org.roles
        return roles.arn(roles.name(getattr(self.gate, purpose)))

    def _place(self, stage: TargetStage) -> tuple[str, str, str, str]:
        return (self.app_prefix, self.set_name, stage.name, self.region)

    def _role_arn(self, stage: TargetStage, name: str) -> str:
        return self.org.roles.arn(name, f"${{{stage.account}}}")


Template = dict[str, Any]
"""A CloudFormation template as plain data."""
