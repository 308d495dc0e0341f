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

from ml_pipelines import declared
from ml_pipelines.bound import Bound
from ml_pipelines.bounds import REPORT, bounds
from ml_pipelines.declared import BadDeclaration
from ml_pipelines.local_jobs import ROOT, JobFailed, LocalJob, run
from ml_pipelines.local_results import add_options, check_target, chosen, leave
from ml_pipelines.serving import local_arguments
from ml_pipelines.sources import REPOSITORY

EVALUATED = Path("processing", "evaluation")


def main() -> int:
    """Train, print the metrics as a table; exit code 1 when a script or the gate fails."""
    try:
        found = declared.read()
        limits = bounds(found)
        arguments = _arguments(found.data.file, limits)
        check_target(arguments.keep)
        values = chosen(arguments.chosen, declared.hyperparameters())
        with tempfile.TemporaryDirectory(prefix="local-training-") as folder:
            report = fine_tune_locally(
                *(arguments.base_model, arguments.data, Path(folder)),
                judge=arguments.judge,
                hyperparameters=values,
            )
            leave(Path(folder), Path(folder) / "evaluate" / ROOT / EVALUATED, arguments)
    except (BadDeclaration, JobFailed, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for name, metric in sorted(report["metrics"].items()):
        print(f"{name:<28}{metric['value']:>12.4f}")
    return gate(report, {bound: getattr(arguments, bound.parameter) for bound in limits})


def gate(report: Mapping[str, Any], limits: Mapping[Bound, float]) -> int:
    """The exit code: 1 with the reasons when a number is beyond its limit."""
    code = 0
    for bound, limit in limits.items():
        value = bound.value(report)
        if not bound.holds(value, limit):
            code = 1
            print(
                f"error: {bound.what} is {value:.4f}, {bound.allowed} {limit} is allowed; a pipeline "
                f"would register nothing (see {bound.option})",
                file=sys.stderr,
            )
    return code


def fine_tune_locally(
    base_model: Path,
    data: Path,
    folder: Path,
    *,
    judge: Path | None = None,
    hyperparameters: Mapping[str, object] | None = None,
    preprocess_arguments: Sequence[str] = (),
    evaluate_arguments: Sequence[str] = (),
) -> dict[str, Any]:
    """Run the steps below a folder; `evaluation.json` of the last one.

    Args:
        base_model: a folder with a model in the safetensors format.
        judge: a folder with a model that a metric needs.
        hyperparameters: over those of `project.yml`.

    Raises:
        JobFailed: a script failed.
    """
    found = declared.read()
    _say("preprocess")
    prepared = run(
        LocalJob(
            name="preprocess",
            script="preprocess.py",
            inputs={"data": data},
            outputs=("train", "test", "facts"),
            arguments=tuple(preprocess_arguments),
        ),
        folder,
    )
    parts = {name: prepared / "processing" / name for name in ("train", "test", "facts")}
    _say("train")
    trained = run(
        LocalJob(
            name="train",
            script="train.py",
            inputs={"train": parts["train"], "model": base_model},
            hyperparameters={**found.model.hyperparameters, **(hyperparameters or {})},
            training=True,
        ),
        folder,
    )
    _say("evaluate")
    archive = folder / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(trained / "model", arcname=".")
    given = {"model": archive, "base_model": base_model}
    given |= {name: parts[name] for name in ("test", "facts")}
    evaluated = run(
        LocalJob(
            name="evaluate",
            script="evaluate.py",
            inputs={**given, **({"judge": judge} if judge else {})},
            outputs=("evaluation",),
            arguments=(*local_arguments(found), *evaluate_arguments),
        ),
        folder,
    )
    report = evaluated / EVALUATED / REPORT
    result: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return result


def _say(step: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {step}", file=sys.stderr, flush=True)


def _arguments(data: str, limits: Sequence[Bound]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base_model", type=Path, help="a folder with a model (safetensors)")
    parser.add_argument("--data", type=Path, default=REPOSITORY / data)
    parser.add_argument("--judge", type=Path, help="a folder with the model of model.judge")
    add_options(parser)
    for bound in limits:
        parser.add_argument(
            bound.option,
            dest=bound.parameter,
            type=float,
            default=bound.limit,
            help=f"the gate: what '{bound.what}' is {bound.allowed} (default: %(default)s)",
        )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
