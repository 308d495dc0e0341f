"""`synth`: an assembly is made only when its inputs have changed, then summarised."""

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.cli import monorepo
from mlops_commons.cli.apps.app_process import run_app
from mlops_commons.cli.environment import caller_home, check_room, child_environment
from mlops_commons.utilities.fingerprint import fingerprint, is_reusable, record
from mlops_commons.utilities.paths import REPOSITORY_ROOT

SYNTH_VERBS: Final = frozenset({"synth", "synthesize"})
FORCE_FLAGS: Final = frozenset({"--force"})
JSON_FLAGS: Final = frozenset({"--json", "-j"})
QUIET_FLAGS: Final = frozenset({"-q", "--quiet"})
WHOLE_APP_FLAGS: Final = frozenset({"--all", "--no-lookups", "--strict"})


def has_summary(flags: Sequence[str]) -> bool:
    """Whether the whole app is meant; anything else is printed as the CDK CLI prints it."""
    return set(flags) <= FORCE_FLAGS | JSON_FLAGS | QUIET_FLAGS | WHOLE_APP_FLAGS


def synth(directory: Path, flags: Sequence[str], *, root: Path = REPOSITORY_ROOT) -> int:
    """Synthesise an app unless nothing has changed, and print what would go where.

    Args:
        directory: the app's folder, which gets `cdk.out`.
        flags: `--force` synthesises again, `--quiet` hides the app's output unless it fails,
            `--json` prints the summary as JSON, `--strict` fails on warnings.
    """
    code, reused = make_assembly(directory, flags, root=root)
    if code:
        return code

    # Imported here: a failing synth must not wait for the table's library.
    from mlops_commons.cli.apps.summary import print_json, print_table

    assembly = directory / "cdk.out"
    stacks = read_stacks(assembly)
    if JSON_FLAGS & set(flags):
        print_json(stacks)
    else:
        print_table(stacks, assembly=Path(os.path.relpath(assembly)), reused=reused)
        if costs := monorepo.module("apps.costs"):
            costs.print_line(assembly)
    return 0


def make_assembly(
    directory: Path, flags: Sequence[str], *, root: Path = REPOSITORY_ROOT
) -> tuple[int, bool]:
    """Synthesise an app into its `cdk.out` unless nothing has changed since the last time.

    Returns:
        the exit code, and whether the last assembly is used again.
    """
    assembly = directory / "cdk.out"
    options = sorted(set(flags) & WHOLE_APP_FLAGS)
    environment = child_environment()
    inputs = fingerprint(root, directory, options, environment, caller_home())
    reused = not FORCE_FLAGS & set(flags) and is_reusable(assembly, inputs)
    if not reused:
        check_room(root)
        # The CDK leaves files of an earlier synth; an assembly depends on its inputs alone.
        if assembly.exists():
            shutil.rmtree(assembly)
        code = _run(directory, assembly, environment, set(flags))
        if code:
            return code, False
        record(assembly, inputs)
    return 0, reused


def is_current(directory: Path, *, root: Path = REPOSITORY_ROOT) -> bool:
    """Whether an app's `cdk.out` is what a synth would make now."""
    inputs = fingerprint(root, directory, [], child_environment(), caller_home())
    return is_reusable(directory / "cdk.out", inputs)


def _run(
    directory: Path, assembly: Path, environment: Mapping[str, str], flags: Collection[str]
) -> int:
    return run_app(
        directory,
        environment,
        home=caller_home(),
        assembly=assembly,
        quiet=not QUIET_FLAGS.isdisjoint(flags),
        strict="--strict" in flags,
    )
