"""What accounts should be like, for what looks at them."""

from dataclasses import dataclass
from typing import Final

from mlops_commons.accounts.account_policies import Assemblies
from mlops_commons.config import PlatformConfig
from mlops_commons.doctor.quotas import Needs

SYNTHESISE: Final = (
    "./mlops-multi-account.sh infra synth, ./mlops-multi-account.sh template synth, then again"
)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the configuration and the templates say.

    Attributes:
        assemblies: what both apps would deploy; None where that is not synthesised as it is now.
    """

    config: PlatformConfig
    needs: Needs
    assemblies: Assemblies | None
