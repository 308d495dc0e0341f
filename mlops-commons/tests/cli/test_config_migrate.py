"""`config migrate` on files as the reference system has them, untouched, filled in and damaged."""

import json
from pathlib import Path

import pytest
from command_lines import app_file, command_line, configured, infra_file
from older_layout import ENTRY, older_layout, reference_layout
from wizards import terminal

from mlops_commons.config import load_config

pytestmark = pytest.mark.construct


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "new"
    folder.mkdir()
    return configured(folder)


def test_files_that_were_never_filled_in_are_nothing_to_migrate(
    checkout: Path, tmp_path: Path
) -> None:
    for file in reference_layout(tmp_path / "old", filled=False):
        done = command_line(checkout, "config", "migrate", file, "--yes")
        assert done.returncode == 1
        assert "no entry has a DEV_ACCOUNT" in done.stderr
        assert "./mlops-multi-account.sh config" in done.stderr


@pytest.mark.parametrize("which", [0, 1], ids=["infrastructure", "templates"])
def test_the_filled_in_files_of_either_app_become_both_files(
    which: int, checkout: Path, tmp_path: Path
) -> None:
    file = reference_layout(tmp_path / "old", filled=True)[which]
    done = command_line(checkout, "config", "migrate", file, "--yes")
    assert done.returncode == 0, done.stderr
    config = load_config(app_file(checkout), infra_file(checkout))
    assert config.app_prefix == "acme"
    assert config.pipeline.code_commit.infra.repo_name == "mlops-infra"
    assert config.pipeline.code_commit.project_template.repo_name == "mlops-sm-project-template"
    assert config.pipeline.bootstrap.aws_profile == "gov"
    (deployment,) = config.deployments
    assert [(s.stage_name, s.account) for s in deployment.stages] == [
        ("dev", "100000000002"),
        ("preprod", "100000000003"),
        ("prod", "100000000004"),
    ]
    assert deployment.stages[0].bootstrap.aws_profile == "my-dev"
    assert not hasattr(config.network("first-example", "dev"), "vpc_id"), "it is created"
    for note in (
        "set 'second-example' has no DEV_ACCOUNT and is left out",
        "names no VPC ('vpc-'): one is created in dev",
        "the project templates had the prefix 'mlops-cdk'; both apps have 'acme' now",
    ):
        assert note in done.stdout


def test_the_templates_file_alone_keeps_its_repository_apart(
    checkout: Path, tmp_path: Path
) -> None:
    """Both apps must never get one repository."""
    infra, templates = reference_layout(tmp_path / "old", filled=True)
    alone = tmp_path / "alone"
    alone.mkdir()
    for name in ("accounts.json", "constants.py"):
        (alone / name).write_text(templates.with_name(name).read_text())
    done = command_line(checkout, "config", "migrate", alone / "accounts.json", "--yes")
    assert done.returncode == 0, done.stderr
    named = load_config(app_file(checkout), infra_file(checkout)).pipeline.code_commit
    assert named.project_template.repo_name == "mlops-sm-project-template"
    assert named.infra.repo_name != named.project_template.repo_name
    assert infra.exists()


def test_a_flag_wins_over_the_old_prefix(checkout: Path, tmp_path: Path) -> None:
    file, _ = reference_layout(tmp_path / "old", filled=True)
    done = command_line(checkout, "config", "migrate", file, "--yes", "--prefix", "bank")
    assert done.returncode == 0, done.stderr
    assert load_config(app_file(checkout), infra_file(checkout)).app_prefix == "bank"


def test_without_any_region_the_flag_is_named(checkout: Path, tmp_path: Path) -> None:
    file, _ = reference_layout(tmp_path / "old", filled=True)
    constants = file.with_name("constants.py")
    constants.write_text('PIPELINE_ACCOUNT: str = "012345670123"\n')
    done = command_line(checkout, "config", "migrate", file, "--yes")
    assert done.returncode == 1
    assert "--region" in done.stderr.partition("next:")[2]


def test_what_was_not_filled_in_or_is_not_known_is_said_in_a_note(
    checkout: Path, tmp_path: Path
) -> None:
    file = older_layout(tmp_path / "old")
    entry = {**ENTRY, "PREPROD_ACCOUNT": "", "TEAM": "blue"}
    del entry["PROD_ACCOUNT"]
    file.write_text(json.dumps([entry]))
    network = file.parent / "prod" / "constants.py"
    network.write_text(network.read_text().replace("subnet-0123456789abcdef1", "subnet-"))
    done = command_line(checkout, "config", "migrate", file, "--dry-run")
    assert done.returncode == 0, done.stderr
    notes = [line for line in done.stdout.splitlines() if line.startswith("note: ")]
    for note in (
        "note: set 'retail' has no PREPROD_ACCOUNT: its stage preprod is left out",
        "note: set 'retail' has no PROD_ACCOUNT: its stage prod is left out",
        "note: set 'retail': 'TEAM' has no equal and is left out",
        f"note: {network}: 'subnet-' in APP_SUBNETS is no id and is left out",
    ):
        assert notes.count(note) == 1


def test_nothing_is_noted_of_files_that_are_filled_in(checkout: Path, tmp_path: Path) -> None:
    done = command_line(checkout, "config", "migrate", older_layout(tmp_path / "old"), "--dry-run")
    notes = [line for line in done.stdout.splitlines() if line.startswith("note: ")]
    assert [note for note in notes if "imports vpc-" not in note] == []


def test_what_stands_nowhere_is_asked_for_in_a_terminal(checkout: Path, tmp_path: Path) -> None:
    file = older_layout(tmp_path / "old")
    file.with_name("constants.py").unlink()
    file.write_text(json.dumps([{**ENTRY, "DEPLOYMENT_REGION": ""}]))
    with terminal(checkout, "config", "migrate", file) as wizard:
        wizard.answer("id of the governance account: ", "1234")  # refused, asked again
        wizard.answer("id of the governance account: ", "012345670123")
        wizard.answer("region of the governance account: ", "eu-central-1")
        wizard.answer("write these files?", "")
        assert wizard.code() == 0, wizard.shown
    pipeline = load_config(app_file(checkout), infra_file(checkout)).pipeline
    assert (pipeline.account, pipeline.region) == ("012345670123", "eu-central-1")


DAMAGED = {
    "dev/data_scientists.yml": "- ada\n- bob\n",
    "dev/lead_data_scientists.yml": "users: [ada]\n",
    "constants.py": "PIPELINE_ACCOUNT = (\n",
    "dev/constants.py": "VPC_ID = '\0'\n",
    "accounts.json": "[" * 100_000,
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_named_without_a_traceback(
    name: str, checkout: Path, tmp_path: Path
) -> None:
    file = older_layout(tmp_path / "old")
    (file.parent / name).write_text(DAMAGED[name])
    done = command_line(checkout, "config", "migrate", file, "--yes")
    assert done.returncode == 1
    assert name.rpartition("/")[2] in done.stderr
    assert "next:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_value_of_the_old_files_says_what_to_correct(checkout: Path, tmp_path: Path) -> None:
    file, _ = reference_layout(tmp_path / "old", filled=True)
    file.write_text(file.read_text().replace("100000000003", "12345"))
    done = command_line(checkout, "config", "migrate", file, "--yes")
    assert done.returncode == 1
    assert "correct the old files" in done.stderr
