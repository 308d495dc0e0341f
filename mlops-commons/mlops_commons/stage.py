"""The configuration as the rest of the platform sees it: inherited, complete, without None."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mlops_commons.contract import DELIVERY_ORDER, Persona


class EgressMode(StrEnum):
    """How private subnets reach what is outside the VPC."""

    NAT = "nat"
    ENDPOINTS_ONLY = "endpoints-only"


class RemovalPolicy(StrEnum):
    """What happens to what holds data when a stack is deleted."""

    RETAIN = "retain"
    DESTROY = "destroy"


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """How an account is bootstrapped; `execution_policy_arn` is empty where none is named."""

    enabled: bool
    aws_profile: str
    execution_policy_filepath: Path
    execution_policy_arn: str


@dataclass(frozen=True, kw_only=True)
class Repository:
    """The base name of an app's repositories, and the branch that pipelines follow."""

    repo_name: str
    branch_name: str


@dataclass(frozen=True, kw_only=True)
class CodeCommit:
    """The repositories of both apps."""

    infra: Repository
    project_template: Repository

    def of(self, app: str) -> Repository:
        """The repository of an app by its name on the command line, `infra` or `template`."""
        return {"infra": self.infra, "template": self.project_template}[app]


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The governance account."""

    account: str
    region: str
    code_commit: CodeCommit
    bootstrap: Bootstrap


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Who may start projects, and whom the products name for questions."""

    personas: tuple[Persona, ...]
    role_arns: tuple[str, ...]
    provider_name: str
    support_email: str
    support_url: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One account and region of a set; `tags` hold those of the platform and the set too."""

    stage_name: str
    account: str
    region: str
    enabled: bool
    manual_approval: bool
    parameter_namespace: str
    removal_policy: RemovalPolicy
    tags: Mapping[str, str]
    bootstrap: Bootstrap


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """An account set; `tags` hold those of the platform too."""

    set_name: str
    enabled: bool
    tags: Mapping[str, str]
    stages: tuple[Stage, ...]

    def stage(self, stage_name: str) -> Stage | None:
        """An enabled stage by its name, in any case; None where there is none."""
        named = (s for s in self.enabled_stages if s.stage_name.lower() == stage_name.lower())
        return next(named, None)

    @property
    def enabled_stages(self) -> tuple[Stage, ...]:
        """The stages to deliver, dev, preprod and prod first, the others in file order."""
        order = [str(name) for name in DELIVERY_ORDER]
        stages = [stage for stage in self.stages if stage.enabled]
        return tuple(
            sorted(
                stages,
                key=lambda stage: (
                    order.index(stage.stage_name.lower())
                    if stage.stage_name.lower() in order
                    else len(order)
                ),
            )
        )


@dataclass(frozen=True, kw_only=True)
class CreateNetwork:
    """A VPC to create."""

    vpc_cidr: str
    max_azs: int
    availability_zones: tuple[str, ...]
    private_subnet_cidr_mask: int
    public_subnet_cidr_mask: int
    enable_dns_hostnames: bool
    enable_dns_support: bool
    nat_gateways: int
    egress: EgressMode
    endpoints: Mapping[str, bool]


@dataclass(frozen=True, kw_only=True)
class ImportNetwork:
    """A VPC that exists; `vpc_cidr` is empty where it is not configured."""

    vpc_id: str
    subnets: tuple[str, ...]
    base_security_group: str
    vpc_cidr: str
    route_table_ids: tuple[str, ...]
    endpoints: Mapping[str, bool]


Network = CreateNetwork | ImportNetwork


@dataclass(frozen=True, kw_only=True)
class StudioUser:
    """A user profile and the key of its persona."""

    profile_name: str
    persona: str


@dataclass(frozen=True, kw_only=True)
class Studio:
    """The Studio domain of a stage."""

    domain_name: str
    idle_timeout_minutes: int
    create_service_catalog_roles: bool
    users: tuple[StudioUser, ...]


@dataclass(frozen=True, kw_only=True)
class PlatformConfig:
    """Everything that both files say.

    Attributes:
        networks, studios: by set and stage name in lower case; a stage without an entry in
            `studios` has no Studio.
        cdk_app_text, infra_text: the files as they are written; empty where one is missing.
    """

    app_prefix: str
    tags: Mapping[str, str]
    pipeline: Pipeline
    portfolio: Portfolio
    deployments: tuple[Deployment, ...]
    networks: Mapping[tuple[str, str], Network]
    studios: Mapping[tuple[str, str], Studio]
    cdk_app_text: str
    infra_text: str

    @property
    def enabled_deployments(self) -> tuple[Deployment, ...]:
        """The sets to deliver: enabled, with at least one enabled stage."""
        return tuple(d for d in self.deployments if d.enabled and d.enabled_stages)

    def network(self, set_name: str, stage_name: str) -> Network:
        """The network of a stage."""
        return self.networks[set_name.lower(), stage_name.lower()]

    def studio(self, set_name: str, stage_name: str) -> Studio | None:
        """The Studio of a stage, or None where it has none."""
        return self.studios.get((set_name.lower(), stage_name.lower()))
