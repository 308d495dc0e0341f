"""Sessions of the account that a row of the plan means, and of no other."""

from typing import Any

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.accounts.profiles import account_of, session_of
from mlops_commons.utilities.errors import PlatformError


class WrongAccountError(PlatformError):
    """A profile reaches another account than the configuration says."""


def signed_in(row: BootstrapRow) -> Any:
    """A boto3 session with the profile of the row.

    Raises:
        WrongAccountError: the profile reaches another account: a policy that is missing there
            would be created in the wrong place.
        PlatformError: the profile cannot be used.
    """
    reached = account_of(row.profile, row.region)
    if reached != row.account:
        raise WrongAccountError(
            f"the profile '{row.profile}' reaches account {reached}, but cdk-app.yml names it for "
            f"{row.environment}",
            hint="correct aws_profile or the account in cdk-app.yml, or the profile in "
            "~/.aws/config",
        )
    return session_of(row.profile, row.region)
