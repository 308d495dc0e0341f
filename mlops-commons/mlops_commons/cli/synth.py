"""`synth`: an assembly is made only when its inputs have changed, then summarised."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mlops_commons.cli.environment import cdk_command, child_environment
from mlops_commons.utilities.cloud_assembly import read_stacks
from mlops_commons.utilities.fingerprint import FINGERPRINT_FILE, fingerprint, is_reusable, record
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.process import run

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
        flags: `--force` synthesises anew, `--quiet` hides the CDK's output unless it fails,
            `--json` prints the summary as JSON; the others go to the CDK CLI.
    """
    assembly = directory / "cdk.out"
    options = sorted(set(flags) & WHOLE_APP_FLAGS | {"--no-lookups"})
    environment = child_environment()
    inputs = fingerprint(root, directory, options, environment, Path.home())
    reused = not FORCE_FLAGS & set(flags) and is_reusable(assembly, inputs)
    if not reused:
        (assembly / FINGERPRINT_FILE).unlink(missing_ok=True)
        command = [*cdk_command(root), "synth", "--quiet", *options]
        code = _run_synth(command, directory, environment, hidden=bool(QUIET_FLAGS & set(flags)))
        if code:
            return code
        record(assembly, inputs)

    # Imported here: a failing synth must not wait for the table's library.
    from mlops_commons.cli.summary import print_json, print_table

    stacks = read_stacks(assembly)
    if JSON_FLAGS & set(flags):
        print_json(stacks)
    else:
        print_table(stacks, assembly=Path(os.path.relpath(assembly)), reused=reused)
    return 0


def _run_synth(
    command: Sequence[str], directory: Path, environment: dict[str, str], *, hidden: bool
) -> int:
    """Run the CDK CLI with its output on stderr: stdout is the summary's."""
    if not hidden:
        return run(command, cwd=directory, environment=environment, output=sys.stderr.fileno())
    with tempfile.TemporaryFile() as output:
        code = run(command, cwd=directory, environment=environment, output=output)
        if code:
            output.seek(0)
            sys.stderr.buffer.write(output.read())
    return code
