"""Coverage of the emulator's own process, where the process that starts it is measured itself.

Coverage tells processes by a variable to measure themselves (coverage.py, "Measuring
subprocesses").
The emulator's environment has no coverage, so it borrows the package of this one: both have the
same Python.
"""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

VARIABLES: Final = ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")
PROGRAM: Final = (
    "import coverage, runpy; coverage.process_startup(); "
    "runpy.run_module('{module}', run_name='__main__', alter_sys=True)"
)
STOP_SECONDS: Final = 20.0
"""What a measured process has to write what it has measured."""


def requested() -> dict[str, str]:
    """The variables with which this process is measured; none where it is not."""
    return {name: os.environ[name] for name in VARIABLES if name in os.environ}


def start_of(module: str) -> list[str]:
    """The arguments of a Python that runs a module, measured if this process is."""
    return ["-c", PROGRAM.format(module=module)] if requested() else ["-m", module]


def borrowed(folder: Path) -> Mapping[str, str]:
    """What the environment needs to find coverage: a folder for `PYTHONPATH`, and the variables."""
    spec = find_spec("coverage")
    if not requested() or spec is None or spec.origin is None:
        return {}
    package = folder / "measured" / "coverage"
    package.parent.mkdir(exist_ok=True)
    package.symlink_to(Path(spec.origin).parent)
    return {"PYTHONPATH": str(package.parent), **requested()}
