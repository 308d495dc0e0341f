"""Before a delivery: whether the last bootstrap allowed what the templates need now."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import typer

from mlops_commons.cli.accounts.bootstrap import policies_of, rows_with_files
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

if TYPE_CHECKING:
    from mlops_commons.accounts.bootstrap_changes import BootstrapChange
    from mlops_commons.accounts.bootstrap_plan import BootstrapRow
    from mlops_commons.accounts.bootstrap_record import BootstrapRecord
    from mlops_commons.config import PlatformConfig

    Look = tuple[BootstrapRow, Any, BootstrapRecord | None]
    """An account, a session there, and the record of its bootstrap."""

OTHERS: Final = (
    "an account that others bootstrap has 'enabled: false' below 'bootstrap' in cdk-app.yml"
)


def check_bootstrap(
    config: "PlatformConfig", set_names: Collection[str] = (), *, refuse: bool = True
) -> None:
    """Say what has to be bootstrapped before a delivery, and refuse what would fail without it.

    It looks with the rights of governance. What it cannot look at is said, and stops nothing.

    Args:
        set_names: only the accounts of these sets, and governance; all without any.
        refuse: false where nothing will be delivered, so that it is only said.

    Raises:
        PlatformError: an account does not allow what the templates need, or they cannot be made.
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
    changes = tuple(_changes(config, list(_looks(governance, rows))))
    blocking = [change for change in changes if change.blocks]
    for change in changes:
        if not (change.blocks and refuse):
            _say(change.row, change.message, change.remedy)
    if blocking and refuse:
        raise _refusal(blocking)


def _looks(governance: "BootstrapRow", rows: "Sequence[BootstrapRow]") -> "Iterator[Look]":
    """The accounts that can be looked at; of the others it is said why not."""
    from mlops_commons.accounts.bootstrap_record import read_record
    from mlops_commons.accounts.signed_in import looking_in, signed_in

    try:
        own = signed_in(governance)
    except PlatformError as error:
        _say(governance, f"the bootstrap is not compared: {error.message}", error.hint)
        return
    sts = own.client("sts")
    for row in rows:
        try:
            session = own if row.governs else looking_in(row, sts)
            yield row, session, read_record(session.client("cloudformation"))
        except PlatformError as error:
            _say(
                row,
                f"its bootstrap is not compared: {error.message}",
                "see whether it is bootstrapped: ./mlops-multi-account.sh doctor",
            )


def _changes(config: "PlatformConfig", looks: "Sequence[Look]") -> "Iterator[BootstrapChange]":
    from mlops_commons.accounts.bootstrap_changes import bootstrap_changes

    if not looks:
        return
    boundaries = {row.environment: found.boundary for row, _, found in looks if found}
    policies = policies_of(config, [row for row, _, _ in looks], boundaries, quiet=True)
    for policy, (row, session, record) in zip(policies, looks, strict=True):
        try:
            yield from bootstrap_changes(policy, record, session.client("iam"))
        except PlatformError as error:
            _say(row, f"its bootstrap is not compared: {error.message}", error.hint)


def _say(row: "BootstrapRow", message: str, remedy: str) -> None:
    following = f"\n  next: {remedy}" if remedy else ""
    typer.echo(f"note: {_named(row)}: {message}{following}", err=True)


def _named(row: "BootstrapRow") -> str:
    return f"{row.environment} ({', '.join(map(str, row.uses))})"


def _refusal(changes: "Sequence[BootstrapChange]") -> PlatformError:
    lines = [f"  {_named(change.row)}: {change.message}" for change in changes]
    remedies = list(dict.fromkeys(change.remedy for change in changes))
    first = remedies[0] if not remedies[1:] else "./mlops-multi-account.sh bootstrap"
    return PlatformError(
        "\n".join(["accounts have to be bootstrapped before this is delivered:", *lines]),
        hint=f"{first}, then the same command again; {OTHERS}",
    )
