"""Control-C while AWS does not answer: exit code 130 at once, one line and no traceback."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from checkouts import APPS_HERE
from command_lines import app_file, configured, environment_of
from interrupts import interruptible

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(len(APPS_HERE) < 2, reason="the repository of one app has fewer verbs"),
]

SOON = 3.0
"""Seconds; a call that hangs is tried for minutes."""
IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/u</Arn><UserId>U</UserId>"
    "<Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
ASSUMED = (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>'
    "<Credentials><AccessKeyId>AKIA{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
    "</AssumeRoleResult></AssumeRoleResponse>"
)
"""As AWS STS API Reference, "GetCallerIdentity" and "AssumeRole", shows the answers."""


class Silent(ThreadingHTTPServer):
    """Lets everybody sign in where it may, and answers nothing else.

    Attributes:
        hanging: is set when somebody waits for an answer.
        signs_in: whether questions to STS are answered.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        self.hanging, self.over, self.signs_in = threading.Event(), threading.Event(), True
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Silent

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        key = re.search(r"Credential=AKIA(\d{12})", self.headers.get("Authorization", ""))
        account = key[1] if key else ""
        if self.server.signs_in and "Action=GetCallerIdentity" in asked:
            self.answer(IDENTITY.format(account=account))
        elif self.server.signs_in and "Action=AssumeRole" in asked:
            self.answer(ASSUMED.format(account=account))
        else:
            self.do_GET()

    def do_GET(self) -> None:
        self.server.hanging.set()
        self.server.over.wait(120)

    def answer(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing for the terminal."""


@pytest.fixture
def silent() -> Iterator[Silent]:
    with Silent() as server:
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        yield server
        server.over.set()
        server.shutdown()


def surroundings(root: Path, silent: Silent) -> dict[str, str]:
    """A profile for each account, and all of AWS at one address."""
    text = app_file(root).read_text(encoding="utf-8")
    names = re.findall(r"aws_profile: (\S+)", text)
    accounts = re.findall(r"account: \D?(\d{12})", text)
    profiles = [
        f"[profile {name}]\naws_access_key_id = AKIA{account}\naws_secret_access_key = s\n"
        for name, account in zip(names, accounts, strict=True)
    ]
    file = root / "profiles"
    file.write_text("\n".join(profiles), encoding="utf-8")
    address = f"http://127.0.0.1:{silent.server_port}"
    return {
        **environment_of(root),
        **{"AWS_CONFIG_FILE": str(file), "AWS_ENDPOINT_URL": address, "NO_PROXY": "127.0.0.1"},
    }


def waited(silent: Silent, program: "subprocess.Popen[str]") -> bool:
    """Whether the program waits for an answer before it ends."""
    while not silent.hanging.wait(0.1) and program.poll() is None:
        pass
    return silent.hanging.is_set()


VERBS = (
    *("status", "status --json", "doctor", "doctor --json"),
    *("bootstrap --yes", "teardown --plan"),
)
CASES = [
    *((words, signs_in) for words in VERBS for signs_in in (True, False)),
    ("config refresh_aws_credentials --check", False),
]


@pytest.mark.parametrize(("words", "signs_in"), CASES)
def test_it_ends_at_once(tmp_path: Path, silent: Silent, words: str, signs_in: bool) -> None:
    root = configured(tmp_path)
    silent.signs_in = signs_in
    with interruptible():
        program = subprocess.Popen(
            [sys.executable, "-m", "mlops_commons.cli", *words.split()],
            cwd=root,
            env=surroundings(root, silent),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert waited(silent, program), program.communicate(timeout=10)
    begun = time.monotonic()
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=100)
    assert time.monotonic() - begun < SOON
    assert program.returncode == 130, err
    assert "Traceback" not in err + out
    assert err.count("interrupted") == 1
