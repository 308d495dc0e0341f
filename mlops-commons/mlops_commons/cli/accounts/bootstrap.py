"""`bootstrap`: every account and region prepared for the CDK, with the least that it needs."""

import json
import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from mlops_commons.cli import offered
from mlops_commons.cli.accounts.bootstrap_report import as_json, print_plan
from mlops_commons.cli.apps.accounts_needed import refuse_placeholder_accounts
from mlops_commons.cli.apps.assemblies import synthesised_stacks
from mlops_commons.cli.asking import confirmed
from mlops_commons.cli.environment import cdk_command, child_environment
from mlops_commons.cli.help import epilog
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.process import run
from mlops_commons.utilities.words import counted

if TYPE_CHECKING:
    from mlops_commons.accounts.account_policies import AccountPolicy, Assemblies
    from mlops_commons.accounts.bootstrap_plan import BootstrapRow
    from mlops_commons.config import PlatformConfig

EPILOG: Final = epilog(
    """
CloudFormation gets a policy of its own in each account, generated from the templates of both
apps and written to mlops-commons/mlops_commons/config/ for review. An entry of cdk-app.yml can
name another file (execution_policy_filepath) or a policy that is there (execution_policy_arn).
""",
    {
        "bootstrap --dry-run": "the plan and the commands; needs no credentials",
        "bootstrap": "asks, then bootstraps every account",
        "bootstrap --set business-unit-1": "one account set",
        "bootstrap --stage governance": "one account: governance, or a stage of the sets",
        "bootstrap --yes": "without asking",
        "bootstrap --stackset DIR": "files for a StackSet, for those who bootstrap by one",
    },
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show plan and commands, change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
SetName = Annotated[
    str,
    typer.Option("--set", help="Only the accounts of this set.", autocompletion=offered.sets),
]
Stage = Annotated[
    str,
    typer.Option(
        "--stage", help="Only this stage, or 'governance'.", autocompletion=offered.stages
    ),
]
StackSet = Annotated[
    Path | None,
    typer.Option(
        "--stackset", help="Write template, parameters and policies for a StackSet to a new folder."
    ),
]
PrintJson = Annotated[bool, typer.Option("--json", help="Print the plan as JSON and end.")]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("bootstrap", epilog=EPILOG)(bootstrap)


def bootstrap(
    dry_run: DryRun = False,
    yes: Yes = False,
    set_name: SetName = "",
    stage: Stage = "",
    stackset: StackSet = None,
    print_json: PrintJson = False,
) -> None:
    """Prepare the accounts for deployments, least privilege."""
    from mlops_commons.config import load_config

    config = load_config()
    if stackset:
        _refuse_place(stackset)
    if not (dry_run or print_json or stackset):
        refuse_placeholder_accounts("bootstrap", config)
    policies = planned(config, set_name=set_name, stage=stage, quiet=print_json)
    own = [policy for policy in policies if policy.row.enabled]
    commands = {p.row.environment: _command(p, others={}) for p in own}
    if print_json:
        typer.echo(json.dumps([as_json(policy, commands) for policy in policies], indent=2))
        return
    if stackset:
        _write_stack_set(stackset, policies)
        return
    print_plan(policies)
    if dry_run:
        for arguments in commands.values():
            typer.echo(shlex.join(["cdk", *arguments]))
        return
    _write_for_review(own)
    if not (yes or confirmed(f"bootstrap {counted(len(own), 'account')}?", err=True)):
        raise typer.Exit(1)
    _carry_out(own)


def _write_stack_set(folder: Path, policies: Sequence["AccountPolicy"]) -> None:
    """Everything or nothing: what cannot be made is found before a file is written."""
    from mlops_commons.accounts.stack_set import stack_set_files
    from mlops_commons.utilities.generated_files import write_atomically

    files = stack_set_files([policy for policy in policies if not policy.row.governs])
    for name, text in files.items():
        write_atomically(folder / name, text)
        typer.echo(str(folder / name))


def _refuse_place(folder: Path) -> None:
    """Before both apps are synthesised, which takes minutes.

    Raises:
        PlatformError: a folder of that name can be no new one.
    """
    hint = "name a folder that does not exist yet"
    above = next(
        place for place in (folder.absolute(), *folder.absolute().parents) if place.exists()
    )
    if not above.is_dir():
        raise PlatformError(f"--stackset {folder}: {above} is a file", hint=hint)
    if not os.access(above, os.W_OK | os.X_OK):
        raise PlatformError(f"--stackset {folder}: {above} cannot be written", hint=hint)
    if folder.exists() and any(folder.iterdir()):
        raise PlatformError(f"the folder {folder} is not empty", hint=hint)


def _command(policy: "AccountPolicy", others: Mapping[str, str]) -> list[str]:
    """The arguments of the CDK CLI for one account, whose bootstrap stack has others' tags."""
    from mlops_commons.accounts.bootstrap_command import bootstrap_command
    from mlops_commons.accounts.bootstrap_record import tags_of

    return bootstrap_command(policy.row, policy.arns, tags_of(policy, others))


def planned(
    config: "PlatformConfig", *, set_name: str, stage: str, quiet: bool = False
) -> tuple["AccountPolicy", ...]:
    """The rows of the plan with their execution policies; synthesises what that needs.

    Args:
        quiet: show no progress; a script may read both streams as one.

    Raises:
        PlatformError: nothing matches, a synth fails, or a policy cannot be made.
    """
    from mlops_commons.accounts.account_policies import account_policies
    from mlops_commons.accounts.bootstrap_plan import selected

    rows = selected(rows_with_files(config), set_name=set_name, stage_name=stage)
    assemblies = assemblies_for(rows, quiet=quiet)
    return account_policies(rows, assemblies, app_prefix=config.app_prefix)


def rows_with_files(config: "PlatformConfig") -> tuple["BootstrapRow", ...]:
    """The plan, with the policies that a person keeps in files."""
    from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
    from mlops_commons.execution_policies.policy_documents import kept_files

    files = [row.policy_file for row in bootstrap_plan(config)]
    return bootstrap_plan(config, kept_files(files))


def assemblies_for(rows: Sequence["BootstrapRow"], *, quiet: bool) -> "Assemblies":
    """What both apps would deploy, where a policy of these rows is made of it.

    Raises:
        PlatformError: a synth fails.
    """
    from mlops_commons.accounts.bootstrap_plan import PolicySource

    generated = any(row.policy_source is PolicySource.GENERATED for row in rows)
    return synthesised_stacks(quiet=quiet) if generated else {}


def _write_for_review(policies: Sequence["AccountPolicy"]) -> None:
    """Before the question, so that a person can read them before answering."""
    from mlops_commons.utilities.generated_files import write_atomically

    for policy in policies:
        if policy.text and write_atomically(policy.row.policy_file, policy.text):
            typer.echo(f"written for review: {policy.row.policy_file}", err=True)


def _carry_out(policies: Sequence["AccountPolicy"]) -> None:
    """All profiles are looked at first: one that cannot be used must not end it half-way."""
    from mlops_commons.accounts.signed_in import all_signed_in

    # Tags of others on the bootstrap's stack have to be read, where any are given.
    looked_at = [p for p in policies if p.documents or p.row.tags or p.row.toolkit.toolkit_tags]
    sessions = all_signed_in(p.row for p in looked_at)
    commands = {
        p.row.environment: _command(p, _tags(p.row, sessions.get(p.row.environment)))
        for p in policies
    }
    cdk = cdk_command()
    for policy in policies:
        place = policy.row.environment
        typer.secho(f"== {place} ({', '.join(map(str, policy.row.uses))})", err=True, bold=True)
        if policy.documents:
            _put(policy, sessions[place].client("iam"))
        code = run([*cdk, *commands[place]], cwd=REPOSITORY_ROOT, environment=child_environment())
        if code:
            typer.echo(
                f"error: 'cdk bootstrap' of {place} failed with exit code {code}\n"
                "  next: fix it, then continue with: ./mlops-multi-account.sh bootstrap (what is "
                "done stays as it is)",
                err=True,
            )
            raise typer.Exit(code)


def _tags(row: "BootstrapRow", session: Any | None) -> Mapping[str, str]:
    """The tags that the bootstrap's stack has; the CDK CLI would remove those of others."""
    from mlops_commons.accounts.bootstrap_record import read_record

    record = read_record(session.client("cloudformation"), row.toolkit) if session else None
    return record.tags if record else {}


def _put(policy: "AccountPolicy", iam: Any) -> None:
    from mlops_commons.accounts.managed_policies import put_policies

    documents = dict(zip(policy.arns, policy.documents, strict=True))
    for arn, change in put_policies(iam, documents).items():
        typer.echo(f"{change}: {arn}", err=True)
