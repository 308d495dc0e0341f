"""`publish` against real git repositories, reached by the URLs that CodeCommit has."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checkouts import CDK_INFRA_APP
from published_repository import APP, DIRECTORY, Publisher, change

from mlops_commons.utilities.own_files import EXTENSIONS

pytestmark = pytest.mark.construct


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    found = Publisher(tmp_path)
    found.seed()
    return found


def test_an_unchanged_checkout_publishes_nothing(publisher: Publisher) -> None:
    done = publisher.publish("--yes")
    assert done.returncode == 0, done.stderr
    assert "nothing published" in done.stdout
    assert len(publisher.log()) == 1


def test_a_change_is_shown_and_published_after_a_yes(publisher: Publisher) -> None:
    change(publisher.root)
    done = publisher.publish(answer="y\n")
    assert done.returncode == 0, done.stderr
    assert "CHANGELOG.md" in done.stdout
    assert publisher.log() == ["why", "Initial commit by AWS CodeCommit"]
    assert publisher.content("CHANGELOG.md").endswith("a change\n")


@pytest.mark.parametrize(("flags", "answer"), [((), "n\n"), (("--dry-run",), "")])
def test_without_a_yes_nothing_is_published(
    publisher: Publisher, flags: tuple[str, ...], answer: str
) -> None:
    change(publisher.root)
    done = publisher.publish(*flags, answer=answer)
    assert done.returncode == 0, done.stderr
    assert "CHANGELOG.md" in done.stdout
    assert len(publisher.log()) == 1


def test_a_deleted_file_is_deleted_there(publisher: Publisher) -> None:
    (publisher.root / "CHANGELOG.md").unlink()
    assert publisher.publish("--yes").returncode == 0
    listed = publisher.git(publisher.remote, "ls-tree", "--name-only", "main").split()
    assert "CHANGELOG.md" not in listed
    assert "SECURITY.md" in listed


def test_changes_made_in_the_repository_are_never_dropped(publisher: Publisher) -> None:
    work = publisher.clone()
    change(work, "SECURITY.md", "made there\n")
    publisher.commit(work, "A change in the repository")
    change(publisher.root)
    refused = publisher.publish("--yes")
    assert refused.returncode == 1
    assert "SECURITY.md" in refused.stderr
    assert "--overwrite" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert publisher.log()[0] == "A change in the repository"
    assert publisher.publish("--yes", "--overwrite").returncode == 0
    assert "made there" not in publisher.content("SECURITY.md")


@pytest.mark.skipif(APP != "infra", reason="extensions belong to the infrastructure app")
def test_a_newer_checkout_never_drops_an_extension_that_was_published_before(
    publisher: Publisher,
) -> None:
    """No release has the file, so a checkout without it is no reason to delete it."""
    extension = publisher.root / DIRECTORY / "mlops_infra" / "extensions" / "bucket.py"
    extension.write_text("def add(stack, stage):\n    pass\n")
    assert publisher.publish("--yes").returncode == 0
    extension.unlink()
    change(publisher.root)
    refused = publisher.publish("--yes")
    assert refused.returncode == 1
    assert "mlops_infra/extensions/bucket.py" in refused.stderr
    assert "def add" in publisher.content(f"{DIRECTORY}/mlops_infra/extensions/bucket.py")
    assert publisher.publish("--yes", "--overwrite").returncode == 0


@pytest.mark.skipif(APP != "infra", reason="extensions belong to the infrastructure app")
def test_a_file_beside_extensions_that_is_not_published_is_named(publisher: Publisher) -> None:
    (publisher.root / EXTENSIONS / "query.sql").write_text("SELECT 1\n")
    for said in (publisher.publish("--yes").stderr, publisher.run("config", "validate").stdout):
        assert f"no repository gets {EXTENSIONS}/query.sql" in said


def test_changes_made_in_the_repository_and_brought_here_are_no_obstacle(
    publisher: Publisher,
) -> None:
    work = publisher.clone()
    change(work, "SECURITY.md", "made there\n")
    publisher.commit(work, "A change in the repository")
    change(publisher.root, "SECURITY.md", "made there\n")
    change(publisher.root)
    done = publisher.publish("--yes")
    assert done.returncode == 0, done.stderr
    assert publisher.log()[0] == "why"
    assert publisher.content("SECURITY.md").endswith("made there\n")


def test_a_change_that_was_brought_here_may_be_edited_further(publisher: Publisher) -> None:
    work = publisher.clone()
    change(work, "SECURITY.md", "made there\n")
    publisher.commit(work, "A change in the repository")
    change(publisher.root, "SECURITY.md", "made there\n")
    assert "nothing published" in publisher.publish("--yes").stdout
    change(publisher.root, "SECURITY.md", "and edited here\n")
    done = publisher.publish("--yes")
    assert done.returncode == 0, done.stderr
    assert publisher.content("SECURITY.md").endswith("made there\nand edited here\n")


def test_a_change_that_was_brought_here_and_lost_again_is_not_dropped(publisher: Publisher) -> None:
    old = (publisher.root / "SECURITY.md").read_text()
    work = publisher.clone()
    change(work, "SECURITY.md", "made there\n")
    publisher.commit(work, "A change in the repository")
    change(publisher.root, "SECURITY.md", "made there\n")
    assert publisher.publish("--yes").returncode == 0
    (publisher.root / "SECURITY.md").write_text(old)
    assert "SECURITY.md" in publisher.publish("--yes").stderr
    change(work, "SECURITY.md", "and again\n")
    publisher.commit(work, "Another change of the same file")
    change(publisher.root, "SECURITY.md", "edited here\n")
    assert "SECURITY.md" in publisher.publish("--yes").stderr, "this one was never here"


def test_a_file_that_was_renamed_there_is_not_brought_by_its_new_name_alone(
    publisher: Publisher,
) -> None:
    work = publisher.clone()
    publisher.git(work, "mv", "CHANGELOG.md", "mlops-infra/CHANGES.md")
    publisher.commit(work, "Move a file")
    shutil.copy(publisher.root / "CHANGELOG.md", publisher.root / "mlops-infra/CHANGES.md")
    refused = publisher.publish("--yes")
    assert "not in this checkout: CHANGELOG.md\n" in refused.stderr


def test_after_a_publication_only_later_changes_count_as_made_there(publisher: Publisher) -> None:
    change(publisher.root)
    assert publisher.publish("--yes").returncode == 0
    change(publisher.root, text="another\n")
    assert publisher.publish("--yes").returncode == 0
    assert publisher.log() == ["why", "why", "Initial commit by AWS CodeCommit"]


def test_a_repository_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    done = Publisher(tmp_path).publish("--yes")
    assert done.returncode == 1
    assert "deploy the repository first" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_set_names_those_that_there_are(publisher: Publisher) -> None:
    done = publisher.publish("--yes", "--set", "retail")
    assert done.returncode == 1
    assert "there are: business-unit-1" in done.stderr


def test_publish_needs_a_message(publisher: Publisher) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mlops_commons.cli", APP, "publish"],
        cwd=publisher.root,
        env=publisher.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--message" in done.stderr


LARGER = """\
cdk_infra_app_config:
  network:
    default_create_network:
      vpc_private_subnet_cidr_mask: 23
