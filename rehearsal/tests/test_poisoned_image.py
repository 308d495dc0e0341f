"""Finding 6: an image that somebody pushed for a commit before its build is never trained with."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.world.programs import write_programs

pytestmark = pytest.mark.app

REGISTRY = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
SEED = (
    REPOSITORY_ROOT
    / "mlops-sm-project-template/cdk_service_catalog/products/byoc/seed_code/build_app/container"
)
COMMIT, BUILD = "c0ffee", "1a2b"
DOCKERFILE = "FROM python\nCOPY train /opt/program/\nWORKDIR /opt/program\n"


class Checkout:
    """A build repository of a project, and the environment of its image build."""

    def __init__(self, accounts: Accounts, folder: Path, repository: str) -> None:
        self.folder = folder
        self.address = f"{REGISTRY}/{repository}"
        (folder / "container").mkdir()
        (folder / "container" / "Dockerfile").write_text(DOCKERFILE)
        (folder / "container" / "push.sh").write_text((SEED / "push.sh").read_text())
        (folder / "train").write_text("print('trains')\n")
        write_programs(folder / "programs")
        self.environment = {
            **os.environ,
            **accounts.emulator.client_environment(),
            "PATH": f"{folder / 'programs'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "TMPDIR": str(folder),
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-west-1",
            "ECR_REPO_URI": self.address,
            "COMMIT_ID": COMMIT,
            "CODEBUILD_BUILD_ID": f"sagemaker-x-image:{BUILD}",
        }

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def poison(self, tag: str) -> None:
        """Push another image under a tag, as somebody who knows it beforehand."""
        script = self.folder / "train"
        mine = script.read_text()
        script.write_text("print('steals')\n")
        image = f"{self.address}:{tag}"
        login = (
            f"aws ecr get-login-password | docker login --username AWS --password-stdin {REGISTRY}"
        )
        build = f"docker build --file container/Dockerfile --tag {image} ."
        done = self.run("bash", "-ec", f"{login}\n{build}\ndocker push {image}")
        assert done.returncode == 0, done.stderr
        script.write_text(mine)


@pytest.fixture
def checkout(accounts: Accounts, tmp_path: Path, request: pytest.FixtureRequest) -> Checkout:
    repository = f"sagemaker-p-{abs(hash(request.node.name)) % 10**8}"
    accounts.client("ecr").create_repository(
        repositoryName=repository, imageTagMutability="IMMUTABLE"
    )
    return Checkout(accounts, tmp_path, repository)


def pushed(accounts: Accounts, checkout: Checkout) -> dict[str, str]:
    """The digests in the repository by their tags, as ECR tells them."""
    repository = checkout.address.partition("/")[2]
    found: Any = accounts.client("ecr").describe_images(repositoryName=repository)["imageDetails"]
    return {tag: image["imageDigest"] for image in found for tag in image.get("imageTags", ())}


def test_the_build_tells_the_digest_of_what_it_has_pushed(
    accounts: Accounts, checkout: Checkout
) -> None:
    done = checkout.run("bash", "container/push.sh")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"sha256:[0-9a-f]{64}\n", done.stdout)
    assert pushed(accounts, checkout) == {f"{COMMIT}-{BUILD}": done.stdout.strip()}


def test_an_image_that_lies_under_the_commit_already_is_not_taken(
    accounts: Accounts, checkout: Checkout
) -> None:
    checkout.poison(COMMIT)
    done = checkout.run("bash", "container/push.sh")
    assert done.returncode == 0, done.stderr
    found = pushed(accounts, checkout)
    assert done.stdout.strip() == found[f"{COMMIT}-{BUILD}"] != found[COMMIT]


def test_a_build_whose_own_tag_is_taken_fails_and_says_what_it_means(
    accounts: Accounts, checkout: Checkout
) -> None:
    checkout.poison(f"{COMMIT}-{BUILD}")
    done = checkout.run("bash", "container/push.sh")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "somebody who knew it has pushed another image under it" in done.stderr
