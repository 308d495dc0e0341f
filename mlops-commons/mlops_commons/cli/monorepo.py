"""Verbs that only the monorepo has: they concern all account sets, or its own upkeep."""

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

import typer

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES, apps_here

MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts.setup": ("setup", "prerequisites", "dependencies", "install"),
    "accounts.bootstrap": ("bootstrap",),
    "accounts.doctor": ("doctor",),
    "accounts.teardown": ("teardown",),
    "apps.ai_controls": ("ai-controls",),
    "apps.costs": ("costs",),
    "delivery.status": ("status",),
    "upkeep.checks": ("lint", "test"),
    "upkeep.diagram": ("diagram",),
    "upkeep.generate": ("generate",),
    "upkeep.docs": ("docs",),
}
"""The verbs of each module, in the order of the help. A repository of one app has none of them."""
OF_CONFIGURATION: Final[Mapping[str, tuple[str, ...]]] = {
    "config.statements": ("statements",),
    "config.making.verbs": ("migrate",),
}
"""The same of those behind `config`: a repository of one app looks at its configuration."""
OF_OTHER_PACKAGES: Final = ("rehearse", "access")
"""Verbs of packages that only the monorepo installs."""


def module(name: str) -> ModuleType | None:
    """A module of the command line, or nothing where this is the repository of one app."""
    if _file(name).is_file():
        return importlib.import_module(f"mlops_commons.cli.{name}")
    return None


def is_one_app() -> bool:
    """Whether this is the repository of one app, which a pipeline delivers to one account set."""
    return not _file("delivery.publish").is_file()


def own_app() -> str:
    """The app of this repository, or one of them, for hints and examples."""
    return next(iter(apps_here()), next(iter(APP_DIRECTORIES)))


def _file(name: str) -> Path:
    return Path(__file__).parent / f"{name.replace('.', '/')}.py"


def register(
    application: typer.Typer,
    modules: Mapping[str, tuple[str, ...]] = MODULES,
    behind: str = "",
) -> None:
    """Add the verbs to the command line, or say of each where it is.

    Args:
        behind: the verb that they stand behind.
    """
    for name, verbs in modules.items():
        if found := module(name):
            found.register(application)
            continue
        for verb in verbs:
            refer(application, verb, behind)


def refer(application: typer.Typer, verb: str, behind: str = "") -> None:
    """Add a verb that says where it is, also to whoever asks for its help."""
    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    application.command(verb, hidden=True, add_help_option=False, context_settings=settings)(
        elsewhere(f"{behind} {verb}".strip())
    )


def elsewhere(verb: str) -> Callable[[typer.Context], None]:
    """A command that says where the verb is."""

    def refuse(context: typer.Context) -> None:
        raise missing(verb)

    return refuse


def missing(verb: str) -> PlatformError:
    """The error that says where a verb is."""
    return PlatformError(
        f"'{verb}' is not in this repository: it holds one app, for one account set",
        hint="ask the platform team, which runs it where this repository is published from; what "
        f"you change here, push with git after './mlops-multi-account.sh check {own_app()}'",
    )
