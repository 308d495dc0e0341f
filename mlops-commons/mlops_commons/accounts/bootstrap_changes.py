"""What an account's last bootstrap allowed, against what the templates need now."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from mlops_commons.accounts.account_policies import AccountPolicy
from mlops_commons.accounts.bootstrap_plan import BootstrapRow, PolicySource
from mlops_commons.accounts.bootstrap_record import BootstrapRecord, fingerprint
from mlops_commons.accounts.obstacle import Obstacle
from mlops_commons.accounts.permission_changes import not_allowed
from mlops_commons.execution_policies.policy_documents import Document
from mlops_commons.utilities.errors import PlatformError

SHOWN: Final = 5


def bootstrap_again(row: BootstrapRow) -> str:
    """The command that bootstraps an account, or what those need who do it."""
    use = row.uses[0]
    of_set = f" --set {use.set_name}" if use.set_name else ""
    command = f"./mlops-multi-account.sh bootstrap{of_set} --stage {use.stage_name}"
    if row.enabled:
        return command
    return f"give those who bootstrap this account what this prints: {command} --json"


def bootstrap_changes(
    policy: AccountPolicy, record: BootstrapRecord | None, iam: Any
) -> Iterator[Obstacle]:
    """What has to be done in an account before a deployment, and what after one.

    Args:
        record: of the last bootstrap there; None where there was none.
        iam: a boto3 client there; asked only where the fingerprint is another.

    Raises:
        PlatformError: the policies may not be read.
    """
    row = policy.row
    if record is None:
        yield _change(row, "is not bootstrapped")
        return
    if record.qualifier != row.toolkit.qualifier:
        yield _change(
            row,
            f"is bootstrapped with the qualifier '{record.qualifier}'; the roles that templates "
            f"name have '{row.toolkit.qualifier}'",
        )
    if record.boundary != row.boundary:
        yield _change(
            row,
            f"the roles of the bootstrap have {_bounded(record.boundary)}; cdk-app.yml wants "
            f"{_bounded(row.boundary)} (org.permissions_boundary)",
        )
    missing = sorted(set(row.trust) - set(record.trust))
    if missing:
        yield _change(row, f"does not trust {', '.join(missing)}")
    if policy.documents:
        yield from policy_changes(policy, record, iam)
    elif set(record.policy_arns) != set(policy.arns):
        had = ", ".join(record.policy_arns) or "no policy"
        message = f"CloudFormation has {had}, but cdk-app.yml names {', '.join(policy.arns)}"
        yield _change(row, message)


def policy_changes(policy: AccountPolicy, record: BootstrapRecord, iam: Any) -> Iterator[Obstacle]:
    """What the last bootstrap of an account did not allow and the templates need, or the reverse.

    Args:
        iam: as in `bootstrap_changes`.

    Raises:
        PlatformError: the policies may not be read.
    """
    row = policy.row
    if record.fingerprint == fingerprint(policy):
        return
    new = not_allowed(policy.documents, _documents(iam, record.policy_arns))
    if new:
        of_what = (
            "the templates need"
            if row.policy_source is PolicySource.GENERATED
            else (f"{row.policy_file.name} has")
        )
        more = f" and {len(new) - SHOWN} more" if new[SHOWN:] else ""
        shown = "; ".join(map(str, new[:SHOWN]))
        yield _change(row, f"{of_what} what the last bootstrap did not allow: {shown}{more}")
        return
    message = (
        "the last bootstrap allows all that the templates need, and more or in other words; "
        "bootstrap again after the next deployment, not before it"
        if record.fingerprint
        else "was bootstrapped by an older version, or by somebody else, and allows "
        "all that the templates need"
    )
    yield Obstacle(row=row, blocks=False, message=message, remedy=bootstrap_again(row))


def _bounded(name: str) -> str:
    return f"the permissions boundary '{name}'" if name else "no permissions boundary"


def _documents(iam: Any, arns: Iterable[str]) -> Iterator[Document]:
    from botocore.exceptions import BotoCoreError, ClientError

    for arn in arns:
        try:
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        except (BotoCoreError, ClientError) as error:
            raise PlatformError(f"the execution policy {arn} cannot be read: {error}") from error
        document: Document = found["PolicyVersion"]["Document"]
        yield document


def _change(row: BootstrapRow, message: str) -> Obstacle:
    return Obstacle(row=row, blocks=True, message=message, remedy=bootstrap_again(row))
