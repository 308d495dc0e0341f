"""The servers of AWS's images for tabular models, and the emulator's, with a model of a seed.

The server is sagemaker-containers from PyPI, as the images pin it; it installs the serving code at
its start and has no index to ask, as a container in network isolation.
"""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from seed_repositories import SeedRepository

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.seed_environments import environment

STACKS = REPOSITORY_ROOT / "rehearsal" / "serving_stacks"
EMULATED = REPOSITORY_ROOT / "rehearsal" / "ministack_aws" / "sagemaker" / "model_server.py"
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


def trained(repository: SeedRepository, stack: Path) -> Path:
    """The folder that SageMaker unpacks the registered archive to."""
    paths = os.pathsep.join(("source_scripts", "tests"))
    folder = repository.root / "trained"
    of_image = str(environment(stack))
    done = repository.run("-c", TRAIN, str(folder), of_image, environment={"PYTHONPATH": paths})
    assert done.returncode == 0, done.stderr
    return folder / "train" / "opt" / "ml" / "model"


def environment_of_versions(repository: SeedRepository) -> dict[str, str]:
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
