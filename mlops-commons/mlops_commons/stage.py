"""What a platform and its stages are made of: the types, and every default once.

The files' models and the constructs take their defaults from here. A key of a configuration file
fills the field of the same name; in a network `vpc_` may stand in front of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from mlops_commons.contract import DELIVERY_ORDER, Persona
from mlops_commons.delivery_source import (
    IN_CODECOMMIT,
    SET,
    DeliverySource,
    DeliverySources,
    SourceType,
)
from mlops_commons.organization import NO_ORGANIZATION, Organization
from mlops_commons.utilities import names
from mlops_commons.utilities.toolkit import DEFAULT, Toolkit

APP_PREFIX: Final = "mlops-cdk"
"""The beginning of names that people see, where nobody has chosen another."""


class EgressMode(StrEnum):
    """How private subnets reach what is outside the VPC."""

    NAT = "nat"
    ENDPOINTS_ONLY = "endpoints-only"


class DnsFirewall(StrEnum):
    """What happens to questions for names that are not allowed, in a created network."""

    BY_EGRESS = "by-egress"
    OFF = "off"
    ALERT = "alert"
    BLOCK = "block"


class RemovalPolicy(StrEnum):
    """What happens to stateful resources when a stack is deleted."""

    RETAIN = "retain"
    DESTROY = "destroy"


class Separation(StrEnum):
    """How far a persona's role reaches: all projects of its set, or those listed for a user."""

    SET = "set"
    PROJECT = "project"


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """How an account is bootstrapped; `execution_policy_arn` is empty where none is named."""

    enabled: bool = True
    aws_profile: str
    execution_policy_filepath: Path
    execution_policy_arn: str = ""
    toolkit: Toolkit = DEFAULT


@dataclass(frozen=True, kw_only=True)
class Repository:
    """The base name of an app's repositories, and the branch that pipelines follow."""

    repo_name: str
    branch_name: str = "main"


@dataclass(frozen=True, kw_only=True)
class CodeCommit:
    """The repositories of both apps."""

    infra: Repository = Repository(repo_name="mlops-infra")
    project_template: Repository = Repository(repo_name="mlops-sm-project-template")

    def of(self, app: str) -> Repository:
        """The repository of an app by its name on the command line, `infra` or `template`."""
        return {"infra": self.infra, "template": self.project_template}[app]


@dataclass(frozen=True, kw_only=True)
class Reviews:
    """Who changes the repositories of the governance account by reviewed pull requests.

    Attributes:
        authors: roles that propose changes, and merge what is approved; `*` may stand in them.
        reviewers: roles that approve; empty: whoever may push changes every account of a set.
        require_mfa: whether sessions of both must have been opened with MFA.
    """

    authors: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    require_mfa: bool = False


