"""Account sets and their stages, and the whole platform."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mlops_commons.contract import StageRole
from mlops_commons.organization import NO_ORGANIZATION, Organization
from mlops_commons.stage.bootstrap import Bootstrap, RemovalPolicy
from mlops_commons.stage.governance import STANDARD_PORTFOLIO, Governance, Portfolio
from mlops_commons.stage.networks import Network
from mlops_commons.stage.projects import ALL_OF_A_SET, Projects
from mlops_commons.stage.studio import Studio

APP_PREFIX: Final = "mlops-cdk"
"""The beginning of names that people see, where nobody has chosen another."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What an account may cost a month, in US dollars, and who is told before it costs more."""

    amount: int
    email: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One account and region of a set; `tags` hold those of the platform and the set too.

    Attributes:
        role: what it is for, whatever its name.
        manual_approval_reason: why prod does without an approval; empty elsewhere.
    """

    stage_name: str
    role: StageRole
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


def unapproved_afterwards(stages: Sequence[Stage], stage: Stage) -> str:
    """What the approval of a stage says of later stages in which nobody is asked."""
    later = stages[stages.index(stage) + 1 :]
    reasons = [
        f"{each.stage_name} is deployed right after, without another approval: "
        f"{each.manual_approval_reason}"
        for each in later
        if not each.manual_approval and each.manual_approval_reason
    ]
    return "; ".join(reasons)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """An account set; `tags` hold those of the platform too."""

    set_name: str
    enabled: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)
    projects: Projects = ALL_OF_A_SET
    stages: tuple[Stage, ...]

    def stage(self, stage_name: str) -> Stage | None:
        """An enabled stage by its name, in any case; None where there is none."""
        named = (s for s in self.enabled_stages if s.stage_name.lower() == stage_name.lower())
        return next(named, None)

    @property
    def dev(self) -> Stage | None:
        """The enabled stage that plays dev, whatever its name; None where there is none."""
        return next((s for s in self.enabled_stages if s.role is StageRole.DEV), None)

    @property
    def enabled_stages(self) -> tuple[Stage, ...]:
        """The stages to deliver, in the order of the file, which is that of delivery."""
        return tuple(stage for stage in self.stages if stage.enabled)


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
    portfolio: Portfolio = STANDARD_PORTFOLIO
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

    def package_index(self, deployment: Deployment) -> str:
        """Where builds of a set's projects install from; empty for the public index."""
        return self.org.builds.of_projects(deployment.projects.package_index).pip_index_url
