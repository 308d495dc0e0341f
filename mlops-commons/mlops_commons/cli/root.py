"""The group of all verbs, which knows where a verb stands that is no verb of its own."""

from difflib import get_close_matches
from typing import Any

from typer._click.exceptions import UsageError

from mlops_commons.cli.apps.cdk_verb import CDK_VERBS
from mlops_commons.cli.apps.verbs import MONOREPO_VERBS, OWN_VERBS
from mlops_commons.cli.help import Sections
from mlops_commons.utilities.paths import apps_here


class Root(Sections):
    """The verbs by section; one that stands behind an app is found there."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a verb; for one that stands behind an app, such as `synth`, say where it stands."""
        try:
            return super().resolve_command(ctx, args)
        except UsageError as error:
            said, question, _ = error.message.partition(" Did you mean ")
            if near := _behind_apps(args[0], exactly=bool(question)):
                error.message = f"{said.rstrip('.')}. Did you mean {near}?"
            raise


def _behind_apps(word: str, *, exactly: bool) -> str:
    """The verbs of apps that a word names or, unless it must do so exactly, nearly names."""
    verbs = sorted({*OWN_VERBS, *MONOREPO_VERBS, *CDK_VERBS})
    found = [word] if word in verbs else [] if exactly else get_close_matches(word, verbs, n=1)
    return " or ".join(f"'{app} {verb}'" for verb in found for app in apps_here())
