"""Clients of the account that a row of the plan means, and of no other."""

from typing import Any

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.utilities.errors import PlatformError


def iam_client(row: BootstrapRow) -> Any:
    """A boto3 client of IAM, with the profile of the row.

    Raises:
        PlatformError: the profile cannot be used, or reaches another account: a policy that is
            missing there would be created in the wrong place.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session = boto3.Session(profile_name=row.profile, region_name=row.region)
        reached = session.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(
            f"the profile '{row.profile}' of {row.environment} cannot be used: {error}",
            hint=f"sign in: aws sso login --profile {row.profile}; if there is no such profile: "
            f"aws configure sso --profile {row.profile}",
        ) from error
    if reached != row.account:
        raise PlatformError(
            f"the profile '{row.profile}' reaches account {reached}, but cdk-app.yml names it for "
            f"{row.environment}",
            hint="correct aws_profile or the account in cdk-app.yml, or the profile in "
            "~/.aws/config",
        )
    return session.client("iam")
