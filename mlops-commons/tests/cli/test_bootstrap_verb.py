"""`bootstrap` through its door, with a CDK CLI that notes its arguments or fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_commons.rehearsal.checkout import write_checkout
from mlops_commons.utilities.paths import CDK_APP_CONFIG, REPOSITORY_ROOT

pytestmark = pytest.mark.app

POLICY = "arn:aws:iam::aws:policy/PowerUserAccess"
NOTE = "console.log(process.argv.slice(2).join(' '));"
ACCOUNTS = {digit: f"{digit}0000000000{digit}" for digit in "1234"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose accounts all have a policy that is there, and no CDK CLI."""
    file = tmp_path / "cdk-app.yml"
    lines = []
    for line in CDK_APP_CONFIG.read_text().splitlines():
        lines.append(line)
        if line.strip() == "bootstrap:":
            space = " " * (len(line) - len(line.lstrip()) + 2)
            lines.append(f"{space}execution_policy_arn: {POLICY}")
    file.write_text("\n".join(lines) + "\n")
    root = tmp_path / "checkout"
    write_checkout(root, file)
    (root / "node_modules").unlink()
    return root


def cdk(root: Path, program: str) -> None:
    file = root / "node_modules" / "aws-cdk" / "bin" / "cdk"
    file.parent.mkdir(parents=True)
    file.write_text(program)


def bootstrap(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    packages = [str(path) for path in sorted(root.glob("mlops-*")) if path.is_dir()]
    return subprocess.run(
        [sys.executable, "-m", "mlops_commons.cli", "bootstrap", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(packages)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_account_is_bootstrapped_with_its_trust_and_the_named_policy(checkout: Path) -> None:
    cdk(checkout, NOTE)
    done = bootstrap(checkout, "--yes")
    assert done.returncode == 0, done.stderr
    noted = [line for line in done.stdout.splitlines() if line.startswith("bootstrap aws://")]
    assert [line.split()[1] for line in noted] == [
        f"aws://{account}/eu-west-1" for account in ACCOUNTS.values()
    ]
    assert all(f"--cloudformation-execution-policies {POLICY}" in line for line in noted)
    assert "--trust" not in noted[0]
    assert f"--trust {ACCOUNTS['1']} " in noted[1]
    assert all(f"--trust {ACCOUNTS['1']},{ACCOUNTS['2']} " in line for line in noted[2:])


def test_a_dry_run_shows_the_commands_and_runs_none(checkout: Path) -> None:
    done = bootstrap(checkout, "--dry-run")
    assert done.returncode == 0, done.stderr
    commands = [line for line in done.stdout.splitlines() if line.startswith("cdk bootstrap ")]
    assert len(commands) == 4
    assert f"--profile mlops-prod --trust {ACCOUNTS['1']},{ACCOUNTS['2']}" in commands[3]


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("process.exitCode = 1;", 1),
        ("console.log('\\n\\n\\n'); process.exitCode = 4;", 4),
    ],
)
def test_the_first_failure_of_the_cdk_ends_it_and_says_how_to_go_on(
    program: str, code: int, checkout: Path
) -> None:
    cdk(checkout, f"{NOTE} {program}")
    done = bootstrap(checkout, "--yes")
    assert done.returncode == code
    assert done.stdout.count("bootstrap aws://") == 1
    assert "next: mend it, then go on with" in done.stderr


def test_a_missing_cdk_cli_is_named(checkout: Path) -> None:
    done = bootstrap(checkout, "--yes")
    assert done.returncode == 1
    assert "cdk" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_a_refused_question_changes_nothing(checkout: Path) -> None:
    cdk(checkout, NOTE)
    done = bootstrap(checkout)
    assert done.returncode == 1
    assert "bootstrap aws://" not in done.stdout


def test_the_placeholders_of_the_sample_are_refused() -> None:
    done = bootstrap(REPOSITORY_ROOT, "--yes", "--stage", "governance")
    assert done.returncode == 1
    assert "placeholders: 111111111111" in done.stderr
