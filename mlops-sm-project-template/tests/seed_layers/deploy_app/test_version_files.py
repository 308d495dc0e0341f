"""Samples of a deployment: a file of the repository wins over what the version brings."""

import io
import tarfile
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from deploy_app import version_files
from deploy_app.errors import DeployError
from deploy_app.version_files import packed, version_file

NAME = "samples.json"
URI = f"s3://bucket/registered/{'0' * 64}/model.tar.gz"
ENVIRONMENT = {"AWS_REGION": "eu-west-1", "MODEL_DATA_URI": URI}


def archive(**files: str) -> bytes:
    """A model as SageMaker packs it."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as made:
        for name, text in files.items():
            member = tarfile.TarInfo(name.replace("__", "."))
            member.size = len(text.encode())
            made.addfile(member, io.BytesIO(text.encode()))
    return target.getvalue()


def s3(content: bytes) -> Any:
    client = boto3.client(
        "s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    stub = Stubber(client)
    answer = {"Body": StreamingBody(io.BytesIO(content), len(content))}
    key = URI.removeprefix("s3://bucket/")
    stub.add_response("get_object", answer, {"Bucket": "bucket", "Key": key})
    stub.activate()
    return client


def test_the_repository_s_file_wins_and_nothing_is_fetched(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("own")
    found = version_file(NAME, {}, folder=tmp_path)
    assert (found.text, found.origin, found.own) == ("own", f"config/{NAME}", True)


def test_else_it_is_what_the_version_brings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = archive(code__py="x" * 100_000, samples__json="of the version")
    client = s3(content)
    monkeypatch.setattr(version_files.boto3, "client", lambda *_, **__: client)
    found = version_file(NAME, ENVIRONMENT, folder=tmp_path)
    assert (found.text, found.own) == ("of the version", False)
    assert found.origin == f"{URI}/{NAME}"


@pytest.mark.parametrize("uri", ["none", ""])
def test_without_both_it_is_said_what_is_missing(tmp_path: Path, uri: str) -> None:
    with pytest.raises(DeployError, match="MODEL_DATA_URI names no archive"):
        version_file(NAME, {**ENVIRONMENT, "MODEL_DATA_URI": uri}, folder=tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (archive(model__joblib="x"), f"has no {NAME}: the version was trained before"),
        (archive(samples__json="x" * (version_files.LARGEST + 1)), "bytes, 4194304 are allowed"),
        (b"no archive", f"cannot read {NAME} in {URI}"),
        (archive(model__joblib="x" * 9000)[:40], f"cannot read {NAME} in {URI}"),
    ],
    ids=["without", "huge", "other", "cut"],
)
def test_an_archive_without_it_is_told(content: bytes, words: str) -> None:
    with pytest.raises(DeployError) as raised:
        packed(s3(content), URI, NAME)
    assert words in str(raised.value)


def test_a_refused_archive_is_told_without_a_traceback() -> None:
    client = boto3.client(
        "s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stub:
        stub.add_client_error("get_object", "AccessDenied", "not authorized to perform")
        with pytest.raises(DeployError, match="AccessDenied"):
            packed(client, URI, NAME)
