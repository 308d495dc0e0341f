"""A company's proxy and its mirror of Python packages, on this machine.

The proxy lets connections through to the mirror alone, or anywhere where the company has no mirror,
and writes down where each was to go. What the mirror offers, it fetches from the index that this
machine installs from. Mirrors of npm have no part here: what a build installs of node is in the
environment of the rehearsal.
"""

import contextlib
import html
import importlib
import re
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from mlops_commons.builds import (
    BY_PROXY,
    CERTIFICATES,
    IMAGE_BUNDLE,
    NO_BUILDS,
    NOT_BY_PROXY,
    TRUSTED,
    Builds,
    port_of,
)
from mlops_commons.utilities.words import counted

MACHINE: Final = "127.0.0.1"
FILES: Final = "/-files-/"
"""Where the mirror has the files that its pages link to."""
LINK: Final = re.compile(r'href="([^"]+)"')
SECONDS: Final = 120
CERTIFICATE, KEY, BUNDLE = "company.pem", "company.key", "trusted.pem"
Certify = Callable[[Path, Path, str], None]
"""Writes a certificate and its key for the name of a host."""


@dataclass
class CompanyNetwork:
    """What builds find of it.

    Attributes:
        index: the mirror, as the configuration names it; none where there is none.
        proxy: its URL on this machine.
        authorities: PEM of the mirror's and of the emulator's.
        bundle: a file with them and with what this machine trusts.
        asked: how often the proxy was to connect to each host and port.
        served: the names of the files that the mirror has given away.
    """

    index: SplitResult | None
    authorities: str
    bundle: Path
    proxy: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    served: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Of the mirror; empty where there is none."""
        return (self.index.hostname or "") if self.index else ""

    @property
    def mirror(self) -> str:
        """Host and port, as a client that connects by a proxy names them."""
        return f"{self.host}:{port_of(self.index.geturl())}" if self.index else ""

    def variables(self, configured: Mapping[str, str]) -> dict[str, str]:
        """The variables of a build, with the company's addresses as they are on this machine.

        A company without a proxy, or one whose mirror needs none, has one here: no name of its
        network is known to this machine.
        """
        found = {**configured, **self._trust(configured)}
        if self.index or BY_PROXY[0] in configured:
            found |= dict.fromkeys(BY_PROXY, self.proxy)
            for name in NOT_BY_PROXY:
                entries = configured.get(name, MACHINE).split(",")
                found[name] = ",".join(one for one in entries if not _covers(one, self.host))
        return found

    def rows(self) -> tuple[Mapping[str, str], ...]:
        """What builds have wanted of the network."""
        found = [
            {
                "host": host,
                "connections": str(times),
                "answer": self._answer(host),
            }
            for host, times in sorted(self.asked.items())
        ]
        return tuple(found)

    def _answer(self, host: str) -> str:
        if host == self.mirror:
            return counted(len(self.served), "file")
        return "refused" if self.index else "let through"

    def _trust(self, configured: Mapping[str, str]) -> dict[str, str]:
        if CERTIFICATES in configured:
            return {CERTIFICATES: f"{configured[CERTIFICATES].rstrip()}\n{self.authorities}"}
        return dict.fromkeys(TRUSTED, str(self.bundle))


def _covers(entry: str, host: str) -> bool:
    """Whether an entry of `NO_PROXY` is a host, or a domain of it."""
    return host == entry.lstrip(".") or host.endswith(f".{entry.lstrip('.')}")


@contextlib.contextmanager
def company_network(
    builds: Builds, folder: Path, certify: Certify, emulator: str
) -> Iterator[CompanyNetwork | None]:
    """Proxy and mirror until the end of the block; none where nothing is said of builds.

    Args:
        folder: takes the certificate and what builds trust; is made.
        emulator: PEM of the emulator's authority.
    """
    if builds == NO_BUILDS:
        yield None
        return
    folder.mkdir(parents=True, exist_ok=True)
    index = urlsplit(builds.pip_index_url) if builds.pip_index_url else None
    certify(folder / CERTIFICATE, folder / KEY, (index and index.hostname) or MACHINE)
    authorities = (folder / CERTIFICATE).read_text(encoding="utf-8") + emulator
    image = Path(IMAGE_BUNDLE)
    public = image.read_text(encoding="utf-8") if image.is_file() else ""
    (folder / BUNDLE).write_text(public + authorities, encoding="utf-8")
    network = CompanyNetwork(index, authorities, folder / BUNDLE)
    with _mirror(network, folder) as mirror:
        proxy = _Proxy((MACHINE, 0), _tunnel(network, mirror))
        with _served(proxy) as port:
            network.proxy = f"http://{MACHINE}:{port}"
            yield network


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
        """Answers CONNECT, for the mirror alone."""

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
                back = threading.Thread(target=_copy, args=(there, self.request), daemon=True)
                back.start()
                _copy(self.request, there)
                back.join(SECONDS)

    return Tunnel


def _place(network: CompanyNetwork, target: str, mirror: int) -> tuple[str, int] | None:
    """Where a connection leads; nowhere where the proxy refuses it."""
    if target == network.mirror:
        return MACHINE, mirror
    host, _, port = target.rpartition(":")
    return None if network.index or not port.isdecimal() else (host, int(port))


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side has hung up
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _pages(network: CompanyNetwork) -> type[BaseHTTPRequestHandler]:
    origin = _origin()
    files: dict[str, str] = {}
    below = f"{network.index.path.rstrip('/')}/" if network.index else FILES

    class Pages(BaseHTTPRequestHandler):
        """`NAME/` below the index (PyPI's "Simple Repository API"), and the files of its links."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            try:
                kind, content = self._content(path)
            except (OSError, KeyError) as error:
                self.send_error(404, explain=str(error))
                return
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _content(self, path: str) -> tuple[str, bytes]:
            if path.startswith(FILES):
                name = path.removeprefix(FILES)
                metadata = ".metadata" if name.endswith(".metadata") else ""
                found = _fetched(files[name.removesuffix(metadata)] + metadata)
                network.served.append(name)
                return found
            if not path.startswith(below):
                raise KeyError(path)
            url = f"{origin}/{path.removeprefix(below).strip('/')}/"
            kind, content = _fetched(url)
            return kind, _own_links(content.decode(), url, files).encode()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing: what was served is written down."""

    return Pages


def _fetched(url: str) -> tuple[str, bytes]:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return str(answer.headers["Content-Type"]), answer.read()


def _own_links(text: str, url: str, files: dict[str, str]) -> str:
    def own(found: re.Match[str]) -> str:
        plain, _, fragment = urljoin(url, html.unescape(found[1])).partition("#")
        name = plain.rpartition("/")[2]
        files[name] = plain
        return f'href="{FILES}{name}#{fragment}"'

    return LINK.sub(own, text)


def _origin() -> str:
    """The index that this machine installs from; the one of pip itself where nothing is set."""
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    default = importlib.import_module("pip._internal.models.index").PyPI.simple_url
    return (found or str(default)).rstrip("/")
