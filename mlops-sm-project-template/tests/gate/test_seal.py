"""Seal: what it copies, where to, and what it refuses; S3 plays the part of S3."""

import hashlib
import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cdk_service_catalog.gate.runtime.seal import ranges, seal, trained
from cdk_service_catalog.gate.runtime.settings import Refused, Settings

pytestmark = pytest.mark.pure

DEV = "222222222222"
SETTINGS = Settings(bucket_prefix="mlops", region="eu-west-1", accounts={"dev": DEV})
BUCKET = f"mlops-p-abc123-artifacts-{DEV}"
KEY = "models/pipelines-1/output/model.tar.gz"
SOURCE = f"s3://{BUCKET}/{KEY}"
MODEL = b"a model" * 1000


class Body(io.BytesIO):
    def iter_chunks(self, size: int) -> Any:
        return iter(lambda: self.read(size), b"")


class Bucket:
    """A bucket with versions: what is uploaded in parts is there when the upload is complete."""

    def __init__(self, content: bytes = MODEL) -> None:
        self.versions = {(KEY, "v1"): content}
        self.current = {KEY: "v1"}
        self.uploads: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}

    def head_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        if Key not in self.current:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")
        version = self.current[Key]
        return {"ContentLength": len(self.versions[Key, version]), "VersionId": version}

    def get_object(self, Bucket: str, Key: str, VersionId: str) -> dict[str, Any]:
        content = Body(self.versions[Key, VersionId])
        # Somebody exchanges the model while its hash is computed.
        self.versions[Key, "v2"], self.current[Key] = b"poisoned", "v2"
        return {"Body": content}

    def create_multipart_upload(self, Bucket: str, Key: str, Metadata: Any) -> dict[str, str]:
        self.uploads["u"] = b""
        self.metadata[Key] = Metadata
        return {"UploadId": "u"}

    def upload_part_copy(self, *, CopySource: Any, CopySourceRange: str, **_: Any) -> Any:
        first, last = map(int, CopySourceRange.removeprefix("bytes=").split("-"))
        found = self.versions[CopySource["Key"], CopySource["VersionId"]]
        self.uploads["u"] += found[first : last + 1]
        return {"CopyPartResult": {"ETag": "e"}}

    def complete_multipart_upload(self, *, Key: str, IfNoneMatch: str, **_: Any) -> None:
        if IfNoneMatch == "*" and Key in self.current:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "Complete")
        self.versions[Key, "s1"], self.current[Key] = self.uploads.pop("u"), "s1"

    def abort_multipart_upload(self, *, UploadId: str, **_: Any) -> None:
        self.uploads.pop(UploadId)


def test_a_model_is_sealed_under_the_hash_of_its_content() -> None:
    bucket = Bucket()
    sealed = seal(bucket, SETTINGS, SOURCE)
    assert sealed.sha256 == hashlib.sha256(MODEL).hexdigest()
    assert sealed.uri == f"s3://{BUCKET}/registered/{sealed.sha256}/model.tar.gz"
    assert bucket.versions[sealed.key, "s1"] == MODEL, "what was hashed was not what was copied"
    assert bucket.metadata[sealed.key]["sha256"] == sealed.sha256


def test_sealing_twice_changes_nothing_and_leaves_no_upload() -> None:
    bucket = Bucket()
    first = seal(bucket, SETTINGS, SOURCE)
    bucket.current[KEY] = "v1"
    assert seal(bucket, SETTINGS, SOURCE) == first
    assert bucket.versions[first.key, "s1"] == MODEL
    assert not bucket.uploads


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "not a URI"),
        ("https://example.com/models/1/model.tar.gz", "not a URI"),
        (f"{SOURCE}?versionId=1", "not a URI"),
        (f"s3://mlops-p-abc123-pipeline-{DEV}/models/1/model.tar.gz", "not the artifact bucket"),
        ("s3://mlops-p-abc123-artifacts-666666666666/models/1/model.tar.gz", "artifact bucket"),
        (f"s3://other-p-abc123-artifacts-{DEV}/models/1/model.tar.gz", "artifact bucket"),
        (f"s3://mlops-p-a-artifacts-{DEV}.x/models/1/model.tar.gz", "artifact bucket"),
        (f"s3://{BUCKET}/sources/1/model.tar.gz", r"not models/\.\.\.\/model"),
        (f"s3://{BUCKET}/models/1/other.tar.gz", r"not models/"),
        (f"s3://{BUCKET}/registered/models/1/model.tar.gz", r"not models/"),
    ],
)
def test_what_is_no_trained_model_of_a_project_is_refused(source: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        trained(SETTINGS, source)


def test_an_empty_or_missing_model_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match="empty; see the log"):
        seal(Bucket(b""), SETTINGS, SOURCE)
    with pytest.raises(Refused, match="train it first"):
        seal(Bucket(), SETTINGS, SOURCE.replace("pipelines-1", "pipelines-2"))


def test_the_parts_cover_every_byte_once() -> None:
    assert list(ranges(10, 4)) == ["bytes=0-3", "bytes=4-7", "bytes=8-9"]
    assert list(ranges(4, 4)) == ["bytes=0-3"]


def test_the_answer_has_what_a_lambda_step_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    from cdk_service_catalog.gate.runtime import seal as module

    settings = {"bucket_prefix": "mlops", "region": "eu-west-1", "accounts": {"dev": DEV}}
    monkeypatch.setenv("GATE_SETTINGS", json.dumps({**settings, "deploys": []}))
    monkeypatch.setattr(boto3, "client", lambda name: Bucket())
    answer = module.handler({"source": SOURCE}, None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"uri": answer["uri"], "sha256": answer["sha256"]}
