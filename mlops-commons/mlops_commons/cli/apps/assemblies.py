"""What the apps would deploy, synthesised when that is not current."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mlops_commons.cli.apps.synth import is_current, make_assembly
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT, app_directory

if TYPE_CHECKING:
    from mlops_commons.assembly.stacks import StackSummary


def synthesised_stacks(*, quiet: bool) -> "Mapping[Path, Sequence[StackSummary]]":
    """The stacks of the apps by the folder of their assembly, the infrastructure first.

    Where no set has projects, there are no templates to read.

    Args:
        quiet: show no progress; a script may read both streams as one.

    Raises:
        PlatformError: an app is not in this repository, or cannot be synthesised.
    """
    from mlops_commons.assembly.stacks import read_stacks

    found = {}
    for app, directory in {app: app_directory(app) for app in _delivered_apps()}.items():
        if not quiet:
            typer.echo(f"reading the templates of '{app}'", err=True)
        code, _ = make_assembly(directory, ["--quiet"])
        if code:
            raise PlatformError(
                f"this needs the templates of '{app}', which cannot be made",
                hint=f"see why with: ./mlops-multi-account.sh {app} synth",
            )
        found[directory / "cdk.out"] = read_stacks(directory / "cdk.out")
    return found


def current_stacks() -> "Mapping[Path, Sequence[StackSummary]] | None":
    """As `synthesised_stacks`, but makes nothing: None where an app is not synthesised as it is."""
    from mlops_commons.assembly.stacks import read_stacks

    folders = [REPOSITORY_ROOT / APP_DIRECTORIES[app] for app in _delivered_apps()]
    if not all(folder.is_dir() and is_current(folder) for folder in folders):
        return None
    return {folder / "cdk.out": read_stacks(folder / "cdk.out") for folder in folders}


def _delivered_apps() -> tuple[str, ...]:
    from mlops_commons.config.loader import load_config
    from mlops_commons.config.projects_of_sets import delivered_apps

    return delivered_apps(load_config())
