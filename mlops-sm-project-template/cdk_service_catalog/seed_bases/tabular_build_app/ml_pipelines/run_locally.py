"""The training on this machine: preprocess, train, evaluate and gate, without AWS or Docker."""

import sys
from pathlib import Path
from typing import Any

from ml_pipelines import declared, local_pipeline
from ml_pipelines.bounds import REPORT, bounds
from ml_pipelines.declared import METRIC_GROUPS, METRICS, BadDeclaration, Declaration
from ml_pipelines.local_jobs import LocalJob
from ml_pipelines.local_pipeline import LocalGate, LocalPipeline
from ml_pipelines.sources import REPOSITORY

JOBS = (
    LocalJob(
        name="preprocess",
        script="preprocess.py",
        inputs={"input": local_pipeline.DATA},
        outputs=("train", "validation", "test", "facts"),
    ),
    LocalJob(
        name="train",
        script="train.py",
        inputs={name: f"preprocess/{name}" for name in ("train", "validation", "facts")},
        training=True,
    ),
    LocalJob(
        name="evaluate",
        script="evaluate.py",
        inputs={
            "model": "train/model",
            **{name: f"preprocess/{name}" for name in ("train", "test", "facts")},
        },
        outputs=("evaluation",),
    ),
)


def pipeline(found: Declaration) -> LocalPipeline:
    """The pipeline of a declaration."""
    group = METRIC_GROUPS[found.task]
    gates = bounds(found)
    metrics = {name: (group, name, "value") for name in METRICS[found.task]}
    baseline = f"baseline_{found.gate.metric}"
    return LocalPipeline(
        data=REPOSITORY / found.table.file,
        jobs=JOBS,
        hyperparameters=tuple(found.hyperparameters),
        report=f"evaluate/evaluation/{REPORT}",
        metrics={
            **metrics,
            f"{found.gate.metric} without a model": (group, baseline, "value"),
            **{gate.what: gate.path for gate in gates},
        },
        gates=tuple(
            LocalGate(option=gate.option, metric=gate.what, limit=gate.limit, at_most=gate.at_most)
            for gate in gates
        ),
    )


def train_locally(data: Path, folder: Path) -> dict[str, Any]:
    """Run the jobs below a folder; `evaluation.json` of the last one."""
    return local_pipeline.run_jobs(pipeline(declared.read()), data, folder)


def main() -> int:
    """Train as declared; 1 when the declaration, a script or the gate fails."""
    try:
        found = pipeline(declared.read())
    except BadDeclaration as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return local_pipeline.main(found)


if __name__ == "__main__":
    sys.exit(main())
