"""The accounts as they are: their profiles, bootstrap, trust and execution policies."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.accounts.account_policies import policy_arns
from mlops_commons.accounts.bootstrap_changes import bootstrap_again
from mlops_commons.accounts.bootstrap_plan import BootstrapRow, PolicySource
from mlops_commons.accounts.platform_stacks import is_of_the_platform, without_configuration
from mlops_commons.accounts.signed_in import WrongAccountError, signed_in
from mlops_commons.config import PlatformConfig
from mlops_commons.doctor.access_logs import look_at_access_logs
from mlops_commons.doctor.allowed import look_at_bootstrap
from mlops_commons.doctor.builds import look_at_build_network
from mlops_commons.doctor.connections import look_at_connections
from mlops_commons.doctor.expected import Expected
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.identity_center import look_at_identity_center
from mlops_commons.doctor.imported_networks import look_at_imported_networks
from mlops_commons.doctor.instances import look_at_instances
from mlops_commons.doctor.keys import look_at_keys
from mlops_commons.doctor.named_policies import look_at_named_policies
from mlops_commons.doctor.obstacles import look_at_names
from mlops_commons.doctor.platform_keys import look_at_platform_keys
from mlops_commons.doctor.quotas import Quota
from mlops_commons.doctor.reviews import look_at_reviews
from mlops_commons.doctor.zones import look_at_zones
from mlops_commons.utilities.at_once import each_at_once
from mlops_commons.utilities.errors import PlatformError

LEAST_VERSION: Final = 6
"""What stacks of today's CDK demand of an account (`requiresBootstrapStackVersion`)."""
AT_ONCE: Final = 8


def look_at_accounts(rows: tuple[BootstrapRow, ...], expected: Expected) -> tuple[Finding, ...]:
    """Findings about every account and region; several are looked at at the same time."""
    found = each_at_once(lambda row: tuple(_look_at(row, expected)), rows, AT_ONCE)
    return tuple(finding for findings in found for finding in findings)


def _look_at(row: BootstrapRow, expected: Expected) -> Iterator[Finding]:
    """Findings about one account; what cannot be read is said, and the rest looked at."""
    from botocore.exceptions import BotoCoreError, ClientError

    area = f"{row.account} in {row.region}"
    try:
        session = signed_in(row)
    except PlatformError as error:
        level = Level.ERROR if isinstance(error, WrongAccountError) else Level.UNCHECKED
        yield Finding(level=level, area=area, message=error.message, remedy=error.hint)
        return
    yield Finding(level=Level.OK, area=area, message=f"reached by the profile '{row.profile}'")
    config = expected.config
    needed: Mapping[Quota, int] = expected.needs.get((row.account, row.region), {})
    # Generators: what each looks at is read when its turn comes.
    looks = {
        "the bootstrap version": _version(area, row, session.client("ssm")),
        "the trust": _trust(area, row, session.client("iam")),
        "the execution policies": _policies(area, row, session.client("iam"), config.app_prefix),
        "the policies that are named": look_at_named_policies(
            area, row, session.client("iam"), config
        ),
        "what the bootstrap allowed": look_at_bootstrap(area, row, session, expected),
        "what has the names of the platform": look_at_names(area, row, session, expected),
        "the stacks": _stacks(area, row, session.client("cloudformation"), config),
        "the keys of the platform": look_at_platform_keys(area, row, session, config),
        "the reviews": look_at_reviews(area, row, session.client("codecommit"), config),
        "the connections to git hosts": look_at_connections(area, row, session, config),
        "IAM Identity Center": look_at_identity_center(
            area, row, session.client("sso-admin"), config
        ),
        "the bucket of access logs": look_at_access_logs(area, row, session.client("s3"), config),
        "the existing keys": look_at_keys(area, row, session.client("kms"), config),
        "the VPC of builds": look_at_build_network(area, row, session.client("ec2"), config),
        "the quotas": _quotas(area, row, session, needed),
        "the imported networks": look_at_imported_networks(
            area, row, session.client("ec2"), config
        ),
        "the zones": look_at_zones(area, row, session.client("ec2"), config),
        "the quotas of machines": look_at_instances(area, row, session.client("service-quotas")),
    }
    for what, look in looks.items():
        try:
            yield from look
        except (BotoCoreError, ClientError, PlatformError) as error:
            message = f"{what} cannot be read: {error}"
            yield Finding(level=Level.UNCHECKED, area=area, message=message)


