"""The emulator is reached on this machine, whatever proxy the caller's shell has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_rehearsal.emulator.clients import client
from mlops_rehearsal.emulator.server import Emulator

pytestmark = pytest.mark.app

NOBODY = "http://127.0.0.1:9"
"""The port 'discard', where nothing listens: what is sent there fails at once."""


def test_a_proxy_of_the_shell_is_not_asked_for_127_0_0_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, NOBODY)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Emulator("eu-west-1", tmp_path / "emulator") as emulator:
        own = {"aws_access_key_id": "100000000001", "aws_secret_access_key": "test"}
        sts = client("sts", "eu-west-1", emulator.endpoint, emulator.certificate, own)
        assert sts.get_caller_identity()["Account"] == "100000000001"
        assert emulator.new_job("100000000001", "eu-west-1")
        shell = {**os.environ, **emulator.client_environment()}
        asked = subprocess.run(
            [
                sys.executable,
                "-c",
                "import boto3; print(boto3.client('sts', 'eu-west-1').get_caller_identity())",
            ],
            env={**shell, **{name.upper(): value for name, value in own.items()}},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "100000000001" in asked.stdout, asked.stderr
