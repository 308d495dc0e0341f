"""The governance account: where deliveries begin, who reviews them, what is offered."""

from dataclasses import dataclass, replace
from typing import Final

from mlops_commons.contract import Persona
from mlops_commons.delivery_source import (
    IN_CODECOMMIT,
    SET,
    DeliverySource,
    DeliverySources,
    SourceType,
)
from mlops_commons.stage.bootstrap import Bootstrap
from mlops_commons.utilities import names


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


STANDARD_PORTFOLIO: Final = Portfolio()
"""What holds where nothing is configured."""
