"""A git host outside of AWS: repositories over HTTPS for who signs in, and pushes that it tells.

Git's own `git http-backend` serves them, so a push is what it is at any host. A person signs in
with a token, as a password; the URL has none (git-http-backend(1), git help gitcredentials).
"""

import asyncio
import base64
import hmac
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from ministack_aws.delivery import triggers
from ministack_aws.engine.application import Scope, Send
from ministack_aws.engine.types import Answer, Request

PREFIX: Final = "/_git/"
TOKEN: Final = secrets.token_urlsafe(24)
GIT = shutil.which("git") or "git"
PASSED: Final = {
    b"content-type": "CONTENT_TYPE",
    b"content-encoding": "HTTP_CONTENT_ENCODING",
    b"git-protocol": "HTTP_GIT_PROTOCOL",
}


def root() -> Path:
    """Where the repositories lie."""
    codecommit = os.environ.get("MINISTACK_CODECOMMIT_ROOT") or tempfile.gettempdir()
    return Path(f"{codecommit}-of-a-git-host")


def folder(repository: str) -> Path | None:
    """The bare repository `owner/name`, letter case included; None where the host has none."""
    found = root() / f"{repository}.git"
    names = {str(path.relative_to(root()))[:-4] for path in root().glob("**/*.git")}
    return found if repository in names else None


def answer(request: Request) -> tuple[int, Answer]:
    """An HTTP status, and how the host is reached; repositories that it lacks are made, empty."""
    for repository in request["repositories"]:
        place = root() / f"{repository}.git"
        if not place.exists():
            place.mkdir(parents=True)
            _git(place, "init", "--quiet", "--bare", "--initial-branch=main")
    return 200, {"url": f"{os.environ['MINISTACK_SELF_URL']}{PREFIX}", "token": TOKEN}


async def serve(scope: Scope, body: bytes, send: Send) -> None:
    """Serve a request of git below the prefix."""
    headers = dict(scope["headers"])
    path = scope["path"].removeprefix(PREFIX)
    repository = path.partition(".git/")[0]
    place = folder(repository)
    if not _is_known(headers.get(b"authorization", b"").decode()):
        challenge = [(b"www-authenticate", b'Basic realm="git host"')]
        return await _send(send, 401, challenge, b"sign in\n")
    if place is None:
        return await _send(send, 404, [], b"Repository not found.\n")
    before = _heads(place)
    done = await asyncio.to_thread(_backend, path, scope, headers, body)
    head, _, content = done.partition(b"\r\n\r\n")
    rows = [line.split(b": ", 1) for line in head.split(b"\r\n") if b": " in line]
    found = {name.lower(): value for name, value in rows}
    status = int(found.pop(b"status", b"200").split()[0])
    for branch in changed(before, _heads(place)):
        triggers.pushed(repository, branch)
    await _send(send, status, list(found.items()), content)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[str]:
    """The branches that a push has made or moved."""
    return [branch for branch, commit in after.items() if before.get(branch) != commit]


def _backend(path: str, scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> bytes:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_PROJECT_ROOT": str(root()),
        "GIT_HTTP_EXPORT_ALL": "1",
        "REMOTE_USER": "person",
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": f"/{path}",
        "QUERY_STRING": scope["query_string"].decode(),
        "CONTENT_LENGTH": str(len(body)),
        **{PASSED[name]: value.decode() for name, value in headers.items() if name in PASSED},
    }
    done = subprocess.run(
        [GIT, "http-backend"], input=body, env=environment, capture_output=True, check=False
    )
    return done.stdout


def _heads(place: Path) -> dict[str, str]:
    listed = _git(place, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads")
    return {line.split()[0]: line.split()[1] for line in listed.splitlines()}


def _git(place: Path, *arguments: str) -> str:
    done = subprocess.run([GIT, *arguments], cwd=place, capture_output=True, text=True, check=True)
    return done.stdout


def _is_known(authorization: str) -> bool:
    kind, _, given = authorization.partition(" ")
    if kind.lower() != "basic":
        return False
    password = base64.b64decode(given or b"").decode(errors="replace").partition(":")[2]
    return hmac.compare_digest(password, TOKEN)


async def _send(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], content: bytes
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
