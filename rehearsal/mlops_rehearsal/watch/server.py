"""The live page's server: on loopback, for whoever knows the token in its address."""

import json
import secrets
import threading
from collections.abc import Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from mlops_rehearsal.watch.scene import Scene

HOST: Final = "127.0.0.1"
TICK: Final = 0.4
"""Seconds between two looks at the scene."""
BEAT: Final = 25
"""Looks without news after which a word is sent, so that a browser that has gone is noticed."""
LAST_WORD: Final = 1.5
"""Seconds that browsers have to read how it has ended."""
EVENTS: Final = "events"
FILES: Final[Mapping[str, tuple[str, str]]] = {
    "": ("page.html", "text/html; charset=utf-8"),
    "watch.css": ("watch.css", "text/css; charset=utf-8"),
    "watch.js": ("watch.js", "text/javascript; charset=utf-8"),
}
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Nothing else is loaded, nothing is kept, and no link tells anybody the address."""


class LivePage:
    """Serves the page of a scene while entered.

    Attributes:
        url: where it is; whoever has it may look, and nobody can change anything.
    """

    def __init__(self, scene: Scene) -> None:
        self._stop = threading.Event()
        self._token = secrets.token_urlsafe(24)
        self._server = _Server(scene, self._token, self._stop)
        self.url = f"http://{HOST}:{self._server.server_port}/{self._token}/"

    def __enter__(self) -> "LivePage":
        serve = {"poll_interval": 0.1}
        threading.Thread(target=self._server.serve_forever, kwargs=serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        for stream in [t for t in threading.enumerate() if t.name == self._token]:
            stream.join(LAST_WORD)
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """Knows what its handlers show, and to whom."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, scene: Scene, token: str, stop: threading.Event) -> None:
        self.scene, self.token, self.stop = scene, token, stop
        super().__init__((HOST, 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has gone is nothing to tell the person at the terminal."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "rehearsal", ""
    timeout = 60

    def do_GET(self) -> None:
        name = self._name()
        if name == EVENTS:
            self._stream()
        elif name is not None and name in FILES:
            file, kind = FILES[name]
            self._head(kind)
            self.wfile.write(_read(file))
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal is the rehearsal's."""

    def _name(self) -> str | None:
        """What is asked for; None for who does not know the token.

        A page that comes from elsewhere under a name that resolves to loopback names itself as the
        host, and is none that was given this address.
        """
        _, given, name = (*self.path.split("/", 2), "", "")[:3]
        asked = self.headers.get("Host", "")
        known = secrets.compare_digest(given.encode(), self.server.token.encode())
        return name if known and asked == f"{HOST}:{self.server.server_port}" else None

    def _head(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()

    def _stream(self) -> None:
        """Server-sent events (WHATWG HTML, 9.2): the whole scene at each change."""
        threading.current_thread().name = self.server.token
        self._head("text/event-stream")
        sent, quiet, over = "", 0, False
        while not over:
            over = self.server.stop.is_set()
            news = json.dumps(self.server.scene.snapshot())
            quiet = quiet + 1 if news == sent else 0
            if not quiet:
                times = json.dumps(self.server.scene.times())
                self._send(f'data: {{"scene": {news}, "times": {times}}}')
            elif quiet % BEAT == 0:
                self._send(": still here")
            sent = news
            self.server.stop.wait(0 if over else TICK)
        self._send("event: gone\ndata: {}")

    def _send(self, text: str) -> None:
        self.wfile.write(f"{text}\n\n".encode())
        self.wfile.flush()


@cache
def _read(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()
