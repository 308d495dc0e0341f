"""The fine-tuning on this machine: preprocess, train, evaluate and gate, without AWS or Docker."""

import argparse
import json
import sys
import tarfile
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ml_pipelines.local_jobs import JobFailed, LocalJob, run
from ml_pipelines.sources import REPOSITORY
from ml_pipelines.training.product import PRODUCT


def main() -> int:
    """Train, print the metrics as a table; exit code 1 when a script or the gate fails."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="local-training-") as folder:
        try:
            report = fine_tune_locally(arguments.base_model, arguments.data, Path(folder))
        except JobFailed as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    for name, metric in sorted(report["metrics"].items()):
        print(f"{name:<28}{metric['value']:>12.4f}")
    return gate(report, arguments.minimum_score)


def gate(report: Mapping[str, Any], minimum: float) -> int:
    """The exit code: 1 with a reason when the score is less than the minimum."""
    score = report["metrics"][PRODUCT.metric]["value"]
    if score >= minimum:
        return 0
    print(
        f"error: {PRODUCT.metric} is {score:.4f}, less than {minimum}; a pipeline would register "
        "nothing",
        file=sys.stderr,
    )
    return 1


def fine_tune_locally(
    base_model: Path,
    data: Path,
    folder: Path,
    *,
    hyperparameters: Mapping[str, object] | None = None,
    preprocess_arguments: Sequence[str] = (),
    evaluate_arguments: Sequence[str] = (),
) -> dict[str, Any]:
    """Run the steps below a folder; `evaluation.json` of the last one.

    Args:
        base_model: a folder with a model in the safetensors format.
        hyperparameters: over those of the product.
    """
    _say("preprocess")
    prepared = run(
        LocalJob(
            name="preprocess",
            script="preprocess.py",
            inputs={"data": data},
            outputs=("train", PRODUCT.held_out),
            arguments=tuple(preprocess_arguments),
        ),
        folder,
    )
    parts = {name: prepared / "processing" / name for name in ("train", PRODUCT.held_out)}
    _say("train")
    trained = run(
        LocalJob(
            name="train",
            script="train.py",
            inputs={"train": parts["train"], "model": base_model},
            hyperparameters={**PRODUCT.hyperparameters, **(hyperparameters or {})},
            training=True,
        ),
        folder,
    )
    _say("evaluate")
    archive = folder / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(trained / "model", arcname=".")
    evaluated = run(
        LocalJob(
            name="evaluate",
            script="evaluate.py",
            inputs={
                "model": archive,
                PRODUCT.held_out: parts[PRODUCT.held_out],
                **({"base_model": base_model} if PRODUCT.base_model_input else {}),
            },
            outputs=("evaluation",),
            arguments=tuple(evaluate_arguments),
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
    parser.add_argument("base_model", type=Path, help="a folder with a model (safetensors)")
    parser.add_argument("--data", type=Path, default=REPOSITORY / PRODUCT.data)
    parser.add_argument("--minimum-score", type=float, default=PRODUCT.minimum, help="the gate")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
