"""Runs of a project in MLflow: in a folder, and in a server that stands for the MLflow App.

The server is MLflow's own; the client is the plugin that AWS publishes for ARNs (PyPI
`sagemaker-mlflow`), which signs its calls and takes another address of the app from a variable.
"""

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from launched_projects import product
from seed_repositories import SeedRepository, seed_repository

pytestmark = pytest.mark.seed

APP = "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-app/app-ABCDEF"
STARTS_WITHIN = 300
"""Seconds; on a busy machine MLflow needs a minute."""
RECORDED = """
from ml_pipelines.tracking import Run, try_to_record
report = {"regression_metrics": {"mse": {"value": 4.5}, "mse of a/b=c": {"value": 1}}}
run = Run(experiment="churn-p-1", name="0123", parameters={"leaves": 31}, report=report,
          tags={"commit": "abc"}, succeeded=False)
try_to_record(lambda: run, "%s")
"""
ENDS = """
from ml_pipelines.tracking import Run, record
for ended, succeeded, mse in (("1", False, None), ("1", False, 9), ("2", True, 4.5), ("2", True, 9)):
    report = {"metrics": {"mse": mse}} if mse else {}
    tags = {"execution": "arn:of/it", "ended": ended}
    run = Run(experiment="churn", name="0123", parameters={"leaves": 31}, report=report, tags=tags,
              succeeded=succeeded)
    record(run, "%s")
"""
SHOWN = """
import json, mlflow
client = mlflow.MlflowClient("%s")
(found,) = [e for e in client.search_experiments() if e.name != "Default"]
(run,) = client.search_runs([found.experiment_id])
files = [file.path for file in client.list_artifacts(run.info.run_id)] if %s else []
print(json.dumps([found.name, run.info.status, run.data.params, run.data.metrics,
                  run.data.tags.get("commit"), files]))
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    return seed_repository(product("basic"), "build_app", tmp_path_factory.mktemp("tracking"))


@pytest.fixture(scope="module")
def server(repository: SeedRepository, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an MLflow server."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        *(str(repository.python), "-m", "mlflow", "server", "--workers", "1"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}"),
        *("--default-artifact-root", str(folder / "artifacts")),
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not _answers(address):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def tracked(
    repository: SeedRepository, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "x"}
    return repository.run("-c", RECORDED % APP, environment={**keys, **environment})


def shown(repository: SeedRepository, uri: str, *, with_files: bool) -> list[Any]:
    done = repository.run("-c", SHOWN % (uri, with_files))
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_run_is_seen_in_the_app_through_the_plugin_of_aws(
    repository: SeedRepository, server: str
) -> None:
    done = tracked(repository, {"SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": server})
    assert done.returncode == 0
    assert "tracked: run" in done.stdout, done.stderr
    assert shown(repository, server, with_files=False) == [
        "churn-p-1",
        "FAILED",
        {"leaves": "31"},
        {"mse": 4.5, "mse of a/b_c": 1.0},
        "abc",
        [],
    ]


def test_an_execution_has_one_run_with_its_last_end(
    repository: SeedRepository, tmp_path: Path
) -> None:
    # Its training fails, of which EventBridge tells twice; somebody retries it in Studio; it ends
    # well, of which EventBridge tells twice.
    database = f"sqlite:///{tmp_path / 'mlflow.db'}"
    done = repository.run("-c", ENDS % database)
    assert done.returncode == 0, done.stderr
    _, status, parameters, metrics, *_ = shown(repository, database, with_files=False)
    assert (status, parameters, metrics) == ("FINISHED", {"leaves": "31"}, {"mse": 4.5})


def test_a_run_goes_on_where_mlflow_does_not_answer(repository: SeedRepository) -> None:
    done = tracked(repository, {"SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": "http://127.0.0.1:9"})
    assert done.returncode == 0
    assert done.stderr.count("warning: the run is not in MLflow") == 1


def test_a_run_on_a_laptop_is_kept_in_a_folder_with_its_declaration(
    repository: SeedRepository,
) -> None:
    done = repository.run("-m", "ml_pipelines.run_locally", "--track")
    assert done.returncode == 0, done.stderr
    database = f"sqlite:///{Path(repository.root, 'mlflow', 'mlflow.db')}"
    assert f"mlflow ui --backend-store-uri {database}" in done.stderr
    name, status, parameters, metrics, _, files = shown(repository, database, with_files=True)
    assert (name, status, files) == ("local", "FINISHED", ["project.yml"])
    assert parameters["data"].endswith(".csv")
    assert metrics
