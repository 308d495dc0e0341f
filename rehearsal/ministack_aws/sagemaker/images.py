"""Images in ECR with what is in them, and the programs of a container that a job starts."""

import base64
import gzip
import hashlib
import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ministack_aws.archives import unpack
from ministack_aws.engine import ecr
from ministack_aws.engine.requests import json_error, request_scope
from ministack_aws.engine.types import Request, Response
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import job_roles
from ministack_aws.sagemaker.containers import JobFailed

ADDRESS: Final = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([^:@]+)([:@])(.+)")
NAMED_BY: Final = {":": "imageTag", "@": "imageDigest"}
PULL: Final = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
Call = Callable[[Request], Response]

UPLOADS: Final[dict[str, bytes]] = {}
LAYERS: Final[dict[str, bytes]] = {}
"""The content of layers and configurations by digest."""


def register() -> None:
    """Keep what is uploaded, which MiniStack throws away."""
    ecr.upload_part.wrap(_part)
    ecr.complete_upload.wrap(_completed)


def program(address: str, name: str, folder: Path, role: str) -> list[str]:
    """The command of a program of an image, whose files are put into a folder.

    SageMaker Developer Guide, "How SageMaker runs your training image": it runs the image with the
    argument `train`. The program is looked for in the working directory of the image, and started
    as it is: its mode and its first line count.

    Raises:
        JobFailed: the image has no such program or may not execute it, or nobody knows what is in
            it.
        ServiceError: the role may not pull the image.
    """
    found = ADDRESS.fullmatch(address)
    if not found:
        raise JobFailed(f"what is in the image {address} is not known here")
    account, region, repository, kind, named = found.groups()
    credentials = job_roles.assume(role)
    for action in PULL:
        arn = f"arn:aws:ecr:{region}:{account}:repository/{repository}"
        refusal = job_roles.refusal(credentials, action, arn)
        if refusal:
            raise ServiceError("AccessDeniedException", refusal)
    with request_scope(account, region):
        image = ecr.find_image(repository, {NAMED_BY[kind]: named})
    if image is None:
        raise JobFailed(f"the image {address} does not exist")
    manifest = json.loads(image["imageManifest"])
    for layer in manifest["layers"]:
        unpack(gzip.decompress(LAYERS[layer["digest"]]), folder)
    configuration = json.loads(LAYERS[manifest["config"]["digest"]])
    directory = configuration.get("config", {}).get("WorkingDir", "/").lstrip("/")
    if not (folder / directory / name).is_file():
        raise JobFailed(f'exec: "{name}": executable file not found in {address}')
    file = folder / directory / name
    if not file.stat().st_mode & stat.S_IXUSR:
        raise JobFailed(f'exec: "{name}": permission denied: it is not executable in {address}')
    return [str(file)]


def _part(upload: Call) -> Call:
    def wrapped(request: Request) -> Response:
        content = base64.b64decode(request.get("layerPartBlob", ""))
        UPLOADS[request["uploadId"]] = UPLOADS.get(request["uploadId"], b"") + content
        return upload(request)

    return wrapped


def _completed(complete: Call) -> Call:
    """API_CompleteLayerUpload, InvalidLayerException: "The layer digest calculation performed by
    Amazon ECR upon receipt of the image layer doesn't match the digest specified"."""

    def wrapped(request: Request) -> Response:
        content = UPLOADS.pop(request["uploadId"], b"")
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if request.get("layerDigests") != [digest]:
            message = f"The layer's digest is {digest}, not {request.get('layerDigests')}"
            return json_error("InvalidLayerException", message, 400)
        LAYERS[digest] = content
        return complete(request)

    return wrapped
