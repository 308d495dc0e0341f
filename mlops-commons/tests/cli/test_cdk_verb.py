"""What the CDK CLI is asked to do, noted by a CDK CLI that only prints its arguments."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from checkouts import make_checkout
from command_lines import command_line

from mlops_commons.cli.apps.cdk_verb import CREDENTIAL_VARIABLES, run_cdk
from mlops_commons.config import load_config
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import SAMPLE

pytestmark = pytest.mark.construct

NOTING_CDK = """
const { CDK_DISABLE_CLI_TELEMETRY: telemetry, CDK_VALIDATION: validation } = process.env;
const seen = { arguments: process.argv.slice(2), cwd: process.cwd(), telemetry, validation };
console.log(JSON.stringify(seen));
process.exitCode = process.argv.includes("--fail") ? 3 : 0;
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (("node_modules/aws-cdk/bin/cdk", NOTING_CDK), ("mlops-infra/app.py", "")):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    for name in CREDENTIAL_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def seen(checkout: Path, capfd: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run_cdk("infra", arguments, root=checkout) == 0
    noted: dict[str, Any] = json.loads(capfd.readouterr().out)
    return noted


@pytest.mark.parametrize(
    "arguments",
    [
        ["ls"],
        ["list", "--long"],
        ["context", "--clear"],
        ["deploy", "--help"],
        ["destroy", "--all", "--force", "--profile", "mine"],
        ["diff", "--profile=mine"],
        ["metadata", "STACK", "-c", "key=a b"],
    ],
)
def test_verbs_and_flags_pass_through_unchanged(
    arguments: list[str], checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert seen(checkout, capfd, *arguments)["arguments"] == arguments


def test_the_cdk_runs_in_the_folder_of_the_app_without_telemetry(
    checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    noted = seen(checkout, capfd, "ls")
    assert (noted["cwd"], noted["telemetry"], noted["validation"]) == (
        str(checkout / "mlops-infra"),
        "true",
        "false",
    )


def test_the_exit_code_of_the_cdk_is_ours(checkout: Path) -> None:
    assert run_cdk("infra", ["ls", "--fail"], root=checkout) == 3


@pytest.mark.parametrize("verb", ["diff", "destroy", "drift", "rollback"])
def test_the_governance_profile_is_used_when_none_is_named(
    verb: str, checkout: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = load_config().pipeline.bootstrap.aws_profile
    (checkout / "config").write_text(f"[profile {profile}]\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(checkout / "config"))
    assert seen(checkout, capfd, verb)["arguments"] == [verb, "--profile", profile]


@pytest.mark.parametrize("name", CREDENTIAL_VARIABLES)
def test_credentials_of_the_environment_are_left_alone(
    name: str, checkout: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "given")
    assert seen(checkout, capfd, "diff")["arguments"] == ["diff"]


def test_one_template_is_synthesised_without_lookups_and_printed_as_the_cdk_does(
    checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    noted = seen(checkout, capfd, "synth", "STACK", "--json")
    assert noted["arguments"] == ["synth", "STACK", "--json", "--no-lookups"]


@pytest.mark.parametrize("verb", ["deploy", "bootstrap", "import", "watch"])
def test_placeholder_accounts_are_refused(verb: str, tmp_path: Path) -> None:
    done = command_line(noting(tmp_path, filled_in=False), "infra", verb, "--all")
    assert (done.returncode, done.stdout) == (1, "")
    assert "placeholder" in done.stderr
    assert "cdk-app.yml" in done.stderr


NEVER = ["--require-approval", "never"]


@pytest.mark.parametrize(
    ("flags", "added"),
    [
        (["--all", *NEVER], ["--concurrency", "4"]),
        (["--all", "--require-approval=never"], ["--concurrency", "4"]),
        (["--all", "--yes"], ["--concurrency", "4"]),
        (["--all", *NEVER, "--concurrency", "9"], []),
        (["--all", *NEVER, "--concurrency=9"], []),
        # One by one where the CDK CLI may have to ask for an approval, which it cannot otherwise.
        (["--all"], []),
        (["--all", "--require-approval", "broadening"], []),
        (["one-stack", *NEVER], []),
    ],
)
def test_all_stacks_are_deployed_side_by_side_where_nothing_is_asked(
    flags: list[str], added: list[str], tmp_path: Path
) -> None:
    done = command_line(noting(tmp_path), "infra", "deploy", "--profile", "mine", *flags)
    expected = ["deploy", "--profile", "mine", *flags, *added]
    assert (done.returncode, json.loads(done.stdout)["arguments"]) == (0, expected), done.stderr


def noting(folder: Path, *, filled_in: bool = True) -> Path:
    """A checkout with other accounts than the sample's, and a CDK CLI that notes its arguments."""
    text = (SAMPLE / "cdk-app.yml").read_text()
    for digit in "1234" if filled_in else "":
        text = text.replace(digit * 12, "5" * 11 + digit)
    root = make_checkout(folder / "repository", "infra", cdk_app=text).root
    file = root / "node_modules/aws-cdk/bin/cdk"
    file.parent.mkdir(parents=True)
    file.write_text(NOTING_CDK)
    return root


def test_an_app_that_this_checkout_lacks_is_an_error_with_a_hint(checkout: Path) -> None:
    with pytest.raises(PlatformError, match="mlops-sm-project-template") as caught:
        run_cdk("template", ["ls"], root=checkout)
    assert caught.value.hint


def test_a_missing_cdk_is_an_error_with_a_hint(checkout: Path) -> None:
    shutil.rmtree(checkout / "node_modules")
    with pytest.raises(PlatformError, match="not installed") as caught:
        run_cdk("infra", ["ls"], root=checkout)
    assert caught.value.hint
