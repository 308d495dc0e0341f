"""The programs of the image, run as SageMaker runs them, without an image."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import inference
import pytest
from declared_rows import as_csv, as_json, rows

from ml_pipelines.discovery import get_pipeline
from ml_pipelines.local_jobs import LocalJob, run
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import REPOSITORY

CONTAINER = REPOSITORY / "container"
ROW = as_csv(rows(1))


Trained = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def url(trained: Trained) -> Iterator[str]:
    """The server of the trained model on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = trained[0] / "train" / "opt" / "ml"
    environment = {**os.environ, "ML_ROOT": str(root), "SAGEMAKER_BIND_TO_PORT": str(port)}
    server = subprocess.Popen([sys.executable, str(CONTAINER / "serve")], env=environment)
    try:
        _wait(server, f"http://127.0.0.1:{port}/ping")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        assert server.wait(timeout=20) == 0  # as SageMaker asks of SIGTERM


def _wait(server: "subprocess.Popen[bytes]", ping: str) -> None:
    for _ in range(1200):
        assert server.poll() is None, "the server has ended"
        try:
            with urllib.request.urlopen(ping) as answer:
                assert answer.status == 200
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer /ping")


def invoke(url: str, body: str, content_type: str, accept: str) -> tuple[int, str]:
    request = urllib.request.Request(
        f"{url}/invocations",
        data=body.encode(),
        headers={"Content-Type": content_type, "Accept": accept},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_server_answers_as_the_trained_model_does(url: str, trained: Trained) -> None:
    model = inference.model_fn(str(trained[0] / "train" / "opt" / "ml" / "model"))
    (expected,) = inference.predict_fn(inference.input_fn(ROW, "text/csv"), model)
    status, text = invoke(url, ROW, "text/csv", "text/csv")
    assert (status, float(text)) == (200, expected)
    body = as_json(rows(1))
    status, text = invoke(url, body, "application/json", "application/json")
    assert (status, json.loads(text)) == (200, {"predictions": [expected]})


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [("just one", "text/csv", "1 values in a row"), ("<a/>", "application/xml", "is not known")],
)
def test_a_bad_request_is_a_client_error_with_a_reason(
    url: str, body: str, content_type: str, words: str
) -> None:
    status, text = invoke(url, body, content_type, "text/csv")
    assert status == 400
    assert words in text


def test_train_leaves_the_model_or_a_reason(trained: Trained, tmp_path: Path) -> None:
    parts = trained[0] / "preprocess" / "opt" / "ml" / "processing"
    job = LocalJob(
        name="own",
        script="../container/train",
        inputs={name: parts / name for name in ("train", "validation")},
        training=True,
    )
    root = run(job, tmp_path)
    assert (root / "model" / "model.joblib").is_file()
    assert (root / "model" / "code" / "inference.py").is_file()


def test_jobs_and_the_registered_version_use_the_image_that_this_build_has_pushed() -> None:
    image = f"{EXAMPLE.ecr_repository_uri}@{EXAMPLE.image_digest}"
    definition = json.loads(get_pipeline("training", EXAMPLE).definition())
    named = re.findall(r'"[^"]*\.dkr\.ecr\.[^"]*"', json.dumps(definition))
    assert set(named) == {f'"{image}"'}
    train = definition["Steps"][1]["Arguments"]["AlgorithmSpecification"]
    assert "ContainerEntrypoint" not in train  # the image has a program `train`


def test_the_image_installs_what_the_lock_says_and_copies_what_there_is() -> None:
    text = (CONTAINER / "Dockerfile").read_text()
    for line in [line for line in text.splitlines() if "pip install" in line]:
        assert "--require-hashes" in line
    assert ":latest" not in text
    assert re.search(r"^ARG BASE=\S+:\d+\.\d+", text, re.MULTILINE)
    for line in re.findall(r"^COPY (.*)$", text, re.MULTILINE):
        for source in [word for word in line.split()[:-1] if not word.startswith("--")]:
            assert (REPOSITORY / source).exists(), source


SECRET = "/run/secrets/authorities"
"""Where Docker mounts a secret of this name (Dockerfile reference, RUN --mount=type=secret)."""


@pytest.mark.parametrize("given", [True, False])
def test_packages_are_installed_with_the_authorities_of_the_organization(
    given: bool, tmp_path: Path
) -> None:
    text = (CONTAINER / "Dockerfile").read_text().replace("\\\n", " ")
    (mount, command) = re.findall(r"^RUN (--mount=\S+) (.* pip install .*)$", text, re.MULTILINE)[0]
    assert mount == "--mount=type=secret,id=authorities"
    authorities = tmp_path / "authorities"
    if given:
        authorities.touch()
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$PIP_CERT"\n')
    python.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace(SECRET, str(authorities))],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == (str(authorities) if given else "")


@pytest.mark.parametrize("certificates", ["", "-----BEGIN CERTIFICATE-----"])
def test_what_builds_trust_is_given_to_the_build_of_the_image_as_a_secret(
    certificates: str, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    for name in ("docker", "aws"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {asked}\n')
        program.chmod(0o755)
    own = {"CA_CERTIFICATES": certificates, "SSL_CERT_FILE": "/tmp/trusted.pem"}
    subprocess.run(
        ["bash", str(CONTAINER / "push.sh")],
        env={
            **own,
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "ECR_REPO_URI": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/p",
            "COMMIT_ID": "c",
            "CODEBUILD_BUILD_ID": "p:b",
            "AWS_REGION": "eu-west-1",
        },
        capture_output=True,
        check=False,  # this docker pushes nothing, so no digest is told
    )
    (build,) = [line for line in asked.read_text().splitlines() if line.startswith("docker build")]
    assert ("--secret id=authorities,src=/tmp/trusted.pem" in build) == bool(certificates)


def test_the_programs_are_executable_whatever_modes_the_repository_has() -> None:
    text = (CONTAINER / "Dockerfile").read_text()
    (copied,) = re.findall(r"^COPY --chmod=0755 (.*)$", text, re.MULTILINE)
    assert {"container/train", "container/serve"} <= set(copied.split())
    for program in ("train", "serve"):
        assert (CONTAINER / program).read_text().startswith("#!/usr/bin/env python3\n"), program


def test_the_lock_of_the_image_and_of_the_tests_agree() -> None:
    def pins(file: Path) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", file.read_text(), re.MULTILINE))

    image, tests = pins(CONTAINER / "requirements.txt"), pins(REPOSITORY / "requirements.txt")
    for package in ("scikit-learn", "joblib", "waitress"):
        assert image[package] == tests[package], package
