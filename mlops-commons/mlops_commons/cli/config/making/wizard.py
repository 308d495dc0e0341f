"""`config`: asks for accounts, sets and networks, shows both files, and writes them."""

import os
from contextlib import suppress
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mlops_commons.cli.asking import confirmed
from mlops_commons.cli.config.making.flag_keys import GROUPS, KEYS, SOURCE_APPS, SOURCE_KEYS
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.utilities.errors import ConfigError, PlatformError
from mlops_commons.utilities.paths import (
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
    OWN_CONFIG,
    REPOSITORY_ROOT,
)

if TYPE_CHECKING:
    from mlops_commons.config.writing.answers import Answers

BY_FLAGS: Final = """\
config --non-interactive \\
    --region eu-west-1 --governance-account 100000000001 \\
    --stage retail/dev=100000000002,profile=retail-dev \\
    --stage retail/prod=100000000003,approval=yes,vpc-cidr=10.2.0.0/16"""
EPILOG: Final = epilog(
    """
Without a verb: asks for region, prefix, governance account, and any number of sets with their
stages, profiles, approvals and networks; shows both files before it writes them; keeps a dated
copy of an old one. Account ids are read with STS where a profile has credentials.
""",
    {
        "config": "asks for what the files shall hold",
        "config --dry-run": "asks, shows, writes nothing",
        BY_FLAGS: "asks nothing: the flags say what the files shall hold",
        "config show --stage retail/dev": "the values that hold, and the line of each",
        "config explain egress": "what a key means and may be",
    },
)
REGION: Final = "eu-west-1"
PREFIX: Final = "mlops"
UNCHANGED: Final = "nothing is written; the files are as they were"
KEPT: Final = "your answers are kept: ./mlops-multi-account.sh config proposes them again"

Region = Annotated[str, typer.Option("--region", help="Of the governance account.")]
AppPrefix = Annotated[str, typer.Option("--prefix", help="The beginning of all names.")]
Account = Annotated[str, typer.Option("--governance-account", help="Its id, 12 digits.")]
Profile = Annotated[str, typer.Option("--governance-profile", help="Its AWS profile.")]
Stages = Annotated[
    list[str] | None,
    typer.Option(
        "--stage",
        metavar="SET/STAGE=ACCOUNT[,KEY=VALUE...]",
        help=f"Keys: {', '.join(KEYS)}.",
    ),
]
Users = Annotated[
    list[str] | None,
    typer.Option(
        "--user", metavar="GROUP=NAME[,NAME...]", help=f"Studio users. Groups: {', '.join(GROUPS)}."
    ),
]
SupportEmail = Annotated[
    str, typer.Option("--support-email", help="Where people ask about project templates.")
]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", metavar="KEY=VALUE", help="On every resource.")
]
Boundary = Annotated[
    str, typer.Option("--boundary", help="Name of the organization's permissions boundary.")
]
BoundaryDocument = Annotated[
    str,
    typer.Option(
        "--boundary-document", metavar="FILE", help="Its JSON, whose denials hold everywhere."
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="APP=TYPE[,KEY=VALUE...]",
        help=f"Apps: {', '.join(SOURCE_APPS)}. Types: codecommit, connection, s3. Keys: "
        f"{', '.join(SOURCE_KEYS)}.",
    ),
]
NonInteractive = Annotated[
    bool, typer.Option("--non-interactive", help="Ask nothing: flags and the files say it all.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the files, write nothing.")]


def config(
    context: typer.Context,
    region: Region = "",
    app_prefix: AppPrefix = "",
    governance_account: Account = "",
    governance_profile: Profile = "",
    stage: Stages = None,
    user: Users = None,
    support_email: SupportEmail = "",
    tag: Tags = None,
    boundary: Boundary = "",
    boundary_document: BoundaryDocument = "",
    source: Sources = None,
    non_interactive: NonInteractive = False,
    dry_run: DryRun = False,
) -> None:
    """Make the configuration by questions, or look at it."""
    if context.invoked_subcommand:
        return
    from mlops_commons.accounts.profiles import account_of
    from mlops_commons.cli.config.making.flags import Flags, complete, with_flags

    flags = Flags(
        app_prefix=app_prefix,
        region=region,
        account=governance_account,
        aws_profile=governance_profile,
        stages=stage or (),
        users=user or (),
        support_email=support_email,
        tags=tag or (),
        boundary=boundary,
        boundary_document=boundary_document,
        sources=source or (),
    )
    answers = with_flags(_proposed(), flags)
    if non_interactive:
        write(complete(answers, account_of), ask_first=False, dry_run=dry_run)
        return
    _ask(answers, dry_run=dry_run)


