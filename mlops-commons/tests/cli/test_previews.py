"""Previews on a machine without credentials, profiles and network: they work, or say what lacks."""

import json
import subprocess
from pathlib import Path

import pytest
from checkouts import APPS_HERE, CDK_APP
from command_lines import command_line, configured

from mlops_commons.utilities.paths import EXAMPLES

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(len(APPS_HERE) < 2, reason="the repository of one app has no such verb"),
]

NOBODY_ANSWERS = "http://127.0.0.1:9"
"""The discard port: refused at once."""


def preview(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a verb where nobody has ever signed in."""
    home = root.parent / "empty-home"
    home.mkdir(exist_ok=True)
    proxies = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), NOBODY_ANSWERS)
    nothing = {"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", **proxies}
    done = command_line(root, *arguments, environment=nothing)
    assert "Traceback" not in done.stderr
    return done


def test_what_is_made_of_templates_and_files_needs_nobody(tmp_path: Path) -> None:
    root = configured(tmp_path)
    for arguments in (
        ("infra", "synth"),
        ("bootstrap", "--dry-run"),
        ("setup", "--dry-run"),
        ("teardown", "--plan", "--offline"),
        ("costs",),
    ):
        done = preview(root, *arguments)
        assert done.returncode == 0, done.stderr

    done = preview(root, "teardown", "--plan")
    assert done.returncode == 3, done.stderr
    assert "dev-mlops-infra" in done.stdout
    assert "no account was looked into" in done.stdout
    assert "4 profiles cannot be used" in done.stdout
    shown = json.loads(preview(root, "teardown", "--plan", "--json").stdout)
    assert len(shown["steps"]) == 8
    assert shown["leftovers"] is None
    assert "mlops-governance" in shown["not_looked_at"]


def test_what_is_done_in_projects_costs_nothing_in_a_set_without_them(tmp_path: Path) -> None:
    root, two = configured(tmp_path), EXAMPLES / "two-stages"
    found = json.loads(preview(root, "costs", "--json", "--config", str(two)).stdout)
    assert {row["account"] for row in found["accounts"]} >= {"222222222222", "555555555555"}
    for case in found["cases"]:
        assert case["usd_of_a_set"] > 0
        assert case["total"] == pytest.approx(found["fixed"] + case["usd_of_a_set"], abs=0.02)


def test_a_teardown_that_is_no_preview_still_wants_every_profile(tmp_path: Path) -> None:
    done = preview(configured(tmp_path), "teardown", "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "4 profiles cannot be used" in done.stderr


def test_a_publication_that_cannot_be_compared_says_so_and_how_much_it_is(tmp_path: Path) -> None:
    root = configured(tmp_path)
    done = preview(root, "infra", "publish", "--dry-run", "-m", "why")
    assert done.returncode == 3, done.stderr
    assert done.stderr.count("the difference cannot be shown") == 1
    _, _, told = done.stderr.partition("the difference cannot be shown")
    assert "botocore" not in told and "could not be found" in told
    assert "next: make the profile with: aws configure sso --profile mlops-governance" in told
    assert "files would be published" in done.stdout
    done = preview(root, "infra", "publish", "--yes", "-m", "why")
    assert done.returncode == 1


def test_a_profile_without_which_nothing_is_seen_is_told_once(tmp_path: Path) -> None:
    root = configured(tmp_path)
    done = preview(root, "status")
    assert done.returncode == 3, done.stderr
    assert done.stdout.count("mlops-governance' cannot be used") == 1
    assert done.stdout.count("next: ") == 1
    assert "aws configure sso --profile mlops-governance" in done.stdout
    found = json.loads(preview(root, "status", "--json").stdout)
    assert len(found["attention"]) == 1
    assert {row["unknown"] for row in found["deliveries"]} == {"governance cannot be entered"}


WITHOUT_PROJECTS = """\
    - set_name: research
      projects: {enabled: false}
      stages:
        - {stage_name: notebooks, role: dev, account: "555555555555"}
"""


def test_templates_are_published_to_sets_with_projects_alone(tmp_path: Path) -> None:
    """The others have no repository for them; their infrastructure has one."""
    root = configured(tmp_path)
    config = root / CDK_APP
    config.write_text(config.read_text() + WITHOUT_PROJECTS)
    said = "left out: set 'research' is to have no projects"
    for app, sets, noted in (("infra", 2, 0), ("template", 1, 1)):
        done = preview(root, app, "publish", "--dry-run", "-m", "why")
        assert done.returncode == 3, done.stderr
        assert done.stdout.count("files would be published") == sets
        assert done.stderr.count(said) == noted

    for further in ((), ("--rollout",)):
        named = ("--set", "research", "--yes", "-m", "why", *further)
        refused = preview(root, "template", "publish", *named)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "error: 'template' is published to none: set 'research'" in refused.stderr


def test_a_platform_without_projects_needs_no_templates_of_them(tmp_path: Path) -> None:
    root = configured(tmp_path)
    config = root / CDK_APP
    before, sets, _ = config.read_text().partition("  deployments:\n")
    config.write_text(before + sets + WITHOUT_PROJECTS)
    for arguments in (("bootstrap", "--dry-run"), ("costs",), ("teardown", "--plan", "--offline")):
        done = preview(root, *arguments)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("verb", ["diff", "drift", "deploy", "destroy"])
def test_a_verb_of_the_cdk_that_needs_credentials_says_so_before_it_starts(
    verb: str, tmp_path: Path
) -> None:
    done = preview(configured(tmp_path), "infra", verb, "--all")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: '{verb}' needs credentials, and this machine has no pro")
    assert "without credentials: ./mlops-multi-account.sh infra synth" in done.stderr
    assert done.stderr.count("\n") == 2


def test_what_asks_accounts_names_each_that_it_cannot_ask(tmp_path: Path) -> None:
    root = configured(tmp_path)
    assert preview(root, "status").returncode == 3
    done = preview(root, "doctor")
    assert done.returncode in (0, 3), done.stdout
    assert done.stdout.count("cannot be used") == 4
    done = preview(root, "config", "refresh_aws_credentials", "--check")
    assert done.returncode == 1
    done = preview(root, "costs", "refresh")
    assert done.returncode == 1
    assert "mlops-governance" in done.stderr
