"""`bootstrap`: every account and region prepared for the CDK, with the least that it needs."""

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from mlops_commons.cli.environment import cdk_command, child_environment
from mlops_commons.cli.synth import make_assembly
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES, CDK_APP_CONFIG, REPOSITORY_ROOT
from mlops_commons.utilities.process import run

if TYPE_CHECKING:
    from mlops_commons.accounts.account_policies import AccountPolicy
    from mlops_commons.config import PlatformConfig

EXAMPLES: Final = """
\b
CloudFormation gets a policy of its own in each account, generated from the templates of both
apps and written to mlops-commons/mlops_commons/config/ for review. An entry of cdk-app.yml can
name another file (execution_policy_filepath) or a policy that is there (execution_policy_arn).

\b
Examples:
  bootstrap --dry-run               the plan and the commands; needs no credentials
  bootstrap                         asks, then bootstraps every account
  bootstrap --set business-unit-1   one account set
  bootstrap --stage governance      one account: governance, or a stage of the sets
  bootstrap --yes                   without asking
"""

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show plan and commands, change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
SetName = Annotated[str, typer.Option("--set", help="Only the accounts of this set.")]
Stage = Annotated[str, typer.Option("--stage", help="Only this stage, or 'governance'.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the plan as JSON and end.")]
Boundary = Annotated[
    str,
    typer.Option(
        "--permissions-boundary",
        help="The name of a policy in the accounts that CloudFormation and every role must carry.",
    ),
]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("bootstrap", epilog=EXAMPLES)(bootstrap)


def bootstrap(
    dry_run: DryRun = False,
    yes: Yes = False,
    set_name: SetName = "",
    stage: Stage = "",
    permissions_boundary: Boundary = "",
    as_json: AsJson = False,
) -> None:
    """Prepare the accounts of cdk-app.yml for deployments by the CDK and the pipelines."""
    from mlops_commons.config import load_config

    config = load_config()
    policies = planned(
        config, set_name=set_name, stage=stage, permissions_boundary=permissions_boundary
    )
    commands = {
        policy.row.environment: command(policy, config.app_prefix, permissions_boundary)
        for policy in policies
        if policy.row.enabled
    }
    if as_json:
        typer.echo(json.dumps([_as_json(policy, commands) for policy in policies], indent=2))
        return
    _print_plan(policies)
    if dry_run:
        for arguments in commands.values():
            typer.echo(shlex.join(["cdk", *arguments]))
        return
    _refuse_placeholders(config)
    if not (yes or typer.confirm(f"bootstrap {len(commands)} accounts?", err=True)):
        raise typer.Exit(1)
    for policy in policies:
        if policy.row.enabled:
            _carry_out(policy, config.app_prefix, commands[policy.row.environment])


def planned(
    config: "PlatformConfig", *, set_name: str, stage: str, permissions_boundary: str
) -> tuple["AccountPolicy", ...]:
    """The rows of the plan with their execution policies; synthesises what that needs.

    Raises:
        PlatformError: nothing matches, a synth fails, or a policy cannot be made.
    """
    from mlops_commons.accounts.account_policies import account_policy
    from mlops_commons.accounts.bootstrap_plan import PolicySource, bootstrap_plan, selected
    from mlops_commons.accounts.policy_documents import kept_files

    files = [row.policy_file for row in bootstrap_plan(config)]
    rows = selected(bootstrap_plan(config, kept_files(files)), set_name=set_name, stage_name=stage)
    generated = any(row.policy_source is PolicySource.GENERATED for row in rows)
    assemblies = _assemblies() if generated else {}
    return tuple(
        account_policy(
            row,
            assemblies,
            app_prefix=config.app_prefix,
            permissions_boundary=permissions_boundary,
        )
        for row in rows
    )


def command(policy: "AccountPolicy", app_prefix: str, permissions_boundary: str) -> list[str]:
    """The arguments of the CDK CLI for a row of the plan."""
    row = policy.row
    arguments = ["bootstrap", row.environment, "--profile", row.profile]
    if row.trust:
        arguments += ["--trust", ",".join(row.trust)]
    arguments += ["--cloudformation-execution-policies", ",".join(_arns(policy, app_prefix))]
    if permissions_boundary:
        arguments += ["--custom-permissions-boundary", permissions_boundary]
    return arguments


