"""Models of the tabular products in the real servers of AWS's images for scikit-learn and XGBoost.

The server is sagemaker-containers from PyPI, as the images pin it; it installs the serving code at
its start and has no index to ask, as a container in network isolation. The jobs run with the
releases of the image, too.
"""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from launched_projects import product
from seed_repositories import SeedRepository, seed_repository

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.seed_environments import environment
from mlops_rehearsal.acts.faulty_version import FAULT, PARAMETER

pytestmark = pytest.mark.seed
STACKS = REPOSITORY_ROOT / "rehearsal" / "serving_stacks"
EMULATED = REPOSITORY_ROOT / "rehearsal" / "ministack_aws" / "sagemaker" / "model_server.py"
ALGORITHMS = {"scikit_learn": "gradient-boosting", "xgboost": "xgboost"}
NOBODY = "http://127.0.0.1:9"
"""Where nothing listens: what asks an index there has tried to leave the container."""
TRAIN = """
import sys
from pathlib import Path
from declared_rows import DATA, as_csv, as_json, rows
from ml_pipelines.run_locally import train_locally
folder, sys.executable = sys.argv[1:]
train_locally(DATA, Path(folder))
Path("request.csv").write_text(as_csv(rows(2)))
Path("request.json").write_text(as_json(rows(2)))
"""
SERVED = """
import json
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import EXAMPLE
steps = json.loads(get_pipeline("training", EXAMPLE).definition())["Steps"]
register = steps[-1]["Arguments"]["IfSteps"][-1]["Arguments"]
print(json.dumps(register["InferenceSpecification"]["Containers"][0]["Environment"]))
"""


@pytest.fixture(scope="module", params=ALGORITHMS)
def stack(request: pytest.FixtureRequest) -> Path:
    """The folder of an image's server."""
    return STACKS / str(request.param)


@pytest.fixture(scope="module")
def repository(stack: Path, tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    found = seed_repository(product("basic"), "build_app", tmp_path_factory.mktemp("seed"))
    file = found.root / "project.yml"
    plain = "algorithm: gradient-boosting"
    assert plain in file.read_text()
    file.write_text(file.read_text().replace(plain, f"algorithm: {ALGORITHMS[stack.name]}"))
    return found


@pytest.fixture(scope="module")
def model(repository: SeedRepository, stack: Path) -> Path:
    """The folder that SageMaker unpacks the registered archive to."""
    paths = os.pathsep.join(("source_scripts", "tests"))
    folder = repository.root / "trained"
    of_image = str(environment(stack))
    done = repository.run("-c", TRAIN, str(folder), of_image, environment={"PYTHONPATH": paths})
    assert done.returncode == 0, done.stderr
    return folder / "train" / "opt" / "ml" / "model"


@pytest.fixture(scope="module")
def registered(repository: SeedRepository) -> dict[str, str]:
    """The environment that the pipeline registers with a version."""
    done = repository.run("-c", SERVED)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@contextmanager
def container(
    stack: Path, model: Path, variables: Mapping[str, str], folder: Path
) -> Iterator[tuple[str, Path]]:
    """The image's server with a model; its address and its log."""
    port = _free_port()
    base, site, log = folder / "ml", folder / "site", folder / "log"
    base.mkdir()
    site.mkdir()
    (base / "model").symlink_to(model)
    python = environment(stack)
    inside = {
        **{name: value.replace("/opt/ml", str(base)) for name, value in variables.items()},
        "SAGEMAKER_BASE_DIR": str(base),
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "SAGEMAKER_USE_NGINX": "false",
        "SAGEMAKER_REGION": "eu-west-1",
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        # The image's own place for packages is shared by nobody; here it would be by all tests.
        "PIP_TARGET": str(site),
        "PYTHONPATH": os.pathsep.join((str(site), str(stack))),
        "PIP_INDEX_URL": NOBODY,
        "PIP_RETRIES": "0",
    }
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(python), "-u", str(stack / "serving.py")],
            cwd=stack,
            env=inside,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(server, port)
        yield f"http://127.0.0.1:{port}/invocations", log
    finally:
        if server.poll() is None:
            os.killpg(server.pid, 15)
        server.wait(timeout=30)


