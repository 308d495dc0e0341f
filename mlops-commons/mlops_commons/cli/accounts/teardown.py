"""`teardown`: everything that the platform has made goes, in order; what AWS keeps is listed."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from mlops_commons.cli.accounts.teardown_report import as_row, print_leftovers, print_steps
from mlops_commons.cli.apps.accounts_needed import refuse_placeholder_accounts
from mlops_commons.cli.apps.assemblies import synthesised_stacks
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.cli.tables import print_wrapped
from mlops_commons.utilities.errors import PlatformError, UnreadableError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

if TYPE_CHECKING:
    from mlops_commons.accounts.account_policies import Assemblies
    from mlops_commons.accounts.bootstrap_plan import BootstrapRow
    from mlops_commons.assembly.stacks import StackSummary
    from mlops_commons.config import PlatformConfig
    from mlops_commons.teardown.inventory import Inventory
    from mlops_commons.teardown.plan import Step

EPILOG: Final = epilog(
    """
Looks into every account, then removes what projects have deployed, the projects, the platform's
stages, and at last pipelines and repositories. It refuses while people have apps running in
Studio, stops at the first failure, and goes on from there when it is run again. What AWS keeps
(retained keys and buckets, log groups, the bootstrap) is listed with the command that removes it.
""",
    {
        "teardown --plan": "what would go in which order, and what would stay",
        "teardown --plan --offline": "of the platform alone, from its templates",
        "teardown": "asks for the prefix of the platform, then removes",
    },
)
FROM_TEMPLATES: Final = (
    "from the templates: no account was looked into, so projects, what they have deployed, and "
    "what AWS keeps are not among these:"
)
LEFTOVERS: Final = REPOSITORY_ROOT / "build" / "teardown-leftovers.json"
PlanOnly = Annotated[
    bool, typer.Option("--plan", "--dry-run", help="Show what would go, remove nothing.")
]
Offline = Annotated[
    bool, typer.Option("--offline", help="With --plan: look into no account, no credentials.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print plan and leftovers as JSON and end.")]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("teardown", epilog=EPILOG)(teardown)


def teardown(
    plan: PlanOnly = False, offline: Offline = False, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Remove projects, stages and pipelines from all accounts."""
    from mlops_commons.accounts.signed_in import all_signed_in
    from mlops_commons.config import load_config
    from mlops_commons.config.published import forget
    from mlops_commons.teardown.inventory import places_of
    from mlops_commons.teardown.leftovers import everything_left, keep_list
    from mlops_commons.teardown.plan import teardown_plan

    if offline and not plan:
        raise typer.BadParameter("only a preview can do without accounts: add --plan")
    config = load_config()
    unseen = "as --offline says" if offline else _unseen(config, plan=plan)
    if unseen:
        _show_offline(config, unseen, as_json=as_json)
        raise typer.Exit(ExitCode.OK if offline else ExitCode.WARNINGS)
    stacks = synthesised_stacks(quiet=as_json)
    rows = places_of(config, [stack for found in stacks.values() for stack in found])
    sessions = all_signed_in(rows)
    places = _inventories(rows, sessions, quiet=as_json)
    steps = teardown_plan(places, _last_first(stacks))
    leftovers = everything_left(places, steps, sessions, config)
    if as_json:
        shown = {"steps": list(map(as_row, steps)), "leftovers": list(map(asdict, leftovers))}
        typer.echo(json.dumps(shown, indent=2))
        return
    print_steps(steps)
    _refuse_running(places)
    if plan:
        print_leftovers(leftovers)
        return
    # Before anything goes: a second run cannot read the templates of stacks that are gone.
    keep_list(LEFTOVERS, leftovers)
    if not (yes or _agreed(config.app_prefix, len(steps))):
        typer.echo("nothing is removed", err=True)
        raise typer.Exit(ExitCode.FAILURE)
    _carry_out(steps, sessions)
    forget()
    print_leftovers(leftovers)
    typer.echo(f"the list of what stays: {LEFTOVERS.relative_to(REPOSITORY_ROOT)}")


