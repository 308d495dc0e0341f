"""`infra` and `template`: any verb of the CDK CLI, in the folder of the app."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Annotated, Final

import typer

from mlops_commons.cli import monorepo, offered
from mlops_commons.cli.apps.cdk_verb import CDK_VERBS, run_cdk
from mlops_commons.cli.apps.housekeeping import clean_verb, init_verb
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.utilities.paths import apps_here

APPS: Final = {
    "infra": "Synthesise, deploy or publish the infrastructure app.",
    "template": "The same for the SageMaker project templates.",
}
OF_ONE_APP: Final = {
    "infra": "Synthesise and compare the infrastructure app.",
    "template": "Synthesise and compare the SageMaker project templates.",
}
"""What is said of an app whose pipeline deploys it: its repository has neither the other one nor
what prepares accounts."""
ABOUT: Final = """
Any verb and flag of the CDK CLI may follow; '{app} VERB --help' is the CDK's own help.
Verbs that need credentials use the governance profile of cdk-app.yml when none is named.
"""
EXAMPLES: Final = {
    "{app} synth": "synthesise, then show what goes where",
    "{app} synth --force": "also when nothing has changed since the last time",
    "{app} synth --json": "the table as JSON",
    "{app} synth STACK": "one template, as the CDK prints it",
    "{app} ls": "the stacks; any verb of the CDK may stand there",
    "{app} init": "make the environment, and show it",
    "{app} clean": "remove what is generated",
}
OF_ALL_SETS: Final = {
    "{app} deploy --all": "repositories and pipelines, which deliver the rest",
    "{app} publish -m MESSAGE": "commit this checkout to the CodeCommit repositories",
    "{app} setup": "install what is missing, bootstrap the accounts",
}
"""Examples that a repository of one app does not show."""


MONOREPO_VERBS: Final = {"publish": "delivery.publish", "setup": "accounts.setup"}
"""The modules of verbs that a repository of one app does not have."""
OWN_VERBS: Final[dict[str, Callable[[str], typer.Typer]]] = {
    "clean": clean_verb,
    "init": init_verb,
    **{
        verb: getattr(found, f"{verb}_verb")
        for verb, name in MONOREPO_VERBS.items()
        if (found := monorepo.module(name))
    },
}
"""Verbs on an app that the CDK CLI does not have."""


def register(application: typer.Typer) -> None:
    """Add a verb for each app to the command line."""
    # Without interspersed arguments everything after the first one belongs to the CDK CLI.
    settings = {"ignore_unknown_options": True, "allow_interspersed_args": False}
    one = monorepo.is_one_app()
    examples = EXAMPLES if one else {**EXAMPLES, **OF_ALL_SETS}
    for app, summary in (OF_ONE_APP if one else APPS).items():
        application.command(
            app,
            help=summary,
            epilog=epilog(ABOUT, examples).format(app=app),
            context_settings=settings,
            hidden=app not in apps_here(),
        )(_verb(app))


def _verb(app: str) -> Callable[[typer.Context, list[str] | None], None]:
    def run(context: typer.Context, arguments: Arguments = None) -> None:
        if not arguments:
            typer.echo(context.get_help())
            raise typer.Exit(ExitCode.USAGE)
        verb, *flags = arguments
        if verb in OWN_VERBS:
            name = f"{context.command_path} {verb}"
            OWN_VERBS[verb](app)(args=flags, prog_name=name, color=context.color)
        if verb in MONOREPO_VERBS:
            raise monorepo.missing(f"{app} {verb}")
        _refuse_unknown(context, verb)
        raise typer.Exit(run_cdk(app, arguments))

    return run


def _refuse_unknown(context: typer.Context, verb: str) -> None:
    """The CDK CLI answers an unknown verb with all of its help and exit code 1."""
    verbs = sorted({*OWN_VERBS, *CDK_VERBS})
    if verb in verbs or verb.startswith("-"):
        return
    nearest = get_close_matches(verb, verbs, n=1)
    question = f" Did you mean '{nearest[0]}'?" if nearest else ""
    typer.echo(f"{context.get_usage()}\n\nerror: No such command '{verb}'.{question}", err=True)
    raise typer.Exit(ExitCode.USAGE)


def _completed(context: typer.Context, incomplete: str) -> list[str]:
    """The verbs that begin so, and the sets of our own verbs; other flags are the CDK CLI's."""
    given: list[str] = context.params.get("arguments") or []
    if given:
        asked = given[0] in OWN_VERBS and given[-1] == "--set"
        return offered.sets(incomplete) if asked else []
    return [verb for verb in sorted({*OWN_VERBS, *CDK_VERBS}) if verb.startswith(incomplete)]


Arguments = Annotated[
    list[str] | None, typer.Argument(metavar="VERB [FLAGS]", autocompletion=_completed)
]
