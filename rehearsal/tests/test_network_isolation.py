"""A container in network isolation reaches itself and nothing else; another reaches its network.

Both ways to isolate are asked: a network namespace, and sockets that refuse.
"""

import io
import socket
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, OF_JOBS, Accounts, seed
from pipeline_runs import pipeline_steps

from ministack_aws.sagemaker import containers, isolation, model_servers, models

pytestmark = pytest.mark.app

CALLS = """
import socket, sys
with socket.create_server(("127.0.0.1", 0)) as own:
    with socket.create_connection(own.getsockname(), timeout=5):
        print("reached itself")
host, port = sys.argv[1:]
with socket.create_connection((host, int(port)), timeout=5):
    print("reached", host)
"""
RESOLVES = """
import socket
socket.getaddrinfo("pypi.org", 443)
"""
LEAVES_A_MESSAGE = """
import pathlib, sys
program = sys.argv.pop(1)
try:
    exec(program)
except OSError as error:
    pathlib.Path("/opt/ml/output").mkdir(exist_ok=True)
    pathlib.Path("/opt/ml/output/message").write_text(str(error))
    raise
"""
CODE = "/opt/ml/processing/input/code"
IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/jobs:1"


def own_address() -> str:
    """An address of this machine that is not loopback; empty where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            any_socket.connect(("192.0.2.1", 9))  # TEST-NET-1; nothing is sent
        except OSError:
            return ""
        return str(any_socket.getsockname()[0])


ADDRESS = own_address()
needs_a_network = pytest.mark.skipif(
    not ADDRESS, reason="this machine has no network to be cut off"
)


@pytest.fixture
def listening() -> Iterator[tuple[str, int]]:
    """An address of this machine, where somebody takes every call."""
    with socket.create_server(("", 0)) as server:

        def take() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield ADDRESS, server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(params=["namespace", "sockets"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How containers are isolated."""
    if request.param == "sockets":
        monkeypatch.setattr(isolation, "has_namespaces", lambda: False)
    elif not isolation.has_namespaces():
        pytest.skip("this machine makes no network namespaces")
    monkeypatch.setenv("MINISTACK_SAGEMAKER_PYTHON", sys.executable)
    return str(request.param)


def run(program: str, root: Path, *arguments: object, isolated: bool) -> str:
    (root / "job.py").write_text(program)
    command = ("python3", str(root / "job.py"))
    return containers.run(command, arguments, root, {}, isolated=isolated)


@needs_a_network
@pytest.mark.usefixtures("way")
def test_it_reaches_itself_and_nobody_else(tmp_path: Path, listening: tuple[str, int]) -> None:
    said = run(CALLS, tmp_path, *listening, isolated=False)
    assert said == f"reached itself\nreached {ADDRESS}\n"
    with pytest.raises(containers.JobFailed) as failed:
        run(CALLS, tmp_path, *listening, isolated=True)
    assert failed.value.log.startswith("reached itself\n")
    assert "Network is unreachable" in failed.value.log


@pytest.mark.usefixtures("way")
def test_no_name_is_resolved(tmp_path: Path) -> None:
    with pytest.raises(containers.JobFailed) as failed:
        run(RESOLVES, tmp_path, isolated=True)
    assert "Temporary failure in name resolution" in failed.value.log


@pytest.mark.usefixtures("way")
def test_a_program_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(containers.JobFailed, match=r"exec /opt/ml/gone failed: No such file"):
        containers.run(("/opt/ml/gone",), (), tmp_path, {}, isolated=True)


def processed(
    accounts: Accounts, name: str, network: dict[str, Any], *arguments: object
) -> dict[str, Any]:
    """The step of a processing job with this program, which leaves its reason."""
    seed(accounts, f"code-of-{name}", {})
    actions = ["sagemaker:CreateProcessingJob", "iam:PassRole", "s3:*", "ecr:*", *OF_JOBS]
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    role = accounts.role(name, "sagemaker.amazonaws.com", allowed)
    code = {"S3Uri": f"s3://code-of-{name}/", "LocalPath": CODE, "S3DataType": "S3Prefix"}
    job = {
        "RoleArn": role,
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": [sys.executable, "-c", LEAVES_A_MESSAGE, CALLS],
            "ContainerArguments": [str(argument) for argument in arguments],
        },
        "ProcessingInputs": [{"InputName": "code", "S3Input": code}],
        "NetworkConfig": network,
    }
    step = {"Name": "Job", "Type": "Processing", "Arguments": job}
    (done,) = pipeline_steps(accounts, name, role, step)
    return done


@needs_a_network
@pytest.mark.parametrize(
    ("isolated", "status", "reason"),
    [(False, "Succeeded", ""), (True, "Failed", "Network is unreachable")],
)
def test_a_job_of_a_pipeline_is_isolated_where_it_says_so(
    isolated: bool, status: str, reason: str, accounts: Accounts, listening: tuple[str, int]
) -> None:
    network = {"EnableNetworkIsolation": isolated}
    step = processed(accounts, f"isolated-{str(isolated).lower()}", network, *listening)
    assert step["StepStatus"] == status, step.get("FailureReason")
    assert reason in step.get("FailureReason", "")


SERVES = """
import socket

def model_fn(folder):
    return None

def input_fn(body, kind):
    return body.decode()

def predict_fn(place, model):
    host, port = place.split()
    with socket.create_connection((host, int(port)), timeout=5):
        return "reached " + host

def output_fn(said, accept):
    return said, "text/plain"
"""


def archive() -> bytes:
    """Of a model that calls whom it is asked to."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        entry = tarfile.TarInfo("code/inference.py")
        entry.size = len(SERVES)
        tar.addfile(entry, io.BytesIO(SERVES.encode()))
    return made.getvalue()


@pytest.fixture
def asked(request: pytest.FixtureRequest, way: str) -> Iterator[Callable[[bool, str], str]]:
    """What a model answers, with and without network isolation, when it shall call a place."""
    models = {isolated: f"{request.node.name}-{isolated}" for isolated in (True, False)}

    def ask(isolated: bool, place: str) -> str:
        port = model_servers.port_of(models[isolated], {}, archive, isolated=isolated)
        headers = {"content-type": "text/plain"}
        return model_servers.invoke(port, headers, place.encode())[0].decode()

    yield ask
    for model in models.values():
        model_servers.stop(model)


@needs_a_network
def test_a_model_is_reached_and_reaches_nobody_where_it_says_so(
    asked: Callable[[bool, str], str], listening: tuple[str, int]
) -> None:
    place = "{} {}".format(*listening)
    assert asked(False, place) == f"reached {ADDRESS}"
    for _ in range(2):
        with pytest.raises(model_servers.ContainerError, match="Network is unreachable"):
            asked(True, place)


def test_what_passes_calls_to_a_model_ends_with_it(
    asked: Callable[[bool, str], str], request: pytest.FixtureRequest
) -> None:
    with pytest.raises(model_servers.ContainerError):
        asked(True, "127.0.0.1 1")
    server = model_servers.SERVERS[f"{request.node.name}-True"]
    model_servers.stop(f"{request.node.name}-True")
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.2)
    pytest.fail(f"somebody still listens at {server.port}")


def test_the_model_of_an_endpoint_says_whether_it_is_isolated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(model_servers, "port_of", lambda *_, **named: seen.update(named) or 1)
    for said, wanted in ((True, True), ("true", True), (False, False), (None, False)):
        given = {} if said is None else {"EnableNetworkIsolation": said}
        models.port_of("arn", {"PrimaryContainer": {}, **given})
        assert seen == {"isolated": wanted}
