"""A CDK app run to its assembly, as the CDK CLI runs it.

The CLI itself takes longer to start than most of our stacks take to synthesise. What it adds is
here: the context that a user has given, and what constructs have to say about the result.
"""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mlops_commons.assembly.messages import Level, Message, messages
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.utilities.durations import working
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.process import FORWARDED_SIGNALS, run

APP: Final = "app.py"
INTERRUPTED: Final = frozenset(128 + number for number in FORWARDED_SIGNALS)
YOUNG_GENERATION: Final = "--max-semi-space-size=8"
"""Megabytes. With many sets node lets its young generation grow far beyond what it needs: this
takes a fifth off the peak of 20 sets, and the time is the same."""


def run_app(
    directory: Path,
    environment: Mapping[str, str],
    *,
    home: Path,
    assembly: Path,
    quiet: bool,
    strict: bool,
) -> int:
    """Run an app and return its exit code, or 1 where a construct forbids to deploy the result.

    What the app says goes to stderr, because stdout belongs to the caller.

    Args:
        directory: the app's folder, with `app.py` and `cdk.json`.
        home: where the user's own `.cdk.json` may lie.
        assembly: the folder that the app makes.
        quiet: say nothing where the app succeeds without a message.
        strict: a warning is as bad as an error.

    Raises:
        PlatformError: a file with context is no JSON object.
        KeyboardInterrupt: somebody has pressed control-C.
    """
    settings = {
        "CDK_OUTDIR": str(assembly),
        "CDK_CONTEXT_JSON": json.dumps(context(directory, home)),
        # In front, so that a user's own options win.
        "NODE_OPTIONS": f"{YOUNG_GENERATION} {environment.get('NODE_OPTIONS', '')}".strip(),
    }
    with tempfile.TemporaryFile() as output:
        # A log is told by what is printed in the end.
        with working(f"synthesising {directory.name}", quiet=not sys.stderr.isatty()):
            code = run(
                [sys.executable, APP],
                cwd=directory,
                environment={**environment, **settings},
                output=output,
            )
        if code in INTERRUPTED:
            # What the app was doing is nobody's concern, and no step that follows is begun.
            raise KeyboardInterrupt if code == ExitCode.INTERRUPTED else SystemExit(code)
        output.seek(0)
        if code or not quiet:
            sys.stderr.flush()
            sys.stderr.buffer.writelines(output)
            sys.stderr.flush()
    return code or _report(messages(assembly), strict=strict)


def context(directory: Path, home: Path) -> dict[str, Any]:
    """What the CDK CLI hands an app as context, the app's own files in front of the user's.

    Source: CDK developer guide, "Context values and the AWS CDK" and "Configure settings".
    """
    return {
        **_read(home / ".cdk.json").get("context", {}),
        **_read(directory / "cdk.json").get("context", {}),
        **_read(directory / "cdk.context.json"),
    }


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_bytes())
    except ValueError as error:
        raise PlatformError(f"{file} is not JSON: {error}", hint="correct the file") from error
    if not isinstance(found, dict):
        raise PlatformError(f"{file} holds no JSON object", hint="correct the file")
    return found


def _report(found: Sequence[Message], *, strict: bool) -> int:
    for message in found:
        sys.stderr.write(f"{message}\n")
    refused = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    return ExitCode.FAILURE if any(message.level in refused for message in found) else ExitCode.OK
