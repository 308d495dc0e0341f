"""Profiles of the AWS configuration: which there are, and which account each reaches."""

import shlex
from dataclasses import dataclass
from typing import Any

from mlops_commons.config import PlatformConfig
from mlops_commons.utilities.errors import UnreadableError


@dataclass(frozen=True, kw_only=True)
class ProfileUse:
    """A profile that the configuration names; `accounts` is one, unless entries disagree."""

    profile: str
    region: str
    accounts: tuple[str, ...]
    uses: tuple[str, ...]


def profile_uses(config: PlatformConfig) -> tuple[ProfileUse, ...]:
    """Every distinct profile once, the governance account's first."""
    governance = config.pipeline
    rows = [(governance.bootstrap.aws_profile, governance.account, governance.region, "governance")]
    rows += [
        (s.bootstrap.aws_profile, s.account, s.region, f"{d.set_name}/{s.stage_name}")
        for d in config.enabled_deployments
        for s in d.enabled_stages
    ]
    found: dict[str, ProfileUse] = {}
    for profile, account, region, use in rows:
        before = found.get(profile)
        accounts = before.accounts if before else ()
        found[profile] = ProfileUse(
            profile=profile,
            region=before.region if before else region,
            accounts=accounts if account in accounts else (*accounts, account),
            uses=(*(before.uses if before else ()), use),
        )
    return tuple(found.values())


def known_profiles() -> tuple[str, ...]:
    """The profiles of this machine's AWS configuration, without a look at what they hold."""
    import botocore.session

    return tuple(botocore.session.Session().available_profiles)


def session_of(profile: str, region: str) -> Any:
    """A boto3 session of a profile.

    Raises:
        UnreadableError: there is no such profile, or its part of the configuration is broken.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        return boto3.Session(profile_name=profile, region_name=region)
    except BotoCoreError as error:
        raise UnreadableError(
            f"the profile '{profile}' cannot be used: {error}",
            hint=f"make it with: aws configure sso --profile {shlex.quote(profile)}",
        ) from error


def account_of(profile: str, region: str) -> str:
    """The account that a profile reaches, as STS says it (API_GetCallerIdentity).

    Raises:
        UnreadableError: there is no such profile, it has no valid credentials, or STS does not
            answer within seconds.
    """
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    quick = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2})
    session = session_of(profile, region)
    try:
        identity = session.client("sts", config=quick).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise UnreadableError(
            f"the profile '{profile}' cannot be used: {error}",
            hint=f"sign in with: aws sso login --profile {shlex.quote(profile)}; or all of them "
            "with: ./mlops-multi-account.sh config refresh_aws_credentials",
        ) from error
    return str(identity["Account"])


def identity_center_session(profile: str) -> str:
    """What a profile signs in to at IAM Identity Center: the session's name or its start URL.

    Empty for a profile that gets its credentials another way. The keys: AWS CLI user guide,
    'Configuring IAM Identity Center authentication' (`sso_start_url` is the older form).
    """
    import botocore.session

    settings = botocore.session.Session(profile=profile).get_scoped_config()
    return str(settings.get("sso_session") or settings.get("sso_start_url") or "")
