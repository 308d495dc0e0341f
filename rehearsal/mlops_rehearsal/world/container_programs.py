"""`docker` and `aws` in a build without a Docker engine: an image is the files that it copies.

What a Dockerfile copies must be there and becomes one layer; its other instructions are not run.
The image is pushed with the calls and so with the permissions that ECR needs (ECR User Guide, "IAM
permissions for pushing an image").
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import re
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import typer

STATE: Final = "container-images"
"""The folder for images and logins, in that for temporary files."""
COPYING: Final = ("COPY", "ADD")
MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
REPOSITORY_DIGESTS: Final = r'{{join .RepoDigests "\n"}}'
LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"


class Refused(Exception):
    """A program ends with this message and an exit code that is not 0."""


def main(arguments: list[str]) -> int:
    """Run `docker` or `aws` with its arguments."""
    from botocore.exceptions import ClientError

    program, *rest = arguments
    verb = " ".join(rest[:2]) if program == "aws" else (rest or [""])[0]
    run = VERBS.get((program, verb))
    if run is None:
        typer.echo(f"{program}: '{verb}' is not offered in builds of a rehearsal", err=True)
        return 1
    try:
        run(rest[len(verb.split()) :])
    except (ClientError, OSError, Refused) as error:
        typer.echo(f"{program}: {error}", err=True)
        return 1
    return 0


def _login(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="docker login")
    parser.add_argument("--username", required=True)
    parser.add_argument("--password-stdin", action="store_true", required=True)
    parser.add_argument("registry")
    registry = parser.parse_args(arguments).registry
    if not sys.stdin.read().strip():
        raise Refused("password is empty")
    _file(f"login of {registry}").touch()
    typer.echo("Login Succeeded")


def _build(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="docker build")
    parser.add_argument("--build-arg")
    parser.add_argument("--secret", action="append", default=[])
    parser.add_argument("--file", type=Path)
    parser.add_argument("--tag", required=True)
    parser.add_argument("context", type=Path)
    asked = parser.parse_args(arguments)
    for secret in asked.secret:
        source = dict(part.split("=", 1) for part in secret.split(",")).get("src", "")
        if not Path(source).is_file():
            raise Refused(f"failed to stat {source}: no such file or directory")
    dockerfile = asked.file or asked.context / "Dockerfile"
    text = dockerfile.read_text(encoding="utf-8").replace("\\\n", " ")
    copied = {target: (path, mode) for target, path, mode in _copied(text, asked.context)}
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as layer:
        for target, (path, mode) in sorted(copied.items()):
            layer.add(path, target.lstrip("/"), filter=_with_mode(mode))
    _file(f"image {asked.tag}").write_bytes(gzip.compress(content.getvalue(), mtime=0))
    directories = re.findall(r"^WORKDIR\s+(\S+)", text, re.MULTILINE)
    _file(f"configuration {asked.tag}").write_text(
        json.dumps({"config": {"WorkingDir": directories[-1] if directories else "/"}})
    )
    typer.echo(f"{asked.tag}: {len(copied)} files; RUN and the base image are left out")


def _with_mode(mode: int | None) -> Callable[[tarfile.TarInfo], tarfile.TarInfo]:
    """What is copied keeps its mode, unless the instruction sets one."""
    return lambda entry: entry if mode is None else entry.replace(mode=mode)


def _copied(dockerfile: str, context: Path) -> Iterator[tuple[str, Path, int | None]]:
    """Where the instructions of a Dockerfile put which files of its context, with which mode."""
    for line in dockerfile.splitlines():
        instruction, *words = line.split() or [""]
        options = [word for word in words if word.startswith("--")]
        sources = [word for word in words[:-1] if word not in options]
        modes = [word.partition("=")[2] for word in options if word.startswith("--chmod=")]
        # What comes from another stage is no file of the context.
        if instruction.upper() not in COPYING or len(options) > len(modes):
            continue
        mode = int(modes[-1], 8) if modes else None
        for source in sources:
            matched = sorted(context.glob(source.rstrip("/")))
            if not matched:
                raise Refused(f'"/{source}": not found in the build context ({line.strip()})')
            for path in matched:
                into = len(matched) + len(sources) > 2
                for target, file in _targets(path, words[-1], into=into):
                    yield target, file, mode


def _targets(path: Path, target: str, *, into: bool) -> Iterator[tuple[str, Path]]:
    """The files of what is copied; a directory is copied without itself, as Docker does."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                yield f"{target.rstrip('/')}/{file.relative_to(path).as_posix()}", file
    elif into or target.endswith("/"):
        yield f"{target.rstrip('/')}/{path.name}", path
    else:
        yield target, path


