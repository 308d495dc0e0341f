"""A snapshot brought to a git host, and to an archive: against real git and real zip files."""

import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from mlops_commons.utilities.archive_publication import Uploaded, publish_archive
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.publication import Publication, Published, publish
from mlops_commons.utilities.snapshot import layered

pytestmark = pytest.mark.pure

GIT = shutil.which("git") or "git"
URL = "https://github.com/example/infra.git"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


class Desk:
    """A checkout, a repository of a host beside it, and what git is configured to do."""

    def __init__(self, folder: Path) -> None:
        self.root, self.host = folder / "checkout", folder / "host.git"
        self.root.mkdir()
        self.write("README.md", "a")
        self.git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.host))

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        (self.root / name).write_text(text)
        (self.root / name).chmod(mode)

    def environment(self, url: str = "") -> dict[str, str]:
        who = {f"GIT_{w}_NAME": "Pat" for w in ("AUTHOR", "COMMITTER")}
        who |= {f"GIT_{w}_EMAIL": "pat@example.com" for w in ("AUTHOR", "COMMITTER")}
        return {
            **os.environ,
            **who,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{url or self.host}.insteadOf",
            "GIT_CONFIG_VALUE_0": URL,
        }

    def git(self, folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            [GIT, *arguments], cwd=folder, env=self.environment(), check=True, capture_output=True
        )
        return done.stdout.decode()

    def publish(self, url: str = "", *, overwrite: bool = False) -> Published | None:
        wanted = Publication(
            content=layered(self.root), remote=URL, branch="main", message="why", seeded=False
        )
        return publish(
            wanted,
            environment=self.environment(url),
            confirm=lambda _: True,
            overwrite=overwrite,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_empty_repository_gets_the_snapshot_as_its_first_commit(desk: Desk) -> None:
    assert desk.publish()
    assert desk.git(desk.host, "log", "--format=%s", "main").split() == ["why"]
    again = desk.publish()
    assert again and not again.changed
    desk.write("README.md", "b")
    assert desk.publish()
    assert desk.git(desk.host, "show", "main:README.md") == "b"


def test_a_repository_with_something_else_in_it_is_not_written_over(desk: Desk) -> None:
    work = desk.root.parent / "work"
    desk.git(desk.root.parent, "clone", "--quiet", str(desk.host), str(work))
    (work / "app.py").write_text("somebody's application\n")
    desk.git(work, "add", ".")
    desk.git(work, "commit", "--quiet", "--message", "Initial commit")
    desk.git(work, "push", "--quiet", "origin", "HEAD:main")
    with pytest.raises(
        PlatformError, match=r"holds changes that are not in this checkout: app\.py"
    ):
        desk.publish()
    assert desk.publish(overwrite=True)


def test_a_branch_that_is_not_there_is_not_begun_beside_others(desk: Desk) -> None:
    assert desk.publish()
    desk.git(desk.host, "branch", "-m", "main", "other")
    with pytest.raises(PlatformError, match="cannot read branch 'main'") as caught:
        desk.publish()
    assert "git ls-remote" in caught.value.hint


@pytest.mark.parametrize("user", [f"{TOKEN}@", f"x-access-token:{TOKEN}@"])
def test_credentials_that_git_is_configured_to_put_into_the_url_are_refused(
    desk: Desk, user: str
) -> None:
    with pytest.raises(PlatformError, match="makes a URL with credentials") as caught:
        desk.publish(f"https://{user}127.0.0.1:9/example/infra.git")
    assert TOKEN not in f"{caught.value.message} {caught.value.hint}"


class Bucket:
    """An archive as S3 keeps it: written over what was read, or not at all."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = content

    def fetch(self) -> Uploaded | None:
        return Uploaded(content=self.content, tag=str(hash(self.content))) if self.content else None

    def put(self, content: bytes, *, over: Uploaded | None) -> str:
        now = self.fetch()
        if (now and now.tag) != (over and over.tag):
            raise PlatformError("somebody has uploaded another archive meanwhile")
        self.content = content
        return "v1"


def upload(desk: Desk, bucket: Bucket, *, overwrite: bool = False) -> str:
    return publish_archive(
        layered(desk.root),
        bucket,
        environment=desk.environment(),
        confirm=lambda _: True,
        overwrite=overwrite,
    )


def zipped(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_an_archive_is_uploaded_once_and_again_when_something_has_changed(desk: Desk) -> None:
    bucket = Bucket()
    desk.write("run.sh", "#!/bin/sh\n", 0o755)
    assert upload(desk, bucket) == "v1"
    with zipfile.ZipFile(io.BytesIO(bucket.content)) as archive:
        assert sorted(archive.namelist()) == ["README.md", "run.sh"]
        assert archive.getinfo("run.sh").external_attr >> 16 & 0o111
    assert upload(desk, bucket) == ""
    desk.write("README.md", "b")
    assert upload(desk, bucket) == "v1"


def test_what_the_archive_has_of_ones_own_is_not_dropped(desk: Desk) -> None:
    own = "mlops-sm-project-template/cdk_service_catalog/products/own/product.py"
    bucket = Bucket(zipped(**{own: "x"}))
    with pytest.raises(PlatformError, match="own/product"):
        upload(desk, bucket)
    assert upload(desk, bucket, overwrite=True)


@pytest.mark.parametrize("name", [".git/config", "a/.GIT/hooks/x", "../x", ".git./config"])
def test_an_archive_cannot_tell_git_what_to_run(desk: Desk, name: str) -> None:
    hostile = zipped(**{name: "[core]\n\tfsmonitor = touch /tmp/ran\n"})
    with pytest.raises(PlatformError, match="which publish never writes"):
        upload(desk, Bucket(hostile))


def test_what_is_no_archive_is_named(desk: Desk) -> None:
    with pytest.raises(PlatformError, match="no zip file"):
        upload(desk, Bucket(b"x"))
