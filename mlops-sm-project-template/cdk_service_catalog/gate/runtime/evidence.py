"""Whether a version is still what a person has approved: its model, and its image."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .check_model import DIGEST, IMAGE
from .seal import CHUNK
from .sealed import Sealed, hash_of, parse
from .settings import Project, Refused, Settings, artifact_bucket
from .stage_view import texts

HASHED: Final = 20 * 1024**3
"""Models up to 20 GiB are hashed again, which takes minutes; larger ones count on the bucket's
policy, by which nobody can write a sealed model twice, and on its only version."""
SHA256, DIGEST_KEY = "ModelSha256", "ImageDigest"
"""What the build records with a version, in CustomerMetadataProperties."""
TRAIN_AGAIN: Final = "train again: the build's pipeline seals the model before it registers it"


def check_evidence(
    clients: Mapping[str, Any], settings: Settings, project: Project, version: Mapping[str, Any]
) -> None:
    """Refuse a version whose model or image is not what was registered.

    Args:
        clients: of S3 and of ECR.
        version: as SageMaker describes it.

    Raises:
        Refused: something differs, or was never sealed.
    """
    recorded = version.get("CustomerMetadataProperties", {})
    bucket = artifact_bucket(settings, project.id)
    containers = version.get("InferenceSpecification", {}).get("Containers", [])
    if not containers:
        raise Refused(f"the version has no container; {TRAIN_AGAIN}")
    for container in containers:
        _check_nothing_besides(container)
        for uri in _models(container):
            _check_model(clients["s3"], uri, bucket, recorded.get(SHA256, ""))
        image = str(container.get("Image", ""))
        _check_image(clients["ecr"], image, recorded.get(DIGEST_KEY, ""), settings, project)


def archives(version: Mapping[str, Any]) -> tuple[str, ...]:
    """The URIs of a version's models."""
    containers = version.get("InferenceSpecification", {}).get("Containers", [])
    return tuple(uri for container in containers for uri in _models(container))


def _check_nothing_besides(container: Mapping[str, Any]) -> None:
    """Code that a container would fetch from elsewhere was approved by nobody."""
    for key, text in texts(container):
        if "s3://" in text.lower() and key not in ("ModelDataUrl", "S3Uri"):
            raise Refused(
                f"a container of the version takes '{text[:300]}' ({key}) besides its model; pack "
                "code into the model's archive"
            )
    if container.get("AdditionalS3DataSource"):
        raise Refused("a container of the version has an AdditionalS3DataSource; remove it")


def _models(container: Mapping[str, Any]) -> Iterator[str]:
    """Where a container's model lies, by either of the two properties that say so."""
    source = container.get("ModelDataSource", {}).get("S3DataSource", {}).get("S3Uri", "")
    named = [str(uri) for uri in (container.get("ModelDataUrl"), source) if uri]
    if not named:
        raise Refused(f"a container of the version names no model; {TRAIN_AGAIN}")
    yield from named


def _check_model(s3: Any, uri: str, bucket: str, recorded: str) -> None:
    sealed = parse(uri)
    if sealed is None or sealed.bucket != bucket:
        raise Refused(
            f"the version's model lies at '{uri[:300]}', where it could be exchanged; allowed: "
            f"s3://{bucket}/registered/<sha256>/model.tar.gz; {TRAIN_AGAIN}"
        )
    if sealed.sha256 != recorded:
        raise Refused(
            f"the version was registered with sha256 '{recorded[:64] or 'none'}', and its model is "
            f"'{sealed.sha256}'; {TRAIN_AGAIN}"
        )
    _check_object(s3, sealed)


def _check_object(s3: Any, sealed: Sealed) -> None:
    """The object has one version, which nobody could replace, and the content of its name."""
    listed = s3.list_object_versions(Bucket=sealed.bucket, Prefix=sealed.key)
    found = [row for row in listed.get("Versions", []) if row["Key"] == sealed.key]
    markers = [row for row in listed.get("DeleteMarkers", []) if row["Key"] == sealed.key]
    if len(found) != 1 or markers:
        raise Refused(
            f"{sealed.uri} has {len(found)} versions and {len(markers)} deletions; allowed is "
            f"exactly one version: somebody has changed it. {TRAIN_AGAIN}"
        )
    if int(found[0]["Size"]) > HASHED:
        return
    answer = s3.get_object(Bucket=sealed.bucket, Key=sealed.key, VersionId=found[0]["VersionId"])
    actual = hash_of(answer["Body"].iter_chunks(CHUNK))
    if actual != sealed.sha256:
        raise Refused(f"{sealed.uri} has the sha256 {actual}: it was exchanged. {TRAIN_AGAIN}")


def _check_image(ecr: Any, image: str, recorded: str, settings: Settings, project: Project) -> None:
    found = IMAGE.fullmatch(image)
    own = f"sagemaker-{project.id}"
    if found and found[1] in settings.image_accounts and found[2] == settings.region:
        return
    if (
        not found
        or found[1] != settings.dev_account
        or found[3] != own
        or not DIGEST.fullmatch(found[4] or "")
    ):
        raise Refused(
            f"the version's image is '{image[:300]}'; allowed: images of AWS's accounts in "
            f"{settings.region}, and {own}@sha256:... of account {settings.dev_account}"
        )
    if recorded != found[4]:
        raise Refused(
            f"the version was registered with the image '{recorded[:80] or 'none'}', and names "
            f"'{found[4]}'; {TRAIN_AGAIN}"
        )
    try:
        ecr.describe_images(repositoryName=own, imageIds=[{"imageDigest": found[4]}])
    except Exception as error:
        code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
        if code not in ("ImageNotFoundException", "RepositoryNotFoundException"):
            raise
        raise Refused(f"the image '{image[:300]}' is not in ECR any more") from None
