"""Containers in network isolation: nothing but loopback is there.

SageMaker API Reference, EnableNetworkIsolation: no inbound or outbound network calls can be made to
or from the container. Where this machine makes network namespaces, a container gets an empty one;
elsewhere Python's sockets refuse every address but loopback, and other programs are not held.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from ministack_aws.engine.types import Request

NAMESPACE: Final = (shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--net")
LOOPBACK: Final = Path(__file__).with_name("loopback.py")
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
