"""A company's network on loopback: package mirrors under its own authority, behind its proxy.

Programs run in a network namespace with nothing in it but one port, which leads to the proxy; the
proxy lets through to the mirrors alone, and writes down what it was asked for. What the mirrors
offer they fetch from the registries of this machine.
"""

import html
import importlib
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

HOST: Final = "packages.corp.example"
"""Of the mirrors: a name that only the proxy knows."""
INDEX: Final = f"https://{HOST}/pypi/simple"
REGISTRY: Final = f"https://{HOST}/npm/"
PORT: Final = 3128
PROXY: Final = f"http://127.0.0.1:{PORT}"
LINK: Final = re.compile(r'href="([^"]+)"')
TARBALL: Final = re.compile(r'"tarball": ?"([^"]+)"')
SECONDS: Final = 120
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


UNSHARE, OPENSSL, NPM = (shutil.which(name) or name for name in ("unshare", "openssl", "npm"))


def can_be_alone() -> bool:
    """Whether this machine makes network namespaces and certificates."""
    if not all(map(shutil.which, ("unshare", "ip", "openssl", "npm"))):
        return False
    return (
        subprocess.run([UNSHARE, "-rn", "true"], capture_output=True, check=False).returncode == 0
    )


@dataclass
class Network:
    """What is there.

    Attributes:
        authority: the certificate that has signed the mirrors'.
        asked: how often the proxy was asked for each host and port.
        served: the paths that the mirrors have answered.
    """

    folder: Path
    authority: str = ""
    asked: dict[str, int] = field(default_factory=dict)
    served: list[str] = field(default_factory=list)
    mirror: tuple[str, int] = ("", 0)

    @property
    def socket(self) -> Path:
        """By which the namespace reaches the proxy."""
        return self.folder / "proxy"

    def run(self, script: str, cwd: Path, environment: Mapping[str, str]) -> tuple[int, str]:
        """Run a program of the shell where nothing but the proxy is; its exit code and output."""
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


@contextmanager
def company_network(folder: Path) -> Iterator[Network]:
    """Proxy and mirrors, until the end of the block."""
    network = Network(folder)
    context = _certificates(network)
    mirrors = _Mirrors(("127.0.0.1", 0), _mirrors_of(network))
    # The thread of each connection shakes hands, so that a slow one holds up nobody.
    mirrors.socket = context.wrap_socket(
        mirrors.socket, server_side=True, do_handshake_on_connect=False
    )
    network.mirror = ("127.0.0.1", mirrors.server_port)
    proxy = _Proxy(str(network.socket), _proxy_of(network))
    for server in (mirrors, proxy):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield network
    finally:
        for server in (mirrors, proxy):
            server.shutdown()
            server.server_close()


class _Proxy(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


class _Mirrors(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that hangs up has what it wants."""


def _proxy_of(network: Network) -> type[socketserver.BaseRequestHandler]:
    class Tunnel(socketserver.StreamRequestHandler):
        """Answers CONNECT, for the mirrors alone."""

        def handle(self) -> None:
            method, _, rest = self.rfile.readline().decode().partition(" ")
            target = rest.partition(" ")[0]
            while self.rfile.readline().strip():
                pass
            network.asked[target] = network.asked.get(target, 0) + 1
            if (method, target) != ("CONNECT", f"{HOST}:443"):
                self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with socket.create_connection(network.mirror) as mirror:
                back = threading.Thread(target=_copy, args=(mirror, self.request), daemon=True)
                back.start()
                _copy(self.request, mirror)
                back.join(SECONDS)

    return Tunnel


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other side has hung up


def _mirrors_of(network: Network) -> type[BaseHTTPRequestHandler]:
    index, registry = _registries()
    files: dict[str, str] = {}

    class Mirrors(BaseHTTPRequestHandler):
        """`/pypi/simple/NAME/`, `/pypi/files/FILE`, `/npm/NAME` and `/npm/NAME/-/FILE`."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                kind, content = self._content(urlsplit(self.path).path)
            except OSError as error:
                self.send_error(502, explain=str(error))
                return
            network.served.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_HEAD = do_GET

        def _content(self, path: str) -> tuple[str, bytes]:
            area, _, name = path.removeprefix("/").partition("/")
            if area == "npm":
                return _fetched(registry + name, _own_tarballs)
            if name.startswith("files/"):
                file = name.removeprefix("files/")
                metadata = ".metadata" if file.endswith(".metadata") else ""
                return _fetched(files[file.removesuffix(metadata)] + metadata)
            url = f"{index}/{name.removeprefix('simple/').strip('/')}/"
            return _fetched(url, lambda text: _own_links(text, url, files))

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing: what was served is written down."""

    return Mirrors


def _fetched(url: str, changed: Any = None) -> tuple[str, bytes]:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        kind, content = str(answer.headers["Content-Type"]), answer.read()
    if changed and not url.endswith(".tgz"):
        content = changed(content.decode()).encode()
    return kind, content


def _own_links(text: str, url: str, files: dict[str, str]) -> str:
    def own(found: re.Match[str]) -> str:
        link = urljoin(url, html.unescape(found[1]))
        plain, _, fragment = link.partition("#")
        name = plain.rpartition("/")[2]
        files[name] = plain
        return f'href="/pypi/files/{name}#{fragment}"'

    return LINK.sub(own, text)


def _own_tarballs(text: str) -> str:
    def own(found: re.Match[str]) -> str:
        name, _, file = urlsplit(found[1]).path.partition("/-/")
        return f'"tarball":"{REGISTRY}{name.rpartition("/")[2]}/-/{file}"'

    return TARBALL.sub(own, text)


def _registries() -> tuple[str, str]:
    """Where this machine installs from."""
    pip = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    found = subprocess.run(pip, capture_output=True, text=True, check=False).stdout.strip()
    npm = subprocess.run(
        [NPM, "config", "get", "registry"], capture_output=True, text=True, check=True
    )
    # Without a setting, the one that pip itself installs from.
    default = importlib.import_module("pip._internal.models.index").PyPI.simple_url
    return (found or str(default)).rstrip("/"), f"{npm.stdout.strip().rstrip('/')}/"


def _certificates(network: Network) -> ssl.SSLContext:
    folder = network.folder
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    (folder / "names").write_text(f"subjectAltName=DNS:{HOST}\n")
    for arguments in (
        ("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Corp Root"),
        ("req", *new_key, "-keyout", "own.key", "-out", "own.csr", "-subj", f"/CN={HOST}"),
        (
            *("x509", "-req", "-in", "own.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
            *("-CAcreateserial", "-extfile", "names", "-out", "own.pem"),
        ),
    ):
        subprocess.run([OPENSSL, *arguments], cwd=folder, check=True, capture_output=True)
    network.authority = (folder / "ca.pem").read_text()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem", folder / "own.key")
    return context
