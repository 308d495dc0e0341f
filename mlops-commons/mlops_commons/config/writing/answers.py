"""What a person decides about the platform: answers of the wizard, of flags, of a file."""

from dataclasses import dataclass

from mlops_commons.delivery_source import SourceType
from mlops_commons.stage import EgressMode


@dataclass(frozen=True, kw_only=True)
class NetworkAnswer:
    """The network of a stage: a range for a new VPC, or a VPC that exists when `vpc_id` is set."""

    vpc_cidr: str = ""
    secondary_cidrs: tuple[str, ...] = ()
    egress: EgressMode = EgressMode.NAT
    vpc_id: str = ""
    subnets: tuple[str, ...] = ()
    base_security_group: str = ""


@dataclass(frozen=True, kw_only=True)
class StageAnswer:
    """A stage; what is empty or None has its default."""

    stage_name: str
    account: str
    role: str = ""
    aws_profile: str = ""
    region: str = ""
    parameter_namespace: str = ""
    manual_approval: bool | None = None
    network: NetworkAnswer | None = None


@dataclass(frozen=True, kw_only=True)
class SetAnswer:
    """An account set."""

    set_name: str
    stages: tuple[StageAnswer, ...]
    default_region: str = ""


@dataclass(frozen=True, kw_only=True)
class UsersAnswer:
    """The users of a persona's group in Studio; without a prefix that of the file stays."""

    group: str
    prefix: str | None
    profile_names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SourceAnswer:
    """Where the pipelines of an app take what they deliver.

    Attributes:
        app: as `pipeline.source` names it.
    """

    app: str
    type: SourceType = SourceType.CODECOMMIT
    provider: str = ""
    repository: str = ""
    branch_name: str = ""
    connection_arn: str = ""
    remote: str = ""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Everything that both files are made from; the governance account comes first.

    Attributes:
        boundary_deny: what the document of the boundary denies, as JSON; empty: as in the file.
    """

    app_prefix: str
    region: str
    account: str
    aws_profile: str = ""
    repo_name: str = ""
    branch_name: str = ""
    templates_repo_name: str = ""
    templates_branch_name: str = ""
    sets: tuple[SetAnswer, ...]
    users: tuple[UsersAnswer, ...] = ()
    support_email: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    boundary: str = ""
    boundary_deny: str = ""
    sources: tuple[SourceAnswer, ...] = ()
