"""`python -m ml_pipelines.reproduce VERSION BASE_MODEL`: train a registered version again, and compare.

VERSION is its ARN, its number, or a file with what `aws sagemaker describe-model-package` answers;
BASE_MODEL a folder with the model that it was made of.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

# First: it finds the scripts of the jobs.
from ml_pipelines import declared  # isort: skip
from facts import words

from ml_pipelines.recorded import Recorded, ended, parser
from ml_pipelines.run_locally import fine_tune_locally
from ml_pipelines.sources import REPOSITORY

TOLERANCE = 0.02
"""By how much a metric may differ: another GPU, or none, adds numbers in another order, and a model
that writes or draws goes on from each small difference."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train again and print both; 1 where it is another model, or cannot be trained again."""
    made = parser(__doc__)
    made.add_argument("base_model", type=Path, help="a folder with its base model (safetensors)")
    made.add_argument("--judge", type=Path, help="a folder with the model of model.judge")
    made.add_argument(
        "--tolerance",
        type=float,
        default=TOLERANCE,
        help="by how much the metric may differ (default: %(default)s)",
    )
    made.add_argument("--keep", type=Path, help="keep the data of each step and the model there")
    given = made.parse_args(arguments)
    return ended(lambda: _differences(given))


def _differences(given: argparse.Namespace) -> Iterator[str]:
    recorded = Recorded.of(given.version)
    with ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        report = trained_again(
            recorded, given.base_model, folder, data=given.data, judge=given.judge
        )
    here = {"Device": words(report["training"]["device"]), "Server": words(report["server"])}
    yield from recorded.compared(report, tolerance=lambda _: float(given.tolerance), here=here)


def trained_again(
    recorded: Recorded, base_model: Path, folder: Path, *, data: Path | None, judge: Path | None
) -> dict[str, Any]:
    """The report of a training from what is recorded.

    Args:
        folder: where its steps leave what they make.
        data: the file or folder of the training, where it is not that of `project.yml`.

    Raises:
        CannotReproduce: sources, data or base model are not those of the version.
    """
    recorded.check_sources()
    source = data or REPOSITORY / declared.read().data.file
    recorded.check(source, sha256="DataSha256", uri="DataUri", advice="name it with --data")
    recorded.check(
        base_model, sha256="BaseModelSha256", uri="BaseModelUri", advice="name its folder"
    )
    chosen = recorded.table("Hyperparameters")
    return fine_tune_locally(base_model, source, folder, judge=judge, hyperparameters=chosen)


if __name__ == "__main__":
    sys.exit(main())
