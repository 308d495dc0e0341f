"""What the portfolio of an account set is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlops_commons.contract import Persona


@dataclass(frozen=True, kw_only=True)
class PortfolioProps:
    """Who may launch products, and whom the products name for questions."""

    personas: tuple[Persona, ...] = (Persona.LEAD_DATA_SCIENTIST,)
    role_arns: tuple[str, ...] = ()
    provider_name: str = "ML platform team"
    support_email: str = "ml_admins@example.com"
    support_url: str = "https://example.com/ml-platform"


@dataclass(frozen=True, kw_only=True)
class ProjectTargets:
    """What a project proposes to deploy to; an empty account has to be typed.

    Attributes:
        namespaces: of the stages' SSM parameters, by stage name; a stage without one is left out.
    """

    preprod_account: str = ""
    prod_account: str = ""
    namespaces: Mapping[str, str] = field(default_factory=dict)