def _ask(answers: "Answers", *, dry_run: bool) -> None:
    """Ask until the answers make valid files; what is typed is kept until they are written."""
    from mlops_commons.accounts.profiles import account_of
    from mlops_commons.cli.config.making.draft import Draft, file_of
    from mlops_commons.cli.config.making.prompts import Prompts
    from mlops_commons.cli.config.making.questions import ask

    draft = Draft(file_of())
    try:
        if draft and not confirmed(
            "go on with the answers of last time, which were not written?", default=True
        ):
            draft.remove()
        while True:
            try:
                answers = ask(answers, account_of, Prompts(draft))
                write(answers, ask_first=True, dry_run=dry_run)
            except ConfigError as error:
                typer.echo(f"\nerror: {error}", err=True)
                typer.echo("Nothing is lost: here are the questions again, with your answers.")
            else:
                break
    except typer.Abort:
        typer.echo(f"\n{UNCHANGED}; {KEPT}", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except typer.Exit:
        typer.echo(KEPT, err=True)
        raise
    if not dry_run:
        draft.remove()


def write(answers: "Answers", *, ask_first: bool, dry_run: bool = False) -> None:
    """Check both files as the loader would, show what differs, ask, then replace it.

    Raises:
        ConfigError: the answers make no valid configuration; nothing is written.
        PlatformError: a file cannot be written.
    """
    from mlops_commons.config.writing.answered_files import cdk_app_text, infra_text
    from mlops_commons.config.writing.writer import check_texts, replace_files

    texts = {CDK_APP_CONFIG: cdk_app_text(answers, _text(CDK_APP_CONFIG), CDK_APP_CONFIG.parent)}
    if OWN_CONFIG or CDK_INFRA_APP_CONFIG.parent.is_dir():
        texts[CDK_INFRA_APP_CONFIG] = infra_text(
            answers, _text(CDK_INFRA_APP_CONFIG), CDK_INFRA_APP_CONFIG.parent
        )
    check_texts(texts, CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)
    for file, text in texts.items():
        typer.secho(f"\n== {_shown(file)}", bold=True)
        typer.echo(_difference(file, text))
    if dry_run:
        return
    try:
        agreed = not ask_first or confirmed("write these files?", default=True)
    except typer.Abort:
        agreed = False
    if not agreed:
        typer.echo(f"\n{UNCHANGED}", err=True)
        raise typer.Exit(ExitCode.FAILURE)
    written = replace_files(texts, datetime.now())
    for file, copy in written.items():
        kept = f"; what it was: {_shown(copy)}" if copy else ""
        typer.echo(f"written: {_shown(file)}{kept}")
    if not written:
        typer.echo("both files say this already")
    typer.echo("next: ./mlops-multi-account.sh doctor, then ./mlops-multi-account.sh bootstrap")


def _proposed() -> "Answers":
    """What the files say so far; a fresh start where they cannot be read."""
    from mlops_commons.config.loader import load_sources
    from mlops_commons.config.writing.answers import Answers
    from mlops_commons.config.writing.current_answers import current_answers

    with suppress(ConfigError, PlatformError):
        return current_answers(load_sources())
    return Answers(app_prefix=PREFIX, region=REGION, account="", sets=())


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _difference(file: Path, text: str) -> str:
    """The lines that change, with those around them; all of a file that is new."""
    if not (old := _text(file)):
        return text
    lines = (old.splitlines(), text.splitlines())
    found = unified_diff(*lines, "as it is", "as answered", lineterm="")
    return "\n".join(found) or "unchanged"


def _shown(file: Path) -> str:
    return os.path.relpath(file, REPOSITORY_ROOT)
