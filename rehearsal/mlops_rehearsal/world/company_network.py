"""A company's proxy and its mirrors of packages, on this machine.

The proxy lets connections through to the mirrors alone, or anywhere where the company has none, and
writes down where each was to go. The mirrors offer what the registries of this machine have.
"""

import contextlib
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
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from mlops_commons.builds import (
    BY_PROXY,
    CERTIFICATES,
    IMAGE_BUNDLE,
    INDEX,
    NO_BUILDS,
    NOT_BY_PROXY,
    REGISTRY,
    TRUSTED,
    Builds,
    port_of,
)
from mlops_commons.utilities.words import counted

MACHINE: Final = "127.0.0.1"
FILES: Final = "/-files-/"
"""Where the mirror of Python packages has the files that its pages link to."""
LINK: Final = re.compile(r'href="([^"]+)"')
TARBALL: Final = re.compile(r'"tarball": ?"([^"]+)"')
SECONDS: Final = 120
REACHED_BY: Final = frozenset((*BY_PROXY, *INDEX, *REGISTRY, CERTIFICATES))
"""Variables of a build for which packages come through the company's network."""
CERTIFICATE, KEY, BUNDLE = "company.pem", "company.key", "trusted.pem"
Certify = Callable[..., None]
"""Writes a certificate and its key, two paths, for the names of hosts."""
Content = tuple[str, bytes]
"""Of an answer: its type and its body."""


@dataclass
class CompanyNetwork:
    """What builds find of it.

    Attributes:
        indexes: the mirrors of Python packages, as the configuration names them.
        registry: the mirror of npm; empty for none.
        authorities: PEM of the mirrors' and of the emulator's.
        bundle: a file with what builds trust: the authorities, and those of this machine.
        proxy: its URL on this machine.
        asked: how often the proxy was to connect to each host and port.
        served: host and path of each answer of a mirror.
    """

    indexes: tuple[str, ...]
    registry: str
    authorities: str
    bundle: Path
    proxy: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    served: list[tuple[str, str]] = field(default_factory=list)

    @property
    def urls(self) -> tuple[str, ...]:
        """Of the mirrors that there are."""
        return tuple(filter(None, (*self.indexes, self.registry)))

    @property
    def mirrors(self) -> frozenset[str]:
        """Hosts with ports, as a client that connects by a proxy names them."""
        return frozenset(f"{_host(url)}:{port_of(url)}" for url in self.urls)

    def variables(self, configured: Mapping[str, str]) -> dict[str, str]:
        """The variables of a build, with the company's addresses as they are on this machine.

        A company without a proxy, or one whose mirrors need none, has one here: no name of its
        network is known to this machine.
        """
        if not REACHED_BY.intersection(configured):
            return dict(configured)
        found = {
            **configured,
            **self._trust(configured),
            **dict.fromkeys(BY_PROXY, self.proxy),
        }
        for name in NOT_BY_PROXY:
            entries = configured.get(name, MACHINE).split(",")
            found[name] = ",".join(entry for entry in entries if not self._has_mirror(entry))
        return found

    def rows(self) -> tuple[Mapping[str, str], ...]:
        """What builds have wanted of the network."""
        return tuple(
            {"host": host, "connections": str(times), "answer": self._answer(host)}
            for host, times in sorted(self.asked.items())
        )

    def _answer(self, host: str) -> str:
        if host in self.mirrors:
            name = host.removesuffix(":443")
            return counted(sum(served == name for served, _ in self.served), "answer")
        return "refused" if self.urls else "let through"

    def _has_mirror(self, entry: str) -> bool:
        """Whether an entry of `NO_PROXY` is the host of a mirror, or a domain of it."""
        name = entry.lstrip(".")
        return any(f".{_host(url)}".endswith(f".{name}") for url in self.urls)

    def _trust(self, configured: Mapping[str, str]) -> dict[str, str]:
        """What a build writes to the bundle itself where it is given certificates."""
        given = configured.get(CERTIFICATES)
        own = {CERTIFICATES: f"{given.rstrip()}\n{self.authorities}"} if given else {}
        return {**own, **dict.fromkeys(TRUSTED, str(self.bundle))}


@contextlib.contextmanager
def company_network(
    builds: Builds,
    folder: Path,
    certify: Certify,
    emulator: str = "",
    indexes: Iterable[str] = (),
) -> Iterator[CompanyNetwork | None]:
    """Proxy and mirrors until the end of the block; none where nothing is said of them.

    Args:
        builds: of the organization.
        indexes: mirrors of Python packages that sets have for their projects.
        folder: takes the certificate and what builds trust; is made.
        emulator: PEM of the emulator's authority.
    """
    found = tuple(dict.fromkeys(filter(None, (builds.pip_index_url, *indexes))))
    if builds == NO_BUILDS and not found:
        yield None
        return
    folder.mkdir(parents=True, exist_ok=True)
    hosts = sorted({_host(url) for url in (*found, builds.npm_registry) if url})
    certify(folder / CERTIFICATE, folder / KEY, *hosts)
    authorities = (folder / CERTIFICATE).read_text(encoding="utf-8") + emulator
    image = Path(IMAGE_BUNDLE)
    public = image.read_text(encoding="utf-8") if image.is_file() else ""
    (folder / BUNDLE).write_text(public + authorities, encoding="utf-8")
    network = CompanyNetwork(found, builds.npm_registry, authorities, folder / BUNDLE)
    with _mirror(network, folder) as mirror:
        proxy = _Proxy((MACHINE, 0), _tunnel(network, mirror))
        with _served(proxy) as port:
            network.proxy = f"http://{MACHINE}:{port}"
            yield network


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


