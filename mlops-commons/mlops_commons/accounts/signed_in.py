"""Sessions of the account that a row of the plan means, and of no other."""

from collections.abc import Iterable
from typing import Any

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.accounts.profiles import account_of, session_of
from mlops_commons.assembly.templates import partition_of
from mlops_commons.utilities.errors import PlatformError, UnreadableError


class WrongAccountError(PlatformError):
    """A profile reaches another account than the configuration says."""


def signed_in(row: BootstrapRow) -> Any:
    """A boto3 session with the profile of the row.

    Raises:
        WrongAccountError: the profile reaches another account: a policy that is missing there
            would be created in the wrong place.
        UnreadableError: the profile cannot be used.
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


def all_signed_in(rows: Iterable[BootstrapRow]) -> dict[str, Any]:
    """A session for each row, by its environment; all profiles are tried before any is refused.

    Raises:
        PlatformError: profiles cannot be used, or reach other accounts: each is named. An
            UnreadableError where none reaches another account.
    """
    found: dict[str, Any] = {}
    refused: dict[str, PlatformError] = {}
    for row in rows:
        try:
            found[row.environment] = signed_in(row)
        except PlatformError as error:
            refused.setdefault(error.message, error)
    if len(refused) == 1:
        raise next(iter(refused.values()))
    if refused:
        each = "".join(f"\n  {message}" for message in refused)
        known = all(isinstance(error, UnreadableError) for error in refused.values())
        raise (UnreadableError if known else PlatformError)(
            f"{len(refused)} profiles cannot be used:{each}",
            hint="\n  ".join(dict.fromkeys(error.hint for error in refused.values())),
        )
    return found


def looking_in(row: BootstrapRow, sts: Any) -> Any:
    """A boto3 session that reads in the account of a row, and needs no profile of it.

    It has the CDK's lookup role there, which trusts governance.

    Args:
        sts: a boto3 client with credentials of governance.

    Raises:
        PlatformError: the role may not be assumed.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    role = (
        f"arn:{partition_of(row.region)}:iam::{row.account}:role/"
        f"{row.toolkit.lookup_role(row.account, row.region)}"
    )
    try:
        answer = sts.assume_role(RoleArn=role, RoleSessionName="mlops-lookup")
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(f"the role {role} cannot be assumed: {error}") from error
    found = answer["Credentials"]
    return boto3.Session(
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
        region_name=row.region,
    )