def _version(area: str, row: BootstrapRow, ssm: Any) -> Iterator[Finding]:
    try:
        found = int(ssm.get_parameter(Name=row.toolkit.version_parameter)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        found = 0
    if found >= LEAST_VERSION:
        yield Finding(level=Level.OK, area=area, message=f"bootstrapped, version {found}")
        return
    message = (
        f"bootstrap version {found}, {LEAST_VERSION} is needed" if found else "not bootstrapped"
    )
    yield Finding(level=Level.ERROR, area=area, message=message, remedy=bootstrap_again(row))


def _trust(area: str, row: BootstrapRow, iam: Any) -> Iterator[Finding]:
    """Who may deploy here, against the plan: missing accounts stop pipelines, others are a risk."""
    deploying, *others = (
        _trusted(iam, name) for name in row.toolkit.trusting_roles(row.account, row.region)
    )
    if deploying is None:
        return  # not bootstrapped: said already
    found = deploying.union(*(accounts for accounts in others if accounts)) - {row.account}
    missing = sorted(set(row.trust) - deploying)
    older = sorted(found & set(row.untrusted))
    further = sorted(found - set(row.trust) - set(row.untrusted))
    if missing:
        message = f"does not trust {', '.join(missing)}: their pipelines cannot deploy here"
        yield Finding(level=Level.ERROR, area=area, message=message, remedy=bootstrap_again(row))
    if older:
        message = (
            f"still trusts {', '.join(older)}, a dev account, as an older bootstrap did: who is "
            "administrator there can deploy anything here"
        )
        yield Finding(level=Level.ERROR, area=area, message=message, remedy=bootstrap_again(row))
    if further:
        message = f"also trusts {', '.join(further)}, which no account set needs"
        yield Finding(level=Level.WARNING, area=area, message=message, remedy=bootstrap_again(row))
    if not missing and not older and not further:
        trusted = ", ".join(row.trust) or "only itself"
        yield Finding(level=Level.OK, area=area, message=f"trusts {trusted}")


def _trusted(iam: Any, name: str) -> set[str] | None:
    """The accounts that may become a role; None where there is no such role."""
    try:
        return _trusted_accounts(iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])
    except iam.exceptions.NoSuchEntityException:
        return None


def _trusted_accounts(document: Mapping[str, Any]) -> set[str]:
    found = set()
    for statement in document.get("Statement", ()):
        principals = statement.get("Principal", {}).get("AWS", ())
        for principal in [principals] if isinstance(principals, str) else principals:
            found.add(principal.split(":")[4] if principal.startswith("arn:") else principal)
    return found


def _policies(area: str, row: BootstrapRow, iam: Any, app_prefix: str) -> Iterator[Finding]:
    """What CloudFormation may do here."""
    name = row.toolkit.execution_role(row.account, row.region)
    try:
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    except iam.exceptions.NoSuchEntityException:
        return
    arns = {policy["PolicyArn"] for policy in attached}
    if not row.enabled:
        fits = bool(arns)  # what it may do is compared with what the templates need
    elif row.policy_source is PolicySource.ARN:
        fits = arns == {row.policy_arn}
    else:
        fits = bool(arns) and arns == set(policy_arns(row, app_prefix, len(arns)))
    names = ", ".join(sorted(arn.rpartition("/")[2] for arn in arns)) or "nothing"
    if fits:
        yield Finding(level=Level.OK, area=area, message=f"CloudFormation may do: {names}")
        return
    administrator = any(arn.endswith("/AdministratorAccess") for arn in arns)
    yield Finding(
        level=Level.ERROR if administrator else Level.WARNING,
        area=area,
        message=f"CloudFormation's role has {names}, not the policies of the plan",
        remedy=bootstrap_again(row),
    )


def _stacks(
    area: str, row: BootstrapRow, cloudformation: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """What a set or stage that is gone from cdk-app.yml has left: no pipeline removes it."""
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    ours = [
        stack["StackName"]
        for page in pages
        for stack in page["Stacks"]
        if is_of_the_platform(stack, config.app_prefix)
    ]
    for name in without_configuration(config, (row.account, row.region), ours):
        yield Finding(
            level=Level.WARNING,
            area=area,
            message=f"the stack {name} belongs to no set and stage of cdk-app.yml",
            remedy=f"when nothing uses it: aws cloudformation delete-stack --stack-name {name} "
            f"--region {row.region} --profile {shlex.quote(row.profile)}",
        )


def _quotas(
    area: str, row: BootstrapRow, session: Any, needs: Mapping[Quota, int]
) -> Iterator[Finding]:
    for quota, need in needs.items():
        client = session.client("service-quotas", region_name=quota.place or row.region)
        answer = client.get_service_quota(ServiceCode=quota.service, QuotaCode=quota.code)
        value = int(answer["Quota"]["Value"])
        if need > value:
            yield Finding(
                level=Level.ERROR,
                area=area,
                message=f"needs {need} of '{quota.name}', the quota is {value}",
                remedy=quota.request(need, row.region),
            )
