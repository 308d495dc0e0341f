"""The processes that serve models on this machine, one for each model that was invoked."""

import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from ministack_aws.archives import unpack
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import isolation, serving_images


@dataclass(frozen=True)
class Server:
    """The process of a model, its port, and the folder that goes with it."""

    process: "subprocess.Popen[bytes]"
    port: int
    folder: "tempfile.TemporaryDirectory[str]"


class ContainerError(ServiceError):
    """A model's container has answered with an error.

    Attributes:
        status: 4xx is the client's, 5xx the model's.
    """

    def __init__(self, status: int, message: str) -> None:
        whose = "client" if status < 500 else "server"
        text = f'Received {whose} error ({status}) from primary with message "{message}"'
        super().__init__("ModelError", text)
        self.status = status


SERVERS: Final[dict[str, Server]] = {}
"""By the ARN of the model."""
START_SECONDS: Final = 240
ANSWER_SECONDS: Final = 60
"""What a container has for one answer (SageMaker API Reference, InvokeEndpoint)."""
STARTING: Final = threading.Lock()
"""Two requests at a time start one process."""


def port_of(
    model_arn: str,
    container: Mapping[str, Any],
    archive: Callable[[], bytes],
    *,
    isolated: bool = False,
) -> int:
    """The port of a model's process, which is started at the first request.

    Args:
        container: its image and variables.
        archive: a function that gives the content of the model's archive.
        isolated: the container has no network.
    """
    with STARTING:
        return _port_of(model_arn, container, archive, isolated)


def _port_of(
    model_arn: str, container: Mapping[str, Any], archive: Callable[[], bytes], isolated: bool
) -> int:
    if model_arn in SERVERS and SERVERS[model_arn].process.poll() is None:
        return SERVERS[model_arn].port
    folder = tempfile.TemporaryDirectory(prefix="endpoint-")
    root = Path(folder.name)
    unpack(archive(), root / "model")
    process, port = _started(container, root, isolated)
    SERVERS[model_arn] = Server(process, port, folder)
    _wait(process, port)
    return port


def _started(
    container: Mapping[str, Any], root: Path, isolated: bool
) -> "tuple[subprocess.Popen[bytes], int]":
    image, variables = container.get("Image", ""), container.get("Environment", {})
    environment = serving_images.environment(image, variables, root)
    command = partial(serving_images.command, image, variables, root)
    output: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": sys.stderr}
    if isolated:
        return isolation.served(command, environment, **output)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    return subprocess.Popen(command(port), env=environment, **output), port


def stop(model_arn: str) -> None:
    """End the process of a model, if there is one."""
    server = SERVERS.pop(model_arn, None)
    if server:
        server.process.terminate()
        server.process.wait(timeout=10)
        server.folder.cleanup()


def stop_all() -> None:
    """End the process of every model."""
    for model_arn in list(SERVERS):
        stop(model_arn)


def invoke(port: int, headers: Mapping[str, str], body: bytes) -> tuple[bytes, str]:
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
        raise ContainerError(error.code, error.read().decode(errors="replace")) from error


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise ServiceError("ModelError", "The model's container did not pass the ping health check")
