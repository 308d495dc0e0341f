"""The MLflow App of a project's stage: MLflow's own server here, while a training is reported.

AWS's plugin signs each call for the app and takes the address of another server from a variable.
Whether the build's role may call the app is asked with what else its build does; that every other
caller is refused, only AWS can show.
"""

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.deeds import MLFLOW_APP
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

ADDRESS: Final = "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT"
"""Read by the plugin (PyPI `sagemaker-mlflow`, mlflow_sagemaker_helpers.py)."""
STARTS_WITHIN: Final = 300
Row = Mapping[str, str]


@contextmanager
def tracking(world: World, project: Project, python: Path) -> Iterator[Callable[[], list[Row]]]:
    """Run a server while a training is started and reported, where runs are tracked.

    Args:
        python: has the packages of the project.

    Yields:
        what gives the runs that the server has by then; none where nothing is tracked.
    """
    if not _tracks(world, project):
        yield list
        return
    world.say(f"{project.full_name}: an MLflow server in place of the app")
    with _server(world, python) as address:
        world.of_builds[ADDRESS] = address
        try:
            yield lambda: _runs(address, project)
        finally:
            del world.of_builds[ADDRESS]


def _tracks(world: World, project: Project) -> bool:
    codebuild = world.administrator("codebuild", project.dev.account, project.dev.region)
    name = project.pipeline("report")
    return any(
        row["name"] == MLFLOW_APP
        for build in codebuild.batch_get_projects(names=[name])["projects"]
        for row in build["environment"].get("environmentVariables", ())
    )


@contextmanager
def _server(world: World, python: Path) -> Iterator[str]:
    folder = world.folder / "mlflow"
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        *(str(python), "-m", "mlflow", "server", "--workers", "1"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}"),
        *("--default-artifact-root", str(folder / "artifacts")),
    ]
    with (world.logs / "mlflow-server.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=world.environment(), stdout=log, stderr=log
        )
    try:
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(process: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with _open(f"{address}/health"):
                return
        except OSError:
            time.sleep(0.5)
    raise PlatformError(
        f"MLflow's server does not answer at {address}",
        hint="the log 'mlflow-server' in the report says why",
    )


def _open(url: str, content: Mapping[str, Any] | None = None) -> Any:
    """A call of this machine to itself, which no proxy of the caller may see."""
    body = json.dumps(content).encode() if content is not None else None
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return direct.open(request, timeout=30)


def _runs(address: str, project: Project) -> list[Row]:
    """The project's runs, as MLflow's REST API gives them.

    Raises:
        PlatformError: there is none, although the build tracks them.
    """
    api = f"{address}/api/2.0/mlflow"
    wanted = {"max_results": 10, "filter": f"name = '{project.full_name}'"}
    with _open(f"{api}/experiments/search", wanted) as answer:
        found = json.load(answer).get("experiments", [])
    ids = [row["experiment_id"] for row in found]
    with _open(f"{api}/runs/search", {"experiment_ids": ids or ["0"], "max_results": 10}) as answer:
        runs = json.load(answer).get("runs", [])
    if not runs:
        raise PlatformError(
            f"{project.full_name}: the report has tracked no run in MLflow",
            hint="the log of the report says what MLflow has answered",
        )
    return [_row(project, run) for run in runs]


def _row(project: Project, run: Mapping[str, Any]) -> Row:
    metrics = {row["key"]: row["value"] for row in run["data"].get("metrics", ())}
    tags = {row["key"]: row["value"] for row in run["data"].get("tags", ())}
    return {
        "project": project.full_name,
        "run": run["info"]["run_name"],
        "status": run["info"]["status"],
        "commit": tags["commit"][:8],
        "parameters": str(len(run["data"].get("params", ()))),
        "metrics": ", ".join(f"{name} {value:.4g}" for name, value in sorted(metrics.items())[:6]),
    }
