"""Clients of the account that a row of the plan means, and of no other."""

from typing import Any

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.accounts.profiles import account_of, session_of
from mlops_commons.utilities.errors import PlatformError


def client_of(row: BootstrapRow, service: str) -> Any:
    """A boto3 client of a service, with the profile of the row.

    Raises:
        PlatformError: the profile cannot be used, or reaches another account: a policy that is
            missing there would be created in the wrong place.
    """
    reached = account_of(row.profile, row.region)
    if reached != row.account:
        raise PlatformError(
            f"the profile '{row.profile}' reaches account {reached}, but cdk-app.yml names it for "
            f"{row.environment}",
            hint="correct aws_profile or the account in cdk-app.yml, or the profile in "
            "~/.aws/config",
        )
    return session_of(row.profile, row.region).client(service)
