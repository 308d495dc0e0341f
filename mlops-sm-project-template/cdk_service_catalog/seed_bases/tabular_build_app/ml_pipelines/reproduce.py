"""`python -m ml_pipelines.reproduce VERSION`: train a registered version again, and compare.

VERSION is its ARN, its number, or a file with what `aws sagemaker describe-model-package` answers.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ml_pipelines import declared, local_pipeline
from ml_pipelines.recorded import Recorded, ended, parser
from ml_pipelines.run_locally import pipeline
from ml_pipelines.sources import REPOSITORY

TOLERANCE = 1e-6
"""The share by which a metric may differ: sums in another order."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train again and print both; 1 where it is another model, or cannot be trained again."""
    given = parser(__doc__).parse_args(arguments)
    return ended(lambda: reproduce(Recorded.of(given.version), given.data))


def reproduce(recorded: Recorded, data: Path | None) -> Iterator[str]:
    """Train again from what is recorded; in which ways the result is another one.

    Args:
        data: the file or folder of the training, where it is not that of `project.yml`.

    Raises:
        CannotReproduce: sources or data are not those of the version.
    """
    found = declared.read()
    recorded.check_sources()
    chosen = {name: float(text) for name, text in recorded.table("Hyperparameters").items()}
    plan = pipeline(found)
    jobs = [replace(job, hyperparameters=chosen) if job.training else job for job in plan.jobs]
    source = data or REPOSITORY / found.table.file
    recorded.check(source, sha256="DataSha256", uri="DataUri", advice="name it with --data")
    with tempfile.TemporaryDirectory(prefix="reproduce-") as folder:
        report = local_pipeline.run_jobs(replace(plan, jobs=tuple(jobs)), source, Path(folder))
    yield from recorded.compared(
        report, tolerance=lambda before: TOLERANCE * max(abs(before), 1e-12)
    )


if __name__ == "__main__":
    sys.exit(main())
