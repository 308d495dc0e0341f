"""Programs in a network namespace with nothing in it but one port, which leads to a proxy."""

import shutil
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from mlops_rehearsal.world.company_network import join

PORT: Final = 3128
PROXY: Final = f"http://127.0.0.1:{PORT}"
"""The proxy, as it is seen from inside."""
RELAY: Final = """
import socket, socketserver, sys, threading

class ToProxy(socketserver.BaseRequestHandler):
    def handle(self):
        with socket.socket(socket.AF_UNIX) as proxy:
            proxy.connect(sys.argv[1])
            threading.Thread(target=copy, args=(proxy, self.request), daemon=True).start()
            copy(self.request, proxy)

def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 128

server = Server(("127.0.0.1", int(sys.argv[2])), ToProxy)
print("ready", flush=True)
server.serve_forever()
"""
INSIDE: Final = """
ip link set lo up
coproc "$1" -c "$2" "$3" "$4"
relay=$!
read -r _ <&"${COPROC[0]}"
/bin/sh "$5"
code=$?
kill "$relay"
exit "$code"
"""
UNSHARE: Final = shutil.which("unshare") or "unshare"


def can_be_alone() -> bool:
    """Whether this machine makes network namespaces."""
    if not all(map(shutil.which, ("unshare", "ip", "npm"))):
        return False
    return (
        subprocess.run([UNSHARE, "-rn", "true"], capture_output=True, check=False).returncode == 0
    )


@dataclass(frozen=True)
class Alone:
    """A place without network, but for a proxy.

    Attributes:
        folder: with the socket by which the place reaches the proxy.
    """

    folder: Path

    @property
    def socket(self) -> Path:
        """By which the namespace reaches the proxy."""
        return self.folder / "proxy"

    def run(self, script: str, cwd: Path, environment: Mapping[str, str]) -> tuple[int, str]:
        """Run a program of the shell; its exit code and output."""
        file = self.folder / "script.sh"
        file.write_text(script)
        arguments = (sys.executable, RELAY, str(self.socket), str(PORT), str(file))
        ended = subprocess.run(
            [UNSHARE, "-rn", "bash", "-c", INSIDE, "bash", *arguments],
            cwd=cwd,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def alone_with(proxy: str, folder: Path) -> Iterator[Alone]:
    """A place that reaches the proxy of this URL, until the end of the block."""
    where = urlsplit(proxy)

    class ToProxy(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((where.hostname, where.port)) as there:
                join(self.request, there)

    place = Alone(folder)
    with _Server(str(place.socket), ToProxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield place
        server.shutdown()
