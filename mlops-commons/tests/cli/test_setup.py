"""`setup`: the steps in their order, the first failure ends it and says how to go on."""

from pathlib import Path

import pytest
from bootstrap_checkouts import NOTE, give_cdk, noted, without_cdk
from command_lines import app_file, command_line

pytestmark = pytest.mark.app

POLICY = "arn:aws:iam::aws:policy/PowerUserAccess"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with accounts of its own and no CDK CLI."""
    return without_cdk(tmp_path, f"execution_policy_arn: {POLICY}")


def test_accounts_that_are_configured_are_bootstrapped_without_a_question(checkout: Path) -> None:
    give_cdk(checkout, NOTE)
    done = command_line(checkout, "setup", "--yes")
    assert done.returncode == 0, done.stderr
    assert len(noted(done)) == 4
    steps = [line for line in done.stderr.splitlines() if line.startswith("step ")]
    assert [step.split(": ")[1] for step in steps] == ["prerequisites", "config", "bootstrap"]


def test_a_dry_run_bootstraps_nothing(checkout: Path) -> None:
    done = command_line(checkout, "setup", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert noted(done) == []
    assert sum(line.startswith("cdk bootstrap ") for line in done.stdout.splitlines()) == 4


def test_a_failing_step_ends_it_with_its_exit_code_and_the_way_on(checkout: Path) -> None:
    give_cdk(checkout, f"{NOTE} process.exitCode = 4;")
    done = command_line(checkout, "setup", "--yes")
    assert done.returncode == 4
    assert "continue with: ./mlops-multi-account.sh bootstrap" in done.stderr


def test_placeholder_accounts_are_asked_for_and_never_guessed(checkout: Path) -> None:
    file = app_file(checkout)
    file.write_text(file.read_text().replace("200000000002", "222222222222"))
    done = command_line(checkout, "setup", "--yes")
    assert done.returncode == 1
    assert "config --non-interactive" in done.stderr
    assert "config, then ./mlops-multi-account.sh bootstrap" in done.stderr


def test_an_answer_that_ends_early_ends_the_setup(checkout: Path) -> None:
    file = app_file(checkout)
    file.write_text(file.read_text().replace("200000000002", "222222222222"))
    done = command_line(checkout, "setup", answers="eu-west-1\n")
    assert done.returncode == 130
    assert "nothing is written" in done.stderr
    assert "step 3" not in done.stderr


def test_the_setup_of_an_app_installs_and_bootstraps(checkout: Path) -> None:
    done = command_line(checkout, "infra", "setup", "--dry-run")
    assert done.returncode == 0, done.stderr
    steps = [line for line in done.stderr.splitlines() if line.startswith("step ")]
    assert [step.split(": ")[1] for step in steps] == ["prerequisites", "bootstrap"]
    assert "git: there" in done.stderr
    assert sum(line.startswith("cdk bootstrap ") for line in done.stdout.splitlines()) == 4
