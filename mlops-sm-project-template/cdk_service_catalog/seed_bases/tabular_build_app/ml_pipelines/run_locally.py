"""The training on this machine: preprocess, train, evaluate and gate, without AWS or Docker."""

import sys
from pathlib import Path
from typing import Any

from ml_pipelines import local_pipeline
from ml_pipelines.local_jobs import LocalJob
from ml_pipelines.local_pipeline import LocalGate, LocalPipeline
from ml_pipelines.sources import REPOSITORY
from ml_pipelines.training.defaults import DATA, HYPERPARAMETERS, MAXIMUM_MEAN_SQUARED_ERROR

ERROR = "mean squared error (mse) on the test set"
PIPELINE = LocalPipeline(
    data=REPOSITORY / DATA,
    jobs=(
        LocalJob(
            name="preprocess",
            script="preprocess.py",
            inputs={"input": local_pipeline.DATA},
            outputs=("train", "validation", "test"),
        ),
        LocalJob(
            name="train",
            script="train.py",
            inputs={"train": "preprocess/train", "validation": "preprocess/validation"},
            hyperparameters=HYPERPARAMETERS,
            training=True,
        ),
        LocalJob(
            name="evaluate",
            script="evaluate.py",
            inputs={
                "model": "train/model",
                "train": "preprocess/train",
                "test": "preprocess/test",
            },
            outputs=("evaluation",),
        ),
    ),
    report="evaluate/evaluation/evaluation.json",
    metrics={
        ERROR: ("regression_metrics", "mse", "value"),
        "standard deviation of the residuals": ("regression_metrics", "mse", "standard_deviation"),
        "mse of predicting the mean": ("regression_metrics", "baseline_mse", "value"),
    },
    gate=LocalGate(option="--maximum-mse", metric=ERROR, limit=MAXIMUM_MEAN_SQUARED_ERROR),
)


def train_locally(data: Path, folder: Path) -> dict[str, Any]:
    """Run the jobs below a folder; `evaluation.json` of the last one."""
    return local_pipeline.run_jobs(PIPELINE, data, folder)


if __name__ == "__main__":
    sys.exit(local_pipeline.main(PIPELINE))