def _arns(policy: "AccountPolicy", app_prefix: str) -> list[str]:
    from mlops_commons.accounts.account_policies import environment_of
    from mlops_commons.accounts.managed_policies import policy_names

    row = policy.row
    if row.policy_arn:
        return [row.policy_arn]
    names = policy_names(app_prefix, row.region, len(policy.documents))
    partition = environment_of(row).partition
    return [f"arn:{partition}:iam::{row.account}:policy/{name}" for name in names]


def _assemblies() -> Mapping[Path, Sequence[Any]]:
    """The synthesised stacks of every app of this repository."""
    from mlops_commons.utilities.cloud_assembly import read_stacks

    found = {}
    for app, folder in APP_DIRECTORIES.items():
        directory = REPOSITORY_ROOT / folder
        if not directory.is_dir():
            continue
        code, _ = make_assembly(directory, ["--quiet"])
        if code:
            raise PlatformError(
                f"the execution policies need the templates of '{app}', which cannot be made",
                hint=f"see why with: ./mlops-multi-account.sh {app} synth",
            )
        found[directory / "cdk.out"] = read_stacks(directory / "cdk.out")
    return found


def _carry_out(policy: "AccountPolicy", app_prefix: str, arguments: Sequence[str]) -> None:
    row = policy.row
    typer.secho(f"== {row.environment} ({', '.join(map(str, row.uses))})", err=True, bold=True)
    if policy.text:
        from mlops_commons.accounts.policy_documents import write_atomically

        if write_atomically(row.policy_file, policy.text):
            typer.echo(f"written for review: {row.policy_file}", err=True)
    if policy.documents:
        _put(policy, app_prefix)
    code = run([*cdk_command(), *arguments], cwd=REPOSITORY_ROOT, environment=child_environment())
    if code:
        typer.echo(
            f"error: 'cdk bootstrap' of {row.environment} failed with exit code {code}\n"
            f"next: mend it, then go on with: ./mlops-multi-account.sh bootstrap (what is done "
            "stays as it is)",
            err=True,
        )
        raise typer.Exit(code)


def _put(policy: "AccountPolicy", app_prefix: str) -> None:
    """Create the managed policies in the account, with the profile of the row."""
    import boto3
    from botocore.exceptions import BotoCoreError

    from mlops_commons.accounts.account_policies import environment_of
    from mlops_commons.accounts.managed_policies import put_policies

    row = policy.row
    try:
        session = boto3.Session(profile_name=row.profile, region_name=row.region)
        iam = session.client("iam")
    except BotoCoreError as error:
        raise PlatformError(
            f"the profile '{row.profile}' of {row.environment} cannot be used: {error}",
            hint=f"configure it: aws configure sso --profile {row.profile}",
        ) from error
    place = (environment_of(row).partition, row.account)
    for arn, change in put_policies(iam, place, app_prefix, policy.documents).items():
        typer.echo(f"{change}: {arn}", err=True)


def _refuse_placeholders(config: "PlatformConfig") -> None:
    from mlops_commons.config import placeholder_accounts

    found = placeholder_accounts(config)
    if found:
        raise PlatformError(
            "'bootstrap' needs real accounts, but these ids are the sample's placeholders: "
            + ", ".join(found),
            hint=f"fill in your account ids in {CDK_APP_CONFIG}",
        )


def _print_plan(policies: Sequence["AccountPolicy"]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from mlops_commons.cli.summary import WIDTH_WITHOUT_TERMINAL

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title in ("Account", "Region", "Used by", "Trusts", "Execution policy", "Profile"):
        table.add_column(title, overflow="fold")
    for policy in policies:
        row = policy.row
        table.add_row(
            row.account,
            row.region,
            ", ".join(map(str, row.uses)),
            ", ".join(row.trust) or "-",
            _described(policy),
            row.profile if row.enabled else "others bootstrap it",
        )
    Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL).print(table)
    typer.echo()


def _described(policy: "AccountPolicy") -> str:
    from mlops_commons.accounts.policy_documents import size

    row = policy.row
    if row.policy_arn:
        return row.policy_arn
    sizes = sum(size(document) for document in policy.documents)
    return f"{row.policy_source}: {len(policy.documents)} policies, {sizes:,} characters"


def _as_json(policy: "AccountPolicy", commands: Mapping[str, list[str]]) -> dict[str, Any]:
    row = policy.row
    return {
        "account": row.account,
        "region": row.region,
        "uses": [str(use) for use in row.uses],
        "trust": list(row.trust),
        "profile": row.profile,
        "enabled": row.enabled,
        "policy_source": str(row.policy_source),
        "policy_arn": row.policy_arn,
        "policies": list(policy.documents),
        "command": ["cdk", *commands[row.environment]] if row.enabled else [],
    }
