"""A table of one's own, for the projects of a rehearsal."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.seed_environments import environment
from mlops_rehearsal.world.products import write_build_repository

ADOPT: Final = "ml_pipelines.adopt"
HINT: Final = (
    "what the table does not say itself, say with --adopt, such as: "
    "rehearse --table FILE --label COLUMN --adopt '--decimal ,'"
)


@dataclass(frozen=True)
class Adoption:
    """A file with a table, the column that a model is to predict, and further options of adopt."""

    file: Path
    label: str
    options: tuple[str, ...] = ()

    def adopted(
        self, code: Path, python: Path, variables: Mapping[str, str], *more: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run adopt in the build repository of a project.

        Args:
            python: the one of the project's lock.
            more: further arguments.
        """
        words = [str(self.file.resolve()), "--label", self.label, *self.options, *more]
        return subprocess.run(
            [python, "-m", ADOPT, *words],
            cwd=code,
            env={**variables, "PYTHONPATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )


def learns_from_tables(code: Path) -> bool:
    """Whether a build repository adopts tables."""
    return (code / f"{ADOPT.replace('.', '/')}.py").is_file()


def check_adoption(checkout: Path, wanted: Adoption, product: str) -> None:
    """Refuse a table that a project would not adopt, which would else be found out in act 7.

    Args:
        product: a part of its name.

    Raises:
        PlatformError: what adopt says.
    """
    with tempfile.TemporaryDirectory() as folder:
        code = Path(folder) / "build"
        write_build_repository(checkout, product, code)
        if not learns_from_tables(code):
            raise PlatformError(
                f"projects of '{product}' learn from no table, and {wanted.file.name} is one",
                hint="leave --table and --label out, or name another product with --product",
            )
        shell = {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder}
        done = wanted.adopted(code, environment(code), shell, "--dry-run")
    if done.returncode:
        raise cannot_be_adopted(wanted, done)


def cannot_be_adopted(wanted: Adoption, done: "subprocess.CompletedProcess[str]") -> PlatformError:
    """What adopt has said, for people."""
    said = done.stderr.strip() or done.stdout.strip()
    return PlatformError(
        f"{wanted.file.name} cannot be adopted: {said.removeprefix('error: ')}", hint=HINT
    )