class _Mirror(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that hangs up has what it wants."""


@contextlib.contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[int]:
    """A server in a thread of its own; its port."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def _mirror(network: CompanyNetwork, folder: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    server = _Mirror((MACHINE, 0), _pages(network))
    # The thread of each connection shakes hands, so that a slow one holds up nobody.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    with _served(server) as port:
        yield port


def _tunnel(network: CompanyNetwork, mirror: int) -> type[socketserver.BaseRequestHandler]:
    class Tunnel(socketserver.StreamRequestHandler):
        """Answers CONNECT."""

        def handle(self) -> None:
            method, _, rest = self.rfile.readline().decode(errors="replace").partition(" ")
            target = rest.partition(" ")[0]
            while self.rfile.readline().strip():
                pass
            network.asked[target] += 1
            place = _place(network, target, mirror) if method == "CONNECT" else None
            if place is None:
                self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with socket.create_connection(place) as there:
                join(self.request, there)

    return Tunnel


def _place(network: CompanyNetwork, target: str, mirror: int) -> tuple[str, int] | None:
    """Where a connection leads; nowhere where the proxy refuses it."""
    if target in network.mirrors:
        return MACHINE, mirror
    host, _, port = target.rpartition(":")
    return None if network.urls or not port.isdecimal() else (host, int(port))


def join(one: socket.socket, other: socket.socket) -> None:
    """Let two connections be one, until both have ended."""
    back = threading.Thread(target=_copy, args=(other, one), daemon=True)
    back.start()
    _copy(one, other)
    back.join(SECONDS)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side has hung up
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _pages(network: CompanyNetwork) -> type[BaseHTTPRequestHandler]:
    files: dict[str, str] = {}
    areas: tuple[tuple[str, Callable[[str], Content]], ...] = (
        (FILES, lambda name: _file(name, files)),
        *((_path(index), lambda name: _page(name, files)) for index in network.indexes),
        (_path(network.registry), lambda name: _package(name, network.registry)),
    )

    class Pages(BaseHTTPRequestHandler):
        """PyPI's "Simple Repository API" with the files of its links, and npm's registry."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            try:
                kind, content = self._content(path)
            except (OSError, KeyError) as error:
                self.send_error(404, explain=str(error))
                return
            network.served.append((self.headers["Host"], path))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_HEAD = do_GET

        def _content(self, path: str) -> Content:
            for below, found in areas:
                if below and path.startswith(below):
                    return found(path.removeprefix(below))
            raise KeyError(path)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing: what was served is written down."""

    return Pages


def _path(url: str) -> str:
    return f"{urlsplit(url).path.rstrip('/')}/" if url else ""


def _file(name: str, files: Mapping[str, str]) -> Content:
    metadata = ".metadata" if name.endswith(".metadata") else ""
    return _fetched(files[name.removesuffix(metadata)] + metadata)


def _page(name: str, files: dict[str, str]) -> Content:
    url = f"{_index()}/{name.strip('/')}/"
    kind, content = _fetched(url)

    def own(found: re.Match[str]) -> str:
        plain, _, fragment = urljoin(url, html.unescape(found[1])).partition("#")
        file = plain.rpartition("/")[2]
        files[file] = plain
        return f'href="{FILES}{file}#{fragment}"'

    return kind, LINK.sub(own, content.decode()).encode()


def _package(name: str, registry: str) -> Content:
    kind, content = _fetched(f"{_registry()}/{name}")
    if name.endswith(".tgz"):
        return kind, content

    def own(found: re.Match[str]) -> str:
        package, _, file = urlsplit(found[1]).path.partition("/-/")
        return f'"tarball":"{registry.rstrip("/")}/{package.rpartition("/")[2]}/-/{file}"'

    return kind, TARBALL.sub(own, content.decode()).encode()


def _fetched(url: str) -> Content:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return str(answer.headers["Content-Type"]), answer.read()


@cache
def _index() -> str:
    """Where pip of this machine installs from; its own default where nothing is set."""
    found = _printed(sys.executable, "-m", "pip", "config", "get", "global.index-url")
    default = importlib.import_module("pip._internal.models.index").PyPI.simple_url
    return (found or str(default)).rstrip("/")


@cache
def _registry() -> str:
    """Where npm of this machine installs from."""
    npm = shutil.which("npm", path=str(Path(sys.executable).parent)) or shutil.which("npm")
    return _printed(npm or "npm", "config", "get", "registry").rstrip("/")


def _printed(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()
