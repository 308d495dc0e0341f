"""AWS::CodeCommit::Repository as a bare git repository, filled from its Code asset."""

import io
import os
import shutil
import subprocess
import tempfile
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import STORE, key_of
from ministack_aws.delivery.pushes import pushed, write_hook
from ministack_aws.delivery.reference_changes import NOTHING
from ministack_aws.engine import s3
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Attributes, Properties, ResourceHandlers

TYPE: Final = "AWS::CodeCommit::Repository"
_GIT = shutil.which("git") or "git"
AUTHOR = ("-c", "user.name=AWS CodeCommit", "-c", "user.email=codecommit@example.com")


def register(handlers: ResourceHandlers) -> None:
    """Add the type."""
    handlers.setdefault(TYPE, {"create": _create, "update": _update, "delete": _delete})


def folder(name: str) -> Path:
    """The bare repository of a name in the account and region of the request."""
    root = Path(os.environ.get("MINISTACK_CODECOMMIT_ROOT") or tempfile.gettempdir())
    return root / get_account_id() / get_region() / f"{name}.git"


def attributes(properties: Properties) -> Attributes:
    """What GetAtt gives."""
    name = properties["RepositoryName"]
    git = f"git-codecommit.{get_region()}.amazonaws.com/v1/repos/{name}"
    return {
        "Arn": arn("codecommit", name),
        "Name": name,
        "CloneUrlHttp": f"https://{git}",
        "CloneUrlSsh": f"ssh://{git}",
    }


def _create(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
    repository = folder(properties["RepositoryName"])
    if repository.exists():
        raise ValueError(f"Repository named {properties['RepositoryName']} already exists")
    repository.parent.mkdir(parents=True, exist_ok=True)
    # CodeCommit, "Code": the content is taken at creation only.
    branch = properties.get("Code", {}).get("BranchName", "main")
    _git("init", "--quiet", "--bare", f"--initial-branch={branch}", str(repository))
    try:
        if "Code" in properties:
            _fill(repository, branch, properties["Code"]["S3"])
        # After that: a pipeline that is made with its repository runs by itself.
        write_hook(repository, properties["RepositoryName"])
    except Exception:
        shutil.rmtree(repository, ignore_errors=True)
        raise
    physical_id = str(uuid.uuid5(uuid.NAMESPACE_URL, attributes(properties)["Arn"]))
    STORE[key_of(TYPE, physical_id)] = properties
    if "Code" in properties:
        _tell(repository, properties["RepositoryName"], branch)
    return physical_id, attributes(properties)


def _tell(repository: Path, name: str, branch: str) -> None:
    """The seed is a commit as any other: rules that are there already learn of its branch."""
    commit = (repository / "refs" / "heads" / branch).read_text().strip()
    place = {"account": get_account_id(), "region": get_region(), "repository": name}
    pushed({**place, "references": [f"{NOTHING} {commit} refs/heads/{branch}"]})


def _update(
    physical_id: str, old: Properties, new: Properties, stack_name: str
) -> tuple[str, Attributes]:
    if old["RepositoryName"] != new["RepositoryName"]:
        folder(old["RepositoryName"]).rename(folder(new["RepositoryName"]))
        write_hook(folder(new["RepositoryName"]), new["RepositoryName"])
    STORE[key_of(TYPE, physical_id)] = new
    return physical_id, attributes(new)


def _delete(physical_id: str, properties: Properties) -> None:
    STORE.pop(key_of(TYPE, physical_id), None)
    shutil.rmtree(folder(properties["RepositoryName"]), ignore_errors=True)


def _fill(repository: Path, branch: str, asset: Mapping[str, str]) -> None:
    content = s3.content_of(asset["Bucket"], asset["Key"], None)
    if content is None:
        raise ValueError(f"The specified key does not exist: s3://{asset['Bucket']}/{asset['Key']}")
    with tempfile.TemporaryDirectory() as work:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_empty_files(archive)
            # The first commit keeps no file modes, whatever the archive says (aws-cdk issue 24083).
            archive.extractall(work)
        _git("init", "--quiet", f"--initial-branch={branch}", work)
        _git("-C", work, "add", "--all", "--force")
        _git("-C", work, *AUTHOR, "commit", "--quiet", "--message=Initial commit by AWS CodeCommit")
        _git("-C", work, "push", "--quiet", str(repository), branch)


def _refuse_empty_files(archive: zipfile.ZipFile) -> None:
    """A repository cannot start with an empty file (found on AWS; API_PutFile, fileContent)."""
    for entry in archive.infolist():
        if not entry.is_dir() and not entry.file_size:
            raise ValueError(f"FileContentRequiredException: {entry.filename} is empty")


def _git(*arguments: str) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        [_GIT, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise ValueError(f"git {arguments[0]}: {done.stderr[-300:]}")