@contextmanager
def emulated(repository: SeedRepository, model: Path) -> Iterator[tuple[str, Path]]:
    """The emulator's server with a model; its address and its log."""
    port = _free_port()
    log = repository.root / "emulated.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(repository.python), str(EMULATED), str(model), str(port)],
            env={"PATH": os.environ["PATH"], "HOME": str(repository.root)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(server, port)
        yield f"http://127.0.0.1:{port}/invocations", log
    finally:
        server.terminate()
        server.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=30):
                return
        except OSError:
            time.sleep(0.2)


def invoke(url: str, body: bytes, kind: str, accept: str) -> tuple[int, str, str]:
    """Status, content type and body."""
    request = urllib.request.Request(url, body, {"Content-Type": kind, "Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


@pytest.fixture(scope="module")
def serving(
    stack: Path,
    model: Path,
    registered: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    with container(stack, model, registered, tmp_path_factory.mktemp("container")) as (url, log):
        assert invoke(url, b"", "text/csv", "text/csv")[0] == 400, log.read_text()
        yield url


def test_an_answer_has_the_type_that_was_asked_for(
    serving: str, repository: SeedRepository
) -> None:
    # Model Monitor captures what has no known type as Base64 and then compares nothing.
    body = (repository.root / "request.csv").read_bytes()
    status, kind, text = invoke(serving, body, "text/csv", "text/csv")
    assert (status, kind.partition(";")[0], len(text.split())) == (200, "text/csv", 2)
    body = (repository.root / "request.json").read_bytes()
    status, kind, text = invoke(serving, body, "application/json", "application/json")
    assert (status, kind) == (200, "application/json")
    assert len(json.loads(text)["predictions"]) == 2


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [(b"M,0.5", "text/csv", "needed"), (b"<a/>", "application/xml", "is not known")],
)
def test_a_client_s_mistake_is_the_client_s(
    serving: str, body: bytes, kind: str, words: str
) -> None:
    status, _, text = invoke(serving, body, kind, "text/csv")
    assert status == 400
    assert words in text


def test_a_model_that_fails_is_the_model_s(
    stack: Path,
    model: Path,
    registered: dict[str, str],
    repository: SeedRepository,
    tmp_path: Path,
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(model, broken)
    code = broken / "code" / "models.py"
    code.write_text(code.read_text().replace("found = self.scores(rows)", "found = None"))
    body = (repository.root / "request.csv").read_bytes()
    with container(stack, broken, registered, tmp_path) as (url, _):
        assert invoke(url, body, "text/csv", "text/csv")[0] == 500


def test_the_fault_that_a_rehearsal_plants_is_a_failure_of_the_model(
    stack: Path,
    model: Path,
    registered: dict[str, str],
    repository: SeedRepository,
    tmp_path: Path,
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(model, broken)
    code = broken / "code" / "inference.py"
    code.write_text(code.read_text() + FAULT)
    body = (repository.root / "request.csv").read_bytes()
    kinds = ("text/csv", f"text/csv{PARAMETER}")
    for served in (container(stack, broken, registered, tmp_path), emulated(repository, broken)):
        with served as (url, _):
            assert [invoke(url, body, kind, "text/csv")[0] for kind in kinds] == [200, 500]


def test_without_its_variables_the_server_would_ask_an_index(
    stack: Path, model: Path, registered: dict[str, str], tmp_path: Path
) -> None:
    # The control of this file: the stack does what no isolated container can.
    bare = {name: value for name, value in registered.items() if not name.startswith("PIP_")}
    with container(stack, model, bare, tmp_path) as (_, log):
        assert "InstallModuleError" in log.read_text()