def _push(arguments: list[str]) -> None:
    (image,) = arguments
    address, _, tag = image.rpartition(":")
    registry, _, repository = address.partition("/")
    if not _file(f"login of {registry}").exists():
        raise Refused(f"push access denied: no basic auth credentials for {registry}")
    layer = _file(f"image {image}")
    if not layer.exists():
        raise Refused(f"An image does not exist locally with the tag: {image}")
    content, ecr = layer.read_bytes(), _client()
    configuration = _file(f"configuration {image}").read_bytes()
    for part in (configuration, content):
        _upload(ecr, repository, part)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _described("application/vnd.docker.container.image.v1+json", configuration),
        "layers": [_described(LAYER, content)],
    }
    text = json.dumps(manifest)
    ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=text)
    digest = _digest(text.encode())
    _file(f"digest {image}").write_text(f"{address}@{digest}\n")
    typer.echo(f"{tag}: digest: {digest} size: {len(text)}")


def _inspect(arguments: list[str]) -> None:
    """Under which digests the engine has pushed an image; it asks no registry."""
    parser = argparse.ArgumentParser(prog="docker inspect")
    parser.add_argument("--format", required=True, choices=[REPOSITORY_DIGESTS])
    parser.add_argument("image")
    image = parser.parse_args(arguments).image
    if not _file(f"image {image}").exists():
        raise Refused(f"No such object: {image}")
    pushed = _file(f"digest {image}")
    typer.echo(pushed.read_text().strip() if pushed.exists() else "")


def _upload(ecr: Any, repository: str, content: bytes) -> None:
    digest = _digest(content)
    ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=[digest])
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    ecr.upload_layer_part(
        repositoryName=repository,
        uploadId=upload,
        partFirstByte=0,
        partLastByte=len(content) - 1,
        layerPartBlob=content,
    )
    ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])


def _described(kind: str, content: bytes) -> dict[str, object]:
    return {"mediaType": kind, "size": len(content), "digest": _digest(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _describe_images(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="aws ecr describe-images")
    parser.add_argument("--repository-name", required=True)
    parser.add_argument("--image-ids", nargs="*", default=[])
    asked = parser.parse_args(arguments)
    ids = [dict([part.split("=", 1) for part in row.split(",")]) for row in asked.image_ids]
    found = _client().describe_images(repositoryName=asked.repository_name, imageIds=ids)
    typer.echo(json.dumps(found["imageDetails"], default=str))


def _get_login_password(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="aws ecr get-login-password")
    parser.add_argument("--region")
    (found,) = _client(parser.parse_args(arguments).region).get_authorization_token()[
        "authorizationData"
    ]
    typer.echo(base64.b64decode(found["authorizationToken"]).decode().partition(":")[2])


def _client(region: str | None = None) -> Any:
    import boto3

    return boto3.client("ecr", region_name=region or os.environ["AWS_REGION"])


def _file(name: str) -> Path:
    folder = Path(os.environ["TMPDIR"]) / STATE
    folder.mkdir(exist_ok=True)
    return folder / hashlib.sha256(name.encode()).hexdigest()


VERBS: Final[Mapping[tuple[str, str], Callable[[list[str]], None]]] = {
    ("aws", "ecr describe-images"): _describe_images,
    ("aws", "ecr get-login-password"): _get_login_password,
    ("docker", "build"): _build,
    ("docker", "inspect"): _inspect,
    ("docker", "login"): _login,
    ("docker", "push"): _push,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