def _unseen(config: "PlatformConfig", *, plan: bool) -> str:
    """Why a preview cannot look into the accounts; empty where it can.

    Before the synthesis, which takes longer than to see that nobody is signed in.

    Raises:
        PlatformError: a profile reaches another account; without `plan` any other reason too.
    """
    from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
    from mlops_commons.accounts.signed_in import all_signed_in
    from mlops_commons.config import placeholder_accounts

    if plan and placeholder_accounts(config):
        return "the account ids are the sample's placeholders"
    refuse_placeholder_accounts("teardown", config)
    try:
        all_signed_in(bootstrap_plan(config))
    except UnreadableError as error:
        if plan:
            return str(error)
        raise
    return ""


def _show_offline(config: "PlatformConfig", unseen: str, *, as_json: bool) -> None:
    """What the templates make, in the order in which it would go.

    Args:
        unseen: why the accounts are not looked into.
    """
    from mlops_commons.teardown.inventory import deployed, places_of
    from mlops_commons.teardown.plan import teardown_plan

    stacks = synthesised_stacks(quiet=as_json)
    every = [stack for found in stacks.values() for stack in found]
    places = [deployed(row, every) for row in places_of(config, every)]
    steps = teardown_plan(places, _last_first(stacks))
    if as_json:
        shown = {"steps": list(map(as_row, steps)), "leftovers": None, "not_looked_at": unseen}
        typer.echo(json.dumps(shown, indent=2))
        return
    print_steps(steps)
    print_wrapped(["", FROM_TEMPLATES, unseen])


def _last_first(stacks: "Assemblies") -> "dict[str, Sequence[StackSummary]]":
    """The app that is deployed last goes first."""
    return {str(folder): stacks[folder] for folder in reversed(list(stacks))}


def _inventories(
    rows: "Sequence[BootstrapRow]", sessions: dict[str, Any], *, quiet: bool
) -> "tuple[Inventory, ...]":
    from botocore.exceptions import BotoCoreError, ClientError

    from mlops_commons.teardown.inventory import inventory

    found = []
    for row in rows:
        if not quiet:
            typer.echo(f"looking into {row.environment}", err=True)
        try:
            found.append(inventory(row, sessions[row.environment]))
        except (BotoCoreError, ClientError) as error:
            raise PlatformError(
                f"{row.environment} cannot be looked at: {error}",
                hint="sign in with a role that may read and delete stacks there",
            ) from error
    return tuple(found)


def _refuse_running(places: "Sequence[Inventory]") -> None:
    running = [(place.row, app) for place in places for app in place.running]
    if running:
        lines = "\n".join(f"  {row.environment}: {app.path}" for row, app in running)
        row, app = running[0]
        raise PlatformError(
            f"people have apps running in Studio:\n{lines}",
            hint=f"ask them to save and stop, then: {app.delete_command} "
            f"--region {row.region} --profile {shlex.quote(row.profile)}",
        )


def _agreed(app_prefix: str, count: int) -> bool:
    question = f"to remove these {count}, type the prefix of the platform"
    return bool(count == 0 or typer.prompt(question, err=True) == app_prefix)


def _carry_out(steps: "Sequence[Step]", sessions: dict[str, Any]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    from mlops_commons.teardown.execution import AGAIN, carry_out

    for number, step in enumerate(steps, start=1):
        where = step.row.environment
        typer.echo(f"{number}/{len(steps)} {step.kind} {step.shown} in {where} ...", err=True)
        try:
            carry_out(step, sessions[where])
        except (BotoCoreError, ClientError) as error:
            message = f"{step.kind} {step.shown} in {where} cannot be removed: {error}"
            raise PlatformError(message, hint=AGAIN) from error
    typer.echo(f"removed {len(steps)}" if steps else "there is nothing to remove")
