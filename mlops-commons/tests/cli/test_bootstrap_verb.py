"""`bootstrap` through its door, with a CDK CLI that notes its arguments or fails."""

import json
import shutil
from pathlib import Path

import pytest
from bootstrap_checkouts import NOTE, bootstrap, give_cdk, noted, without_cdk
from checkouts import APPS_HERE

from mlops_commons.cli.accounts.bootstrap import _write_stack_set
from mlops_commons.config import load_config, placeholder_accounts
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

POLICY = "arn:aws:iam::aws:policy/PowerUserAccess"
ACCOUNTS = {digit: f"{digit}0000000000{digit}" for digit in "1234"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose accounts all have a policy that is there, and no CDK CLI."""
    return without_cdk(tmp_path, f"execution_policy_arn: {POLICY}")


def test_each_account_is_bootstrapped_with_its_trust_and_the_named_policy(checkout: Path) -> None:
    give_cdk(checkout, NOTE)
    done = bootstrap(checkout, "--yes")
    assert done.returncode == 0, done.stderr
    started = noted(done)
    assert [line.split()[1] for line in started] == [
        f"aws://{account}/eu-west-1" for account in ACCOUNTS.values()
    ]
    assert all(f"--cloudformation-execution-policies {POLICY}" in line for line in started)
    assert "--trust" not in started[0]
    assert all(f"--trust {ACCOUNTS['1']} " in line for line in started[1:])
    assert all(f"--untrust {ACCOUNTS['2']} " in line for line in started[2:])


def test_a_dry_run_shows_the_commands_and_runs_none(checkout: Path) -> None:
    done = bootstrap(checkout, "--dry-run")
    assert done.returncode == 0, done.stderr
    commands = [line for line in done.stdout.splitlines() if line.startswith("cdk bootstrap ")]
    assert len(commands) == 4
    assert f"--profile mlops-prod --trust {ACCOUNTS['1']} --untrust {ACCOUNTS['2']} " in commands[3]


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
    give_cdk(checkout, f"{NOTE} {program}")
    done = bootstrap(checkout, "--yes")
    assert done.returncode == code
    assert len(noted(done)) == 1
    assert "next: fix it, then continue with" in done.stderr


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("file", "--stackset {root}/file: {root}/file is a file"),
        ("file/below", "--stackset {root}/file/below: {root}/file is a file"),
        ("full", "the folder {root}/full is not empty"),
    ],
)
def test_a_place_that_can_be_no_new_folder_is_refused_before_anything_is_made(
    place: str, words: str, checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("place")
    (root / "file").write_text("kept")
    (root / "full").mkdir()
    (root / "full" / "own").touch()
    done = bootstrap(checkout, "--stackset", str(root / place))
    assert done.returncode == 1
    assert words.format(root=root) in done.stderr
    assert "next: name a folder that does not exist yet" in done.stderr
    assert "Traceback" not in done.stderr
    assert (root / "file").read_text() == "kept"


def test_a_folder_that_nobody_can_make_is_told_and_not_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "mlops_commons.accounts.stack_set.stack_set_files", lambda _: {"template.yml": "x"}
    )
    with pytest.raises(PlatformError, match="cannot write /proc/here/template"):
        _write_stack_set(Path("/proc/here"), [])


def test_a_missing_cdk_cli_is_named(checkout: Path) -> None:
    done = bootstrap(checkout, "--yes")
    assert done.returncode == 1
    assert "cdk" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_a_refused_question_changes_nothing(checkout: Path) -> None:
    give_cdk(checkout, NOTE)
    done = bootstrap(checkout)
    assert done.returncode == 1
    assert noted(done) == []


FILLED_IN = not placeholder_accounts(load_config())


@pytest.mark.skipif(FILLED_IN, reason="the accounts are filled in")
def test_the_placeholders_of_the_sample_are_refused() -> None:
    done = bootstrap(REPOSITORY_ROOT, "--yes", "--stage", "governance")
    assert done.returncode == 1
    assert "placeholders: 111111111111" in done.stderr


def test_what_the_organization_wants_of_the_bootstrap_is_said_to_the_cdk(checkout: Path) -> None:
    file = checkout / "mlops-commons" / "mlops_commons" / "config" / "cdk-app.yml"
    org = (
        "  org: {permissions_boundary: {name: everyone, deny: []}, bootstrap: "
        "{qualifier: acme, toolkit_tags: {Owner: cloud}}}\n  pipeline:"
    )
    file.write_text(file.read_text().replace("  pipeline:", org, 1))
    done = bootstrap(checkout, "--dry-run")
    assert done.returncode == 0, done.stderr
    commands = [line for line in done.stdout.splitlines() if line.startswith("cdk bootstrap ")]
    assert len(commands) == 4
    for wanted in (
        "--custom-permissions-boundary everyone --apply-permissions-boundary-to-all-roles",
        "--qualifier acme",
        "--tags Owner=cloud",
    ):
        assert all(wanted in line for line in commands), wanted


def test_policies_are_not_generated_from_the_templates_of_one_app_only(tmp_path: Path) -> None:
    root = without_cdk(tmp_path, "enabled: true")
    shutil.rmtree(root / "mlops-sm-project-template", ignore_errors=True)
    done = bootstrap(root, "--dry-run")
    assert done.returncode == 1
    assert "this checkout has no 'mlops-" in done.stderr
    assert "cdk bootstrap" not in done.stdout


@pytest.mark.skipif(len(APPS_HERE) < 2, reason="policies are made of both apps")
def test_json_is_all_that_is_printed() -> None:
    done = bootstrap(REPOSITORY_ROOT, "--json", "--stage", "governance")
    (row,) = json.loads(done.stdout)
    assert done.stderr == ""
    governance = load_config().pipeline
    assert len(row["policies"]) == len(row["policy_arns"]) > 0
    assert row["command"][:3] == [
        "cdk",
        "bootstrap",
        f"aws://{governance.account}/{governance.region}",
    ]
