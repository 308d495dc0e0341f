"""A pipeline on this machine: its jobs as a table, run one after the other, and its gates."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ml_pipelines import local_results, tracking
from ml_pipelines.local_jobs import ROOT, JobFailed, LocalJob, run
from ml_pipelines.sources import REPOSITORY

DECLARED = (REPOSITORY / "project.yml",)
"""What a run was declared by, kept with it."""
DATA = "data"
"""As the input of a job: the file or folder that the pipeline starts with."""


@dataclass(frozen=True, kw_only=True)
class LocalGate:
    """What a model must reach.

    Attributes:
        option: sets the limit on the command line, such as `--maximum-mse`.
        metric: the label of a metric of the pipeline.
        at_most: the metric may be at most the limit; else it must be at least the limit.
    """

    option: str
    metric: str
    limit: float
    at_most: bool = True

    def passes(self, value: float, limit: float) -> bool:
        """Whether the model is good enough; a metric that is no number never is."""
        return value <= limit if self.at_most else value >= limit


@dataclass(frozen=True, kw_only=True)
class LocalPipeline:
    """A training as a table.

    Attributes:
        data: where it starts unless another is given.
        jobs: in order; an input is `data`, `<job>/<output>`, or `<job>/model` of a training job.
        report: where the last job leaves its metrics, as `<job>/<output>/<file>`.
        hyperparameters: the names that the training knows.
        metrics: where each metric is in the report, by its label: `("regression_metrics", ...)`.
    """

    data: Path
    jobs: tuple[LocalJob, ...]
    report: str
    metrics: Mapping[str, tuple[str, ...]]
    gates: tuple[LocalGate, ...]
    hyperparameters: tuple[str, ...] = ()


def run_jobs(pipeline: LocalPipeline, data: Path, folder: Path) -> dict[str, Any]:
    """Run the jobs, each in a folder of its name below this one; the report.

    Raises:
        JobFailed: a script failed.
    """
    places = {DATA: data}
    for job in pipeline.jobs:
        print(job.name, file=sys.stderr, flush=True)
        inputs = {name: places.get(str(source), source) for name, source in job.inputs.items()}
        root = run(replace(job, inputs=inputs), folder)
        places |= {f"{job.name}/{output}": root / "processing" / output for output in job.outputs}
        places |= {f"{job.name}/model": root / "model"} if job.training else {}
    output, _, file = pipeline.report.rpartition("/")
    report: dict[str, Any] = json.loads((places[output] / file).read_text(encoding="utf-8"))
    return report


def main(pipeline: LocalPipeline, arguments: Sequence[str] | None = None) -> int:
    """Run a pipeline and print its metrics as a table; 1 when a script or the gate fails."""
    given = _parser(pipeline).parse_args(arguments)
    try:
        report = _run(pipeline, given)
    except (JobFailed, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    values = {label: _value(report, path) for label, path in pipeline.metrics.items()}
    width = max(map(len, values))
    for label, value in values.items():
        print(f"{label:<{width}}  {value:>10.3f}")
    limits = [getattr(given, _attribute(gate)) for gate in pipeline.gates]
    judged = zip(pipeline.gates, limits, strict=True)
    return max(_judge(gate, values[gate.metric], limit) for gate, limit in judged)


def _run(pipeline: LocalPipeline, given: argparse.Namespace) -> dict[str, Any]:
    """The report of the jobs as they were asked for.

    Raises:
        JobFailed: a script failed.
        ValueError: no such data, or an option that does not fit.
    """
    if not given.data.exists():
        raise ValueError(f"there is no file or folder {given.data}")
    local_results.check_target(given.keep)
    values = local_results.chosen(given.chosen, pipeline.hyperparameters)
    jobs = local_results.with_hyperparameters(pipeline.jobs, values)
    with tempfile.TemporaryDirectory(prefix="local-pipeline-") as text:
        folder = Path(text)
        report = run_jobs(replace(pipeline, jobs=jobs), given.data, folder)
        job, output, _ = pipeline.report.split("/")
        evaluated = folder / job / ROOT / "processing" / output
        results = local_results.leave(folder, evaluated, given)
    if given.track:
        _track({"data": given.data, **values}, report, local_results.curves(results))
    return report


def _track(
    parameters: Mapping[str, object], report: Mapping[str, Any], curves: Mapping[str, Any]
) -> None:
    run = tracking.Run(
        experiment="local",
        name=time.strftime("%Y-%m-%d %H:%M:%S"),
        parameters=parameters,
        report=report,
        curves=curves,
        files=tuple(file for file in DECLARED if file.is_file()),
    )
    shown_by = tracking.record_in_folder(run, REPOSITORY / tracking.FOLDER)
    print(f"tracked; look at the runs with: {shown_by}", file=sys.stderr)


def _judge(gate: LocalGate, value: float, limit: float) -> int:
    allowed = f"{'at most' if gate.at_most else 'at least'} {limit:g}"
    if gate.passes(value, limit):
        print(f"passes the gate: {gate.metric} is {value:.3f}, {allowed} is allowed")
        return 0
    print(
        f"error: the gate failed: {gate.metric} is {value:.3f}, {allowed} is allowed; "
        f"a pipeline would register nothing (see {gate.option})",
        file=sys.stderr,
    )
    return 1


def _value(report: Any, path: tuple[str, ...]) -> float:
    for name in path:
        report = report[name]
    return float(report)


def _parser(pipeline: LocalPipeline) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Runs the pipeline's jobs on this machine, without AWS and without Docker."
    )
    parser.add_argument("--data", type=Path, default=pipeline.data, help="a file or a folder")
    local_results.add_options(parser)
    parser.add_argument(
        "--track", action="store_true", help=f"keep the run for MLflow, in {tracking.FOLDER}/"
    )
    for gate in pipeline.gates:
        parser.add_argument(
            gate.option,
            dest=_attribute(gate),
            type=float,
            default=gate.limit,
            help=f"the gate: what '{gate.metric}' is {'at most' if gate.at_most else 'at least'} "
            "(default: %(default)s)",
        )
    return parser


def _attribute(gate: LocalGate) -> str:
    return gate.option.strip("-").replace("-", "_")
