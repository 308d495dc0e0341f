"""What the projects of an account set deploy to."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ProjectTargets:
    """What a project proposes to deploy to; an empty account has to be typed.

    Attributes:
        namespaces: of the stages' SSM parameters, by stage name; a stage without one is left out.
    """

    preprod_account: str = ""
    prod_account: str = ""
    namespaces: Mapping[str, str] = field(default_factory=dict)
