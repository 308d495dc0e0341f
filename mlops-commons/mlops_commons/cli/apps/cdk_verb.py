"""One verb of the CDK CLI in an app's folder: credentials, refusals, then the pinned CLI."""

import os
import shlex
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from mlops_commons.cli import monorepo
from mlops_commons.cli.apps.accounts_needed import refuse_placeholder_accounts
from mlops_commons.cli.apps.deliverable import check_deliverable
from mlops_commons.cli.apps.synth import SYNTH_VERBS, has_summary, synth
from mlops_commons.cli.environment import cdk_command, check_room, child_environment
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.tables import say
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT, app_directory
from mlops_commons.utilities.process import run

CDK_VERBS: Final = frozenset(
    {
        *("ack", "acknowledge", "bootstrap", "cli-telemetry", "context", "deploy", "destroy"),
        *("diagnose", "diff", "doc", "docs", "doctor", "drift", "explore", "flags", "gc", "import"),
        *("init", "list", "ls", "lsp", "metadata", "migrate", "notices", "orphan"),
        *("publish-assets", "refactor", "rollback", "synth", "synthesize", "validate", "watch"),
    }
)
"""What the pinned CDK CLI can do, its aliases included; a test compares with its help."""
CREDENTIAL_VERBS: Final = frozenset(
    {
        *("bootstrap", "deploy", "destroy", "diagnose", "diff", "drift", "gc", "import", "migrate"),
        *("orphan", "publish-assets", "refactor", "rollback", "watch"),
    }
)
COMPARED: Final = frozenset({"deploy", "diff"})
"""Before these it is said what published stages cannot take, and what a delivery does not do."""
REFUSED_WITH_PLACEHOLDERS: Final = frozenset({"bootstrap", "deploy", "import", "watch"})
DEPLOY_CONCURRENCY: Final = "4"
"""Stacks of `deploy --all` at a time, where the user names no number: the CDK CLI does one after
the other. Four wait for CloudFormation most of the time and are far from its request rates."""
UNATTENDED_FLAGS: Final = frozenset({"-y", "--yes", "--require-approval=never"})
CREDENTIAL_VARIABLES: Final = (
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)


def run_cdk(app: str, arguments: Sequence[str], *, root: Path = REPOSITORY_ROOT) -> int:
    """Run the CDK CLI on an app and return its exit code.

    Args:
        app: the app's command-line name, such as `infra`.
        arguments: verb and flags of the CDK CLI; `synth` knows `--force` and `--json` besides.

    Raises:
        PlatformError: no such app, placeholder accounts, or the CDK CLI is not installed.
    """
    directory = app_directory(app, root)
    verb, *flags = arguments
    if verb in SYNTH_VERBS and has_summary(flags):
        return synth(directory, flags, root=root)
    if not _asks_for_help(flags):
        _refuse_early(app, verb, flags)
    check_room(root)
    command = [*cdk_command(root), verb, *flags]
    if verb in SYNTH_VERBS:
        command.append("--no-lookups")
    if verb == "deploy" and _may_deploy_side_by_side(flags):
        command += ["--concurrency", DEPLOY_CONCURRENCY]
    if verb in CREDENTIAL_VERBS and _lacks_credentials(flags, os.environ):
        command += ["--profile", _governance_profile()]
    code = run(command, cwd=directory, environment=child_environment())
    if code not in (ExitCode.OK, ExitCode.INTERRUPTED) and verb in SYNTH_VERBS:
        # The CDK CLI does not begin all its errors as such, as that of a stack that is not there.
        say(
            f"error: 'cdk {verb}' has failed, for the reason above\n"
            f"  next: see which stacks there are: ./mlops-multi-account.sh {app} list"
        )
    return code


def _refuse_early(app: str, verb: str, flags: Sequence[str]) -> None:
    """End before the CDK CLI starts where it could only fail, and say what a delivery leaves.

    Raises:
        PlatformError: accounts or credentials are missing, or a published stage cannot take it.
    """
    if verb in REFUSED_WITH_PLACEHOLDERS:
        from mlops_commons.config import load_config

        refuse_placeholder_accounts(verb, load_config())
    if app == "infra" and verb in COMPARED:
        from mlops_commons.config.loader import load_sources

        check_deliverable(load_sources(), with_notes=True)
    if verb in CREDENTIAL_VERBS and _lacks_credentials(flags, os.environ):
        _check_profile(app, verb)
    if verb == "deploy":
        _check_accounts()


def _check_profile(app: str, verb: str) -> None:
    """Before the synthesis, after which the CDK CLI would say no more than that it has none.

    Raises:
        PlatformError: no file of this machine has the profile of governance.
    """
    from mlops_commons.accounts.profiles import known_profiles

    profile = _governance_profile()
    if profile not in known_profiles():
        raise PlatformError(
            f"'{verb}' needs credentials, and this machine has no profile '{profile}'",
            hint=f"make it with: aws configure sso --profile {shlex.quote(profile)}; what would "
            f"be deployed, without credentials: ./mlops-multi-account.sh {app} synth",
        )


def _check_accounts() -> None:
    """Where this is the repository of one app, nobody bootstraps accounts or looks at them."""
    if found := monorepo.module("accounts.obstacles"):
        from mlops_commons.config import load_config

        found.check_accounts(load_config())


def _may_deploy_side_by_side(flags: Sequence[str]) -> bool:
    """Whether all stacks are meant, nothing will be asked, and the user names no number.

    The CDK CLI ends with an error where it has to ask for an approval (of new permissions, which
    is its default) while it deploys several stacks: "concurrency is greater than 1 so we are
    unable to get a confirmation from the user".
    """
    if "--all" not in flags or any(f.startswith("--concurrency") for f in flags):
        return False
    never = ("--require-approval", "never") in pairwise(flags)
    return never or bool(UNATTENDED_FLAGS & set(flags))


def _lacks_credentials(flags: Sequence[str], environment: Mapping[str, str]) -> bool:
    named = any(flag == "--profile" or flag.startswith("--profile=") for flag in flags)
    return not (named or _asks_for_help(flags) or any(map(environment.get, CREDENTIAL_VARIABLES)))


def _asks_for_help(flags: Sequence[str]) -> bool:
    return "--help" in flags or "-h" in flags


def _governance_profile() -> str:
    from mlops_commons.config import load_config

    return load_config().pipeline.bootstrap.aws_profile
