"""The training on this machine: preprocess, train, evaluate and gate, without AWS or Docker."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ml_pipelines.local_jobs import JobFailed, LocalJob, run
from ml_pipelines.sources import REPOSITORY
from ml_pipelines.training.defaults import DATA, HYPERPARAMETERS, MAXIMUM_MEAN_SQUARED_ERROR


def main() -> int:
    """Train, print the metric as a table; exit code 1 when a script or the gate fails."""
    arguments = _arguments()
    if not arguments.data.is_file():
        print(f"error: there is no file {arguments.data}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="local-training-") as folder:
        try:
            report = train_locally(arguments.data, Path(folder))
        except JobFailed as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    metrics = report["regression_metrics"]
    error, spread = metrics["mse"]["value"], metrics["mse"]["standard_deviation"]
    print(f"{'metric on the test set':<34}{'value':>10}")
    print(f"{'mean squared error (mse)':<34}{error:>10.3f}")
    print(f"{'standard deviation of residuals':<34}{spread:>10.3f}")
    print(f"{'mse of predicting the mean':<34}{metrics['baseline_mse']['value']:>10.3f}")
    if error > arguments.maximum_mse:
        print(
            f"error: the mean squared error {error:.3f} is greater than {arguments.maximum_mse}; "
            "a pipeline would register nothing",
            file=sys.stderr,
        )
        return 1
    return 0


def train_locally(data: Path, folder: Path) -> dict[str, Any]:
    """Run the steps below a folder; `evaluation.json` of the last one."""
    _say("preprocess")
    prepared = run(
        LocalJob(
            name="preprocess",
            script="preprocess.py",
            inputs={"input": data},
            outputs=("train", "validation", "test"),
        ),
        folder,
    )
    parts = {name: prepared / "processing" / name for name in ("train", "validation", "test")}
    _say("train")
    trained = run(
        LocalJob(
            name="train",
            script="train.py",
            inputs={name: parts[name] for name in ("train", "validation")},
            hyperparameters=HYPERPARAMETERS,
            training=True,
        ),
        folder,
    )
    _say("evaluate")
    evaluated = run(
        LocalJob(
            name="evaluate",
            script="evaluate.py",
            inputs={
                "model": trained / "model",
                "train": parts["train"],
                "test": parts["test"],
            },
            outputs=("evaluation",),
        ),
        folder,
    )
    report = evaluated / "processing" / "evaluation" / "evaluation.json"
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def _say(step: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {step}", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=REPOSITORY / DATA, help="a CSV file")
    parser.add_argument(
        "--maximum-mse",
        type=float,
        default=MAXIMUM_MEAN_SQUARED_ERROR,
        help="the gate: a greater error on the test set fails (default: %(default)s)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
