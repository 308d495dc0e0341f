"""`bootstrap`: every account and region prepared for the CDK, with the least that it needs."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from mlops_commons.cli.accounts.bootstrap_report import as_json, print_plan
from mlops_commons.cli.apps.accounts_needed import refuse_placeholder_accounts
from mlops_commons.cli.apps.assemblies import synthesised_stacks
from mlops_commons.cli.environment import cdk_command, child_environment
from mlops_commons.utilities.paths import (
    REPOSITORY_ROOT,
)
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
PrintJson = Annotated[bool, typer.Option("--json", help="Print the plan as JSON and end.")]
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
    print_json: PrintJson = False,
) -> None:
    """Prepare the accounts of cdk-app.yml for deployments by the CDK and the pipelines."""
    from mlops_commons.accounts.bootstrap_command import bootstrap_command
    from mlops_commons.config import load_config

    config = load_config()
    if not (dry_run or print_json):
        refuse_placeholder_accounts("bootstrap", config)
    policies = planned(
        config,
        set_name=set_name,
        stage=stage,
        permissions_boundary=permissions_boundary,
        quiet=print_json,
    )
    own = [policy for policy in policies if policy.row.enabled]
    commands = {
        p.row.environment: bootstrap_command(p.row, p.arns, permissions_boundary) for p in own
    }
    if print_json:
        typer.echo(json.dumps([as_json(policy, commands) for policy in policies], indent=2))
        return
    print_plan(policies)
    if dry_run:
        for arguments in commands.values():
            typer.echo(shlex.join(["cdk", *arguments]))
        return
    _write_for_review(own)
    if not (yes or typer.confirm(f"bootstrap {len(own)} accounts?", err=True)):
        raise typer.Exit(1)
    _carry_out(own, commands)


def planned(
    config: "PlatformConfig",
    *,
    set_name: str,
    stage: str,
    permissions_boundary: str,
    quiet: bool = False,
) -> tuple["AccountPolicy", ...]:
    """The rows of the plan with their execution policies; synthesises what that needs.

    Args:
        quiet: show no progress; a script may read both streams as one.

    Raises:
        PlatformError: nothing matches, a synth fails, or a policy cannot be made.
    """
    from mlops_commons.accounts.account_policies import account_policy
    from mlops_commons.accounts.bootstrap_plan import PolicySource, bootstrap_plan, selected
    from mlops_commons.execution_policies.policy_documents import kept_files

    files = [row.policy_file for row in bootstrap_plan(config)]
    rows = selected(bootstrap_plan(config, kept_files(files)), set_name=set_name, stage_name=stage)
    generated = any(row.policy_source is PolicySource.GENERATED for row in rows)
    assemblies = synthesised_stacks(quiet=quiet) if generated else {}
    return tuple(
        account_policy(
            row,
            assemblies,
            app_prefix=config.app_prefix,
            permissions_boundary=permissions_boundary,
        )
        for row in rows
    )


def _write_for_review(policies: Sequence["AccountPolicy"]) -> None:
    """Before the question, so that a person can read them before answering."""
    from mlops_commons.utilities.generated_files import write_atomically

    for policy in policies:
        if policy.text and write_atomically(policy.row.policy_file, policy.text):
            typer.echo(f"written for review: {policy.row.policy_file}", err=True)


def _carry_out(policies: Sequence["AccountPolicy"], commands: Mapping[str, list[str]]) -> None:
    """All profiles are looked at first: one that cannot be used must not end it half-way."""
    from mlops_commons.accounts.signed_in import signed_in

    clients = {p.row.environment: signed_in(p.row).client("iam") for p in policies if p.documents}
    cdk = cdk_command()
    for policy in policies:
        place = policy.row.environment
        typer.secho(f"== {place} ({', '.join(map(str, policy.row.uses))})", err=True, bold=True)
        if policy.documents:
            _put(policy, clients[place])
        code = run([*cdk, *commands[place]], cwd=REPOSITORY_ROOT, environment=child_environment())
        if code:
            typer.echo(
                f"error: 'cdk bootstrap' of {place} failed with exit code {code}\n"
                "  next: fix it, then continue with: ./mlops-multi-account.sh bootstrap (what is "
                "done stays as it is)",
                err=True,
            )
            raise typer.Exit(code)


def _put(policy: "AccountPolicy", iam: Any) -> None:
    from mlops_commons.accounts.managed_policies import put_policies

    documents = dict(zip(policy.arns, policy.documents, strict=True))
    for arn, change in put_policies(iam, documents).items():
        typer.echo(f"{change}: {arn}", err=True)