@dataclass(frozen=True, kw_only=True)
class Governance:
    """The governance account.

    Attributes:
        notify: e-mail addresses that hear of deliveries that fail or wait for an approval.
    """

    account: str
    region: str
    code_commit: CodeCommit
    bootstrap: Bootstrap
    source: DeliverySources = IN_CODECOMMIT
    reviews: Reviews = Reviews()
    notify: tuple[str, ...] = ()

    def source_of(self, app: str) -> DeliverySource:
        """Where the pipelines of an app take what they deliver."""
        found = self.source.of(app)
        if found.type is not SourceType.CODECOMMIT:
            return found
        named = self.code_commit.of(app)
        repository = names.repository(named.repo_name, SET)
        return replace(found, repository=repository, branch_name=named.branch_name)


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Who may start projects, and whom the products name for questions."""

    personas: tuple[Persona, ...] = (Persona.LEAD_DATA_SCIENTIST,)
    role_arns: tuple[str, ...] = ()
    provider_name: str = "ML platform team"
    support_email: str = "ml_admins@example.com"
    support_url: str = "https://example.com/ml-platform"


@dataclass(frozen=True, kw_only=True)
class Approvers:
    """Who approves what projects deploy to preprod and prod; nobody named: the lead's role.

    Attributes:
        role_arns: roles outside Studio, such as those of permission sets; `*` may stand in them.
        require_mfa: whether the approver's session must have been opened with MFA.
    """

    role_arns: tuple[str, ...] = ()
    require_mfa: bool = False


@dataclass(frozen=True, kw_only=True)
class ProtectedBranches:
    """Whose `main` changes only by the merge of an approved pull request.

    Attributes:
        wait_for_build: whether it has to be built successfully besides.
    """

    deploy: bool = True
    build: bool = False
    wait_for_build: bool = True


@dataclass(frozen=True, kw_only=True)
class Projects:
    """What the projects of a set may deploy, who approves it, and how they are kept apart.

    Attributes:
        deploys: types of CloudFormation resources beyond those of the products' deploy apps.
        role_actions: IAM actions that a role of a project may have beyond the boundary's outline.
        serverless_endpoints: whether projects may have them; SageMaker runs their models outside
            the VPC and not isolated from the network.
        package_index: the URL of the Python package index of builds; empty for the public one.
        mlflow: whether builds track runs in the MLflow App of dev.
    """

    deploys: tuple[str, ...] = ()
    role_actions: tuple[str, ...] = ()
    approvers: Approvers = Approvers()
    protected_branches: ProtectedBranches = ProtectedBranches()
    separation: Separation = Separation.SET
    serverless_endpoints: bool = False
    package_index: str = ""
    mlflow: bool = False


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What an account may cost a month, in US dollars, and who is told before it costs more."""

    amount: int
    email: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One account and region of a set; `tags` hold those of the platform and the set too.

    Attributes:
        manual_approval_reason: why prod does without an approval; empty elsewhere.
    """

    stage_name: str
    account: str
    region: str
    enabled: bool = True
    manual_approval: bool
    manual_approval_reason: str = ""
    parameter_namespace: str = ""
    removal_policy: RemovalPolicy = RemovalPolicy.RETAIN
    tags: Mapping[str, str] = field(default_factory=dict)
    budget: Budget | None = None
    bootstrap: Bootstrap


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """An account set; `tags` hold those of the platform too."""

    set_name: str
    enabled: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)
    projects: Projects = Projects()
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
class EndpointRules:
    """What endpoint policies let pass besides the set's own principals and resources.

    Attributes:
        trusted_accounts: accounts outside the set whose buckets and packages workloads may use.
        trusted_organization: an organization of which the same holds, or empty.
        custom_resources: whether functions inside the VPC may answer CloudFormation.
        package_publishing: whether workloads may publish packages to CodeArtifact.
    """

    trusted_accounts: tuple[str, ...] = ()
    trusted_organization: str = ""
    custom_resources: bool = False
    package_publishing: bool = False

    @property
    def endpoint_rules(self) -> "EndpointRules":
        """These alone, which can be compared and hashed."""
        return EndpointRules(**{own.name: getattr(self, own.name) for own in fields(EndpointRules)})


@dataclass(frozen=True, kw_only=True)
class CreateNetwork(EndpointRules):
    """A VPC to create.

    Attributes:
        availability_zones: zone names; empty takes the first `max_azs` of the region.
        endpoint_azs: in how many of the zones interface endpoints have an address; each is paid by
            the hour, and the other zones reach them too.
        endpoints: switches by endpoint key; a key that is absent follows the row's scope.
        dns_firewall: by egress, `endpoints-only` blocks and `nat` has no firewall.
        dns_allowed_domains: names besides AWS's, `*.` in front for all below one.
    """

    vpc_cidr: str = "10.0.0.0/16"
    max_azs: int = 3
    endpoint_azs: int = 2
    private_subnet_cidr_mask: int = 24
    public_subnet_cidr_mask: int = 26
    enable_dns_hostnames: bool = True
    enable_dns_support: bool = True
    nat_gateways: int = 1
    egress: EgressMode = EgressMode.NAT
    availability_zones: tuple[str, ...] = ()
    endpoints: Mapping[str, bool] = field(default_factory=dict)
    dns_firewall: DnsFirewall = DnsFirewall.BY_EGRESS
    dns_allowed_domains: tuple[str, ...] = ()

    @property
    def dns_rules(self) -> DnsFirewall:
        """What the firewall does, with `by-egress` decided."""
        if self.dns_firewall is not DnsFirewall.BY_EGRESS:
            return self.dns_firewall
        closed = self.egress is EgressMode.ENDPOINTS_ONLY
        return DnsFirewall.BLOCK if closed else DnsFirewall.OFF


@dataclass(frozen=True, kw_only=True)
class ImportNetwork(EndpointRules):
    """A VPC that exists, by its attributes: nothing is looked up.

    Attributes:
        vpc_cidr: needed only when `endpoints` has interface endpoints.
        endpoint_subnets: where interface endpoints have their addresses; empty for `subnets`.
        route_table_ids: needed only when `endpoints` has the S3 gateway endpoint.
        endpoints: switches by endpoint key; only those that are true are created.
    """

    vpc_id: str
    subnets: tuple[str, ...]
    base_security_group: str
    vpc_cidr: str = ""
    endpoint_subnets: tuple[str, ...] = ()
    route_table_ids: tuple[str, ...] = ()
    endpoints: Mapping[str, bool] = field(default_factory=dict)

    @property
    def subnets_of_endpoints(self) -> tuple[str, ...]:
        """Where interface endpoints have their addresses."""
        return self.endpoint_subnets or self.subnets


Network = CreateNetwork | ImportNetwork


class AuthMode(StrEnum):
    """How people come into Studio; the values are those of SageMaker (API_CreateDomain)."""

    IAM = "IAM"
    SSO = "SSO"


@dataclass(frozen=True, kw_only=True)
class StudioUser:
    """A user profile, and the persona whose role it has.

    Attributes:
        identity_center_user: the only one who opens the profile, where the domain signs in by IAM
            Identity Center; empty elsewhere.
        project: the id of the one project that it works on; empty for all of the set, or for none
            where projects are kept apart.
    """

    profile_name: str
    persona: Persona
    project: str = ""
    identity_center_user: str = ""


class Access(StrEnum):
    """What a persona may do with the objects of a data bucket."""

    READ = "read"
    READ_WRITE = "read-write"


@dataclass(frozen=True, kw_only=True)
class DataBucket:
    """A bucket of the organization's own; `account` is empty for the stage's."""

    name: str
    access: Access = Access.READ
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class Further:
    """What a persona may do besides.

    Attributes:
        policy_arns: managed policies that its roles get.
        actions: of these policies, what its boundary lets through; `*` may end an action.
        data_buckets: what it may use without a policy.
    """

    policy_arns: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    data_buckets: tuple[DataBucket, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """What the jobs of people must look like, besides running in the private subnets.

    Attributes:
        network_isolation: whether containers of jobs and models have no network at all.
        instance_types: the only ones that may be used, `*` may stand in them; empty for any.
        output_key: whether training must name a KMS key for what it writes.
    """

    network_isolation: bool = False
    instance_types: tuple[str, ...] = ()
    output_key: bool = True


@dataclass(frozen=True, kw_only=True)
class Studio:
    """A Studio domain.

    Attributes:
        domain_name: the physical name, already within its limit (see utilities/names.py).
        idle_timeout_minutes: after which an idle JupyterLab or Code Editor app stops,
            from 60 to 525600.
        create_service_catalog_roles: whether the stack creates the account-wide launch and use
            roles that AWS's own project templates need; false where another stack owns them.
        mlflow: whether the stage has an MLflow App, in which runs are tracked.
        auth_mode: whether people sign in by IAM Identity Center, or come with a URL that a role of
            theirs may make.
    """

    domain_name: str = "studio-domain"
    idle_timeout_minutes: int = 120
    create_service_catalog_roles: bool = True
    mlflow: bool = False
    auth_mode: AuthMode = AuthMode.IAM
    users: tuple[StudioUser, ...] = ()
    jobs: Jobs = Jobs()
    personas: Mapping[Persona, Further] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlatformConfig:
    """Everything that both files say.

    Attributes:
        networks, studios: by set and stage name in lower case; a stage without an entry in
            `studios` has no Studio.
        cdk_app_text, infra_text: the files as they are written; empty where one is missing.
    """

    app_prefix: str = APP_PREFIX
    tags: Mapping[str, str] = field(default_factory=dict)
    org: Organization = NO_ORGANIZATION
    pipeline: Governance
    portfolio: Portfolio = Portfolio()
    deployments: tuple[Deployment, ...]
    networks: Mapping[tuple[str, str], Network]
    studios: Mapping[tuple[str, str], Studio]
    cdk_app_text: str = ""
    infra_text: str = ""

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
