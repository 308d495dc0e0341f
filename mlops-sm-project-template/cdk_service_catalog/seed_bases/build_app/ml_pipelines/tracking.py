"""Runs in MLflow: what went in, what came out, and where it lies.

On a laptop they go to a folder, from the project's build to the MLflow App of the stage, where it
has one. Tracking records a run and decides nothing: if MLflow does not answer, the run goes on.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPORT, CURVES = "evaluation.json", "curves.json"
EXECUTION, ENDED = "execution", "ended"
"""The tags with the execution of a pipeline and the time of its end; retried, it ends again."""
COMMIT = "CommitId"
"""The key of a version's properties (`evidence`)."""
FOLDER = "mlflow"
"""Below the repository; git ignores it."""
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "30"}
BATCH = 1000
"""Metrics that MLflow takes in one request."""
LONGEST = {"parameter": 6000, "tag": 8000}
"""Characters that MLflow takes (its REST API, "Request Limits")."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training, by its pipeline or on this machine.

    Attributes:
        experiment: what the run belongs to: the project.
        parameters: what was chosen before it.
        report: numbers in groups, as `evaluation.json` has them.
        curves: numbers step by step, by their names.
        tags: such as the commit, and where the results lie.
        files: go with the run, where it may hold files.
    """

    experiment: str
    name: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    curves: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    succeeded: bool = True


def record(run: Run, uri: str, *, artifacts: str | None = None) -> str:
    """Write a run; its id.

    Args:
        uri: of the tracking server: an ARN, a URL or a database.
        artifacts: where files of a new experiment go, unless the server decides.
    """
    os.environ |= {name: os.environ.get(name, value) for name, value in PATIENCE.items()}
    # Its import takes seconds, which whoever does not track need not wait.
    import mlflow
    from mlflow.entities import Metric, Param, RunTag

    # The plugin for ARNs asks for the one that is set here.
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    found = client.get_experiment_by_name(run.experiment)
    experiment = (
        found.experiment_id
        if found
        else client.create_experiment(run.experiment, artifact_location=artifacts)
    )
    known = _recorded(client, experiment, run)
    if known and known.data.tags.get(ENDED) == run.tags.get(ENDED):
        return str(known.info.run_id)
    started = (known or client.create_run(experiment, run_name=run.name)).info.run_id
    now = int(time.time() * 1000)
    client.log_batch(
        started,
        metrics=[Metric(_name(k), value, now, 0) for k, value in numbers(run.report)],
        params=[Param(k, str(v)[: LONGEST["parameter"]]) for k, v in run.parameters.items()],
        tags=[RunTag(k, v[: LONGEST["tag"]]) for k, v in run.tags.items()],
    )
    points = [
        Metric(_name(f"curves/{name}"), value, now, step)
        for name, curve in run.curves.items()
        for step, value in curve
    ]
    for first in range(0, len(points), BATCH):
        client.log_batch(started, metrics=points[first : first + BATCH])
    for file in run.files:
        client.log_artifact(started, str(file))
    client.set_terminated(started, "FINISHED" if run.succeeded else "FAILED")
    return str(started)


def _recorded(client: Any, experiment: str, run: Run) -> Any:
    """The run that an execution has already; EventBridge may tell of its end twice, and whoever
    retries an execution lets it end again."""
    if EXECUTION not in run.tags:
        return None
    found = client.search_runs(
        [experiment], filter_string=f"tags.{EXECUTION} = '{run.tags[EXECUTION]}'", max_results=1
    )
    return found[0] if found else None


def try_to_record(made: Callable[[], Run], uri: str) -> None:
    """Write a run, or say why it is not written: a report that no program can read, too."""
    try:
        run = made()
        print(f"tracked: run {record(run, uri)} of experiment {run.experiment}", flush=True)
    except Exception as error:  # noqa: BLE001  # MLflow raises what its stores and HTTP raise
        words = f"{type(error).__name__}: {error}"
        print(f"warning: the run is not in MLflow: {words}", file=sys.stderr, flush=True)


def record_in_folder(run: Run, folder: Path) -> str:
    """Write a run to a folder; the command that shows it."""
    folder.mkdir(parents=True, exist_ok=True)
    database = f"sqlite:///{folder / 'mlflow.db'}"
    record(run, database, artifacts=(folder / "artifacts").as_uri())
    return f"mlflow ui --backend-store-uri {database}"


def _name(text: str) -> str:
    """A metric's name with the characters that MLflow takes."""
    return re.sub(r"[^\w\-. /]", "_", text)


def numbers(report: Any, *above: str) -> Iterator[tuple[str, float]]:
    """The numbers of a report by their place in it; of `{"mse": {"value": 1.0}}` it is `mse`.

    The outermost name says the kind of the report, which is the same in every run.
    """
    if isinstance(report, bool):
        return
    if isinstance(report, int | float):
        yield "/".join(above[1:] or above), float(report)
    elif isinstance(report, Mapping):
        for name, value in report.items():
            yield from numbers(value, *above, *[name] * (name != "value"))


def run_of_execution(
    s3: Any,
    bucket: str,
    execution: str,
    *,
    experiment: str,
    commit: str,
    parameters: Mapping[str, object],
    ended: str,
    succeeded: bool,
) -> Run:
    """An execution of the project's pipeline, with the report that it has left, if any.

    Files stay where the pipeline has put them: the run has their address.

    Args:
        bucket: the project's artifact bucket.
        ended: when, in any form that is another for another end.
    """
    number = execution.rpartition("/")[2]
    place = f"executions/{number}/"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=place)
    keys = [row["Key"] for page in pages for row in page.get("Contents", ())]
    found: dict[str, dict[str, Any]] = {REPORT: {}, CURVES: {}}
    for key in keys:
        name = key.rpartition("/")[2]
        if name in found:
            content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            found[name] |= json.loads(content)
    return Run(
        experiment=experiment,
        name=number,
        parameters=parameters,
        report=found[REPORT],
        curves=found[CURVES],
        tags={
            "commit": commit,
            EXECUTION: execution,
            ENDED: ended,
            "results": f"s3://{bucket}/{place}",
        },
        succeeded=succeeded,
    )


def chosen(definition: str, given: Mapping[str, str]) -> dict[str, object]:
    """What a pipeline was started with, and the hyperparameters of its training jobs."""
    content = json.loads(definition)
    defaults = {row["Name"]: row.get("DefaultValue") for row in content.get("Parameters", [])}
    of_jobs = {
        name: value
        for step in content.get("Steps", [])
        for name, value in step.get("Arguments", {}).get("HyperParameters", {}).items()
        if isinstance(value, str)
    }
    return {**of_jobs, **{name: v for name, v in {**defaults, **given}.items() if v is not None}}


def commit_of(definition: str) -> str:
    """The commit that a definition was made of, which its version records; empty without one."""
    return next(_commits(json.loads(definition)), "")


def _commits(content: Any) -> Iterator[str]:
    if isinstance(content, Mapping):
        if isinstance(found := content.get(COMMIT), str):
            yield found
        content = [*content.values()]
    if isinstance(content, list):
        for part in content:
            yield from _commits(part)
