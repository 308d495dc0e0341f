"""The processes that serve models on this machine, one for each model that was asked."""

import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import containers, transfers

SERVERS = {}
"""The process of each model by ARN: the port, and the folder that goes with it."""
START_SECONDS = 240
ANSWER_SECONDS = 60
"""What a container has for one answer (SageMaker API Reference, InvokeEndpoint)."""
STARTING = threading.Lock()
"""Two requests at a time start one process."""


def port_of(model_arn, archive):
    """The port of a model's process, which is started at the first request.

    Args:
        archive: a function that gives the content of the model's archive.
    """
    with STARTING:
        return _port_of(model_arn, archive)


def _port_of(model_arn, archive):
    if model_arn in SERVERS and SERVERS[model_arn]["process"].poll() is None:
        return SERVERS[model_arn]["port"]
    folder = tempfile.TemporaryDirectory(prefix="endpoint-")
    root = Path(folder.name)
    transfers.unpack(archive(), root / "model")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(__file__).with_name("model_server.py")
    process = subprocess.Popen(
        [containers.python(), str(program), str(root / "model"), str(port)],
        env=containers.environment(root),
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
    )
    SERVERS[model_arn] = {"process": process, "port": port, "folder": folder}
    _wait(process, port)
    return port


def stop(model_arn):
    """End the process of a model, if there is one."""
    server = SERVERS.pop(model_arn, None)
    if server:
        server["process"].terminate()
        server["process"].wait(timeout=10)
        server["folder"].cleanup()


def stop_all():
    """End the process of every model."""
    for model_arn in list(SERVERS):
        stop(model_arn)


def ask(port, headers, body):
    """The answer of a model's process and its content type."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations",
        data=body,
        headers={
            "Content-Type": headers.get("content-type", "text/csv"),
            "Accept": headers.get("accept", "application/json"),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        raise ServiceError(
            "ModelError",
            f"Received server error ({error.code}) from primary with message "
            f'"{error.read().decode(errors="replace")}"',
        ) from error


def _wait(process, port):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise ServiceError("ModelError", "The model's container did not pass the ping health check")
