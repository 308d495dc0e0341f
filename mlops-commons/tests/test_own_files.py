"""A user's own products in a repository, against real git."""

import os
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.own_files import PRODUCTS, missing_own
from mlops_commons.utilities.publication import Publication, publish
from mlops_commons.utilities.snapshot import layered

pytestmark = pytest.mark.pure

GIT = shutil.which("git") or "git"
ENVIRONMENT = {
    **os.environ,
    **{f"GIT_{who}_NAME": "Pat Platform" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "pat@example.com" for who in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def write(root: Path, *files: PurePosixPath | str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(f"{file}\n")


def test_a_release_without_a_users_product_does_not_drop_it(tmp_path: Path) -> None:
    def git(*arguments: str | Path) -> None:
        subprocess.run([GIT, *arguments], cwd=remote, env=ENVIRONMENT, check=True)

    remote, release = tmp_path / "remote", tmp_path / "release"
    own, shipped = PRODUCTS / "own/product.py", PRODUCTS / "basic/product.py"
    write(remote, own, shipped, "README.md")
    git("init", "--quiet", "--initial-branch=main")
    git("config", "receive.denyCurrentBranch", "ignore")
    git("add", ".")
    git("commit", "--quiet", "--message", "as published")
    write(release, shipped, "README.md", "NEW.md")

    def published(*, overwrite: bool) -> str:
        return publish(
            Publication(
                content=layered(release), remote=str(remote), branch="main", message="a release"
            ),
            environment=ENVIRONMENT,
            confirm=lambda _: True,
            review=lambda _: None,
            overwrite=overwrite,
        )

    with pytest.raises(PlatformError, match=r"products/own/product\.py"):
        published(overwrite=False)
    write(release, own)
    assert published(overwrite=False)


def test_of_a_product_that_the_checkout_has_a_file_may_go() -> None:
    held = [PRODUCTS / "basic/product.py", PRODUCTS / "basic/old.md", PRODUCTS / "own/product.py"]
    assert missing_own(held, {held[0]}) == [held[2]]
