"""Verbs that only the monorepo has: they concern all account sets, or its own upkeep."""

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

import typer

from mlops_commons.utilities.errors import PlatformError

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


def module(name: str) -> ModuleType | None:
    """A module of the command line, or nothing where this is the repository of one app."""
    if (Path(__file__).parent / f"{name.replace('.', '/')}.py").is_file():
        return importlib.import_module(f"mlops_commons.cli.{name}")
    return None


def register(application: typer.Typer) -> None:
    """Add the verbs to the command line, or say of each where it is."""
    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    for name, verbs in MODULES.items():
        if found := module(name):
            found.register(application)
            continue
        for verb in verbs:
            application.command(verb, hidden=True, context_settings=settings)(elsewhere(verb))


def elsewhere(verb: str) -> Callable[[typer.Context], None]:
    """A command that says where the verb is."""

    def refuse(context: typer.Context) -> None:
        raise missing(verb)

    return refuse


def missing(verb: str) -> PlatformError:
    """The error that says where a verb is."""
    return PlatformError(
        f"'{verb}' is not in this repository: it holds one app, for one account set",
        hint="run it where this repository is published from; here, push with git what "
        "'./mlops-multi-account.sh check' has passed",
    )
