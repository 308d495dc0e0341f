"""Before a delivery: what has to be done in the accounts first."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mlops_commons.cli.accounts.bootstrap import assemblies_for, rows_with_files
from mlops_commons.cli.apps.assemblies import current_stacks
from mlops_commons.cli.tables import say
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

if TYPE_CHECKING:
    from mlops_commons.accounts.bootstrap_plan import BootstrapRow
    from mlops_commons.accounts.bootstrap_record import BootstrapRecord
    from mlops_commons.accounts.obstacle import Obstacle
    from mlops_commons.config import PlatformConfig

    Look = tuple[BootstrapRow, Any, BootstrapRecord | None]
    """An account, a session there, and the record of its bootstrap."""

OTHERS: Final = (
    "an account that others bootstrap has 'enabled: false' below 'bootstrap' in cdk-app.yml"
)


def check_accounts(
    config: "PlatformConfig", set_names: Collection[str] = (), *, refuse: bool = True
) -> None:
    """Say what has to be done in accounts before a delivery, and refuse what would fail without it.

    It looks with the rights of governance. What it cannot look at is said, and stops nothing.

    Args:
        set_names: only the accounts of these sets, and governance; all without any.
        refuse: false where nothing will be delivered, so that it is only said.

    Raises:
        PlatformError: an account does not allow what the templates need, a name is taken, or the
            templates cannot be made.
    """
    if not all((REPOSITORY_ROOT / folder).is_dir() for folder in APP_DIRECTORIES.values()):
        return  # what an account allows is made of the templates of both apps
    sets, plan = {"", *set_names}, rows_with_files(config)
    rows = [
        row
        for row in plan
        if row.enabled and (not set_names or any(use.set_name in sets for use in row.uses))
    ]
    governance = next(row for row in plan if row.governs)
    obstacles = tuple(_obstacles(config, list(_looks(governance, rows))))
    blocking = [found for found in obstacles if found.blocks]
    for found in obstacles:
        if not (found.blocks and refuse):
            _say(found.place, found.message, found.remedy)
    if blocking and refuse:
        raise _refusal(blocking)


def _looks(governance: "BootstrapRow", rows: "Sequence[BootstrapRow]") -> "Iterator[Look]":
    """The accounts that can be looked at; of the others it is said why not."""
    from mlops_commons.accounts.bootstrap_record import read_record
    from mlops_commons.accounts.signed_in import looking_in, signed_in

    try:
        own = signed_in(governance)
    except PlatformError as error:
        _say(governance.environment, f"the accounts are not looked at: {error.message}", error.hint)
        return
    sts = own.client("sts")
    for row in rows:
        try:
            session = own if row.governs else looking_in(row, sts)
            yield row, session, read_record(session.client("cloudformation"), row.toolkit)
        except PlatformError as error:
            _say(
                row.environment,
                f"it is not looked at: {error.message}",
                "see whether it is bootstrapped: ./mlops-multi-account.sh doctor",
            )


def _obstacles(config: "PlatformConfig", looks: "Sequence[Look]") -> "Iterator[Obstacle]":
    from mlops_commons.accounts.account_policies import account_policies, stacks_of
    from mlops_commons.accounts.bootstrap_changes import bootstrap_changes
    from mlops_commons.accounts.taken_names import taken_names

    if not looks:
        return
    rows = [row for row, _, _ in looks]
    assemblies = assemblies_for(rows, quiet=True) or current_stacks() or {}
    policies = account_policies(rows, assemblies, app_prefix=config.app_prefix)
    for policy, (row, session, record) in zip(policies, looks, strict=True):
        try:
            yield from bootstrap_changes(policy, record, session.client("iam"))
            if assemblies:
                yield from taken_names(row, stacks_of(row, assemblies), session)
        except PlatformError as error:
            _say(row.environment, f"it is not compared: {error.message}", error.hint)


def _say(place: str, message: str, remedy: str) -> None:
    following = f"\n  next: {remedy}" if remedy else ""
    say(f"note: {place}: {message}{following}")


def _refusal(blocking: "Sequence[Obstacle]") -> PlatformError:
    lines = [f"  {found.place}: {found.message}" for found in blocking]
    remedies = dict.fromkeys(found.remedy for found in blocking)
    return PlatformError(
        "\n".join(["nothing is delivered, because it would fail in these accounts:", *lines]),
        hint="; ".join([*remedies, f"then the same command again ({OTHERS})"]),
    )