"""
has_networks = pytest.mark.skipif(APP != "infra", reason="only the infrastructure app has networks")


def cli(publisher: Publisher, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mlops_commons.cli", *arguments],
        cwd=publisher.root,
        env=publisher.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@has_networks
def test_a_network_that_a_published_stage_cannot_take_is_refused_by_every_verb(
    publisher: Publisher,
) -> None:
    (publisher.root / CDK_INFRA_APP).write_text(LARGER)
    assert cli(publisher, "config", "validate").returncode == 0, "nothing is known yet"
    refusals = [
        publisher.publish("--yes"),
        cli(publisher, "config", "validate"),
        cli(publisher, "infra", "diff"),
    ]
    for refused in refusals:
        assert refused.returncode == 1, refused.stdout
        assert (
            "stage 'dev' of set 'business-unit-1': private subnet 1, 10.0.0.0/24" in refused.stderr
        )
        assert "cdk-infra-app.yml:4" in refused.stderr
        assert "--replace-networks" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert len(publisher.log()) == 1


@has_networks
def test_a_stage_that_was_deleted_may_get_another_network(publisher: Publisher) -> None:
    (publisher.root / CDK_INFRA_APP).write_text(LARGER)
    done = publisher.publish("--yes", "--replace-networks")
    assert done.returncode == 0, done.stderr
    assert publisher.content(str(CDK_INFRA_APP)) == LARGER
    assert cli(publisher, "config", "validate").returncode == 0, "it is the published one now"


@has_networks
def test_another_zone_is_published_without_a_question_about_ranges(publisher: Publisher) -> None:
    more = LARGER.replace("vpc_private_subnet_cidr_mask: 23", "vpc_max_azs: 4")
    (publisher.root / CDK_INFRA_APP).write_text(more)
    done = publisher.publish("--yes")
    assert done.returncode == 0, done.stderr
    assert publisher.content(str(CDK_INFRA_APP)) == more
