"""Containers in network isolation: nothing but loopback is there.

SageMaker API Reference, EnableNetworkIsolation: no inbound or outbound network calls can be made to
or from the container. Where this machine makes network namespaces, a container gets an empty one;
elsewhere Python's sockets refuse every address but loopback, and other programs are not held.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from ministack_aws.engine.types import Request

NAMESPACE: Final = (shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--net")
LOOPBACK: Final = Path(__file__).with_name("loopback.py")
PORT: Final = 8080
"""Where a container serves (SageMaker Developer Guide, "Custom inference code")."""
REFUSING: Final = Path(__file__).with_name("refusing_sockets")
"""A folder with a `sitecustomize`, which Python imports before any program (docs.python.org,
`site`)."""


def is_isolated(request: Request) -> bool:
    """Whether a job or a model is to have no network, by the request or the properties."""
    wanted = request.get("NetworkConfig", request).get("EnableNetworkIsolation", False)
    return str(wanted).lower() == "true"


@cache
def has_namespaces() -> bool:
    """Whether this machine lets a program have a network of its own."""
    try:
        command = [*NAMESPACE, sys.executable, str(LOOPBACK), "true"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def isolated(
    command: Sequence[str], environment: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """The command and the variables of a container that has no network."""
    if has_namespaces():
        return [*NAMESPACE, sys.executable, str(LOOPBACK), *command], dict(environment)
    path = os.pathsep.join(filter(None, (str(REFUSING), environment.get("PYTHONPATH", ""))))
    return [*command], {**environment, "PYTHONPATH": path}


def served(
    command_at: Callable[[int], Sequence[str]], environment: Mapping[str, str], **options: Any
) -> "tuple[subprocess.Popen[bytes], int]":
    """Start a container that has no network, and is reached at a port of this machine.

    Args:
        command_at: what serves at a port.
        options: further ones of `subprocess.Popen`.

    Returns:
        the process, and the port.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
        if has_namespaces():
            reached = ("--reached-by", str(listener.fileno()), str(PORT))
            command = [*NAMESPACE, sys.executable, str(LOOPBACK), *reached, *command_at(PORT)]
            inherited = (listener.fileno(),)
            return subprocess.Popen(
                command, env=dict(environment), pass_fds=inherited, **options
            ), port
    command, own = isolated(command_at(port), environment)
    return subprocess.Popen(command, env=own, **options), port
