"""`config refresh_aws_credentials`: every profile signed in again, and its account checked."""

import json
import shlex
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mlops_commons.cli.environment import child_environment
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.cli.tables import print_table
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.process import run

if TYPE_CHECKING:
    from mlops_commons.accounts.profiles import ProfileUse

EPILOG: Final = epilog(
    """
Profiles of IAM Identity Center are signed in with 'aws sso login', one time for each session
name. Others bring their credentials themselves (credential_process, keys, a role). Then STS says
for each profile which account it reaches.
""",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print the results as JSON.")]
CheckOnly = Annotated[bool, typer.Option("--check", help="Sign in nowhere, only ask STS.")]


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """What became of a profile; `problem` is empty where it reaches its account."""

    profile: str
    expected: str
    reached: str
    signed_in: str
    problem: str


def refresh_aws_credentials(check: CheckOnly = False, as_json: AsJson = False) -> None:
    """Sign in every profile and check its account."""
    from mlops_commons.accounts.profiles import profile_uses
    from mlops_commons.config import load_config

    results = []
    signed_in: dict[str, str] = {}
    for use in profile_uses(load_config()):
        typer.echo(f"profile {use.profile} ...", err=True)
        results.append(_refreshed(use, signed_in, check=check))
    if as_json:
        typer.echo(json.dumps([asdict(result) for result in results], indent=2))
    else:
        _print(results)
    if any(result.problem for result in results):
        raise typer.Exit(ExitCode.FAILURE)


def _refreshed(use: "ProfileUse", signed_in: dict[str, str], *, check: bool) -> Refreshed:
    from mlops_commons.accounts.profiles import account_of

    expected = ", ".join(use.accounts)
    how, reached, problem = "", "", ""
    try:
        how = "not asked" if check else _sign_in(use.profile, signed_in)
        reached = account_of(use.profile, use.region)
        if use.accounts != (reached,):
            problem = f"reaches {reached}, but cdk-app.yml names it for {expected}"
    except PlatformError as error:
        problem = str(error)
    return Refreshed(
        profile=use.profile, expected=expected, reached=reached, signed_in=how, problem=problem
    )


def _sign_in(profile: str, signed_in: dict[str, str]) -> str:
    """Sign in where the profile belongs to IAM Identity Center; how it gets its credentials.

    Raises:
        PlatformError: the sign-in failed, or the AWS CLI that does it is not there.
    """
    from mlops_commons.accounts.profiles import identity_center_session, session_of

    session_of(profile, "us-east-1")
    session = identity_center_session(profile)
    if not session:
        return "by itself"
    if session not in signed_in:
        aws = shutil.which("aws", path=child_environment()["PATH"])
        if aws is None:
            raise PlatformError(
                f"'{profile}' needs a sign-in with IAM Identity Center, but there is no 'aws'",
                hint="install the AWS CLI version 2: ./mlops-multi-account.sh prerequisites",
            )
        command = [aws, "sso", "login", "--profile", profile]
        code = run(command, cwd=REPOSITORY_ROOT, environment=child_environment())
        if code:
            raise PlatformError(
                f"the sign-in failed with exit code {code}: {shlex.join(['aws', *command[1:]])}"
            )
        signed_in[session] = profile
    return "IAM Identity Center"


def _print(results: list[Refreshed]) -> None:
    rows = [
        (row.profile, row.expected, row.reached or "-", row.signed_in or "-", row.problem or "ok")
        for row in results
    ]
    print_table(("Profile", "Account", "Reached", "Sign-in", "Result"), rows)
