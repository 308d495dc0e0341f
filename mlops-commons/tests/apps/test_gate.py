"""What a pipeline runs before it delivers, in the repository that it follows."""

import shutil
import subprocess
from pathlib import Path

import pytest
from checkouts import APPS_HERE, make_checkout

pytestmark = pytest.mark.app

BROKEN_LINK = "\n[a page that is not there](docs/no-such-page.md)\n"
A_TEXT = """\
from aws_cdk import aws_ssm as ssm


def add(stack, stage):
    if stage.name == "dev":
        ssm.CfnParameter(stack, "Note", type="Text", value="x")
"""
"""A parameter is a String or a StringList; before a deployment only a validator says so."""


WITHOUT_NETWORK = (
    *(shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--net"),
    *("/bin/sh", "-c", 'ip link set lo up && exec "$@"', "sh"),
)
"""In a namespace of networks in which nothing is but the machine itself."""


def without_network() -> tuple[str, ...]:
    """In front of a command that must need none; nothing where this machine cannot."""
    try:
        done = subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True, check=False)
    except OSError:
        return ()
    return () if done.returncode else WITHOUT_NETWORK


@pytest.mark.parametrize("app", APPS_HERE)
def test_it_passes_without_a_network_and_with_a_broken_link_in_the_readme(
    app: str, tmp_path: Path
) -> None:
    checkout = make_checkout(tmp_path / "repository", app)
    readme = checkout.root / "README.md"
    readme.write_text(readme.read_text() + BROKEN_LINK)
    done = checkout.run("check", app, inside=without_network())
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    assert done.stdout.endswith(f"{checkout.directory.name} can be delivered\n")
    assert " passed in " in done.stdout  # the tests of the app are there, and are run
    assert (checkout.directory / "cdk.out" / "manifest.json").is_file()


@pytest.mark.skipif("infra" not in APPS_HERE, reason="the network is that of the infrastructure")
def test_a_template_that_cloudformation_would_refuse_stops_the_delivery(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path / "repository", "infra", extensions={"note.py": A_TEXT})
    done = checkout.run("check", "infra")
    assert (done.returncode, done.stdout) == (1, "")
    for rule, validator in (("E3030", "cfn-lint"), ("W3030", "cloudformation-validate")):
        (finding,) = [line for line in done.stderr.splitlines() if f"({validator})" in line]
        assert "business-unit-1-dev/" in finding
        assert ".template.json:" in finding
        assert f": Note.Properties.Type: {rule} " in finding
    assert "mlops-infra cannot be delivered" in done.stderr


@pytest.mark.parametrize("app", APPS_HERE[:1])
def test_a_test_of_the_app_that_fails_stops_the_delivery(app: str, tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path / "repository", app)
    for file in checkout.root.glob("mlops-*/tests/**/test_*.py"):
        file.unlink()
    failing = checkout.directory / "tests" / "test_own.py"
    failing.write_text(
        "import pytest\n\n@pytest.mark.pure\ndef test_own() -> None:\n    assert 1 == 2\n"
    )
    done = checkout.run("check", app)
    assert done.returncode == 1
    assert "assert 1 == 2" in done.stdout
    assert "cannot be delivered: the app's tests" in done.stderr


@pytest.mark.parametrize("app", APPS_HERE[:1])
def test_what_concerns_all_account_sets_is_refused_there_and_not_in_the_help(
    app: str, tmp_path: Path
) -> None:
    checkout = make_checkout(tmp_path / "repository", app)
    for verb in ("bootstrap", "doctor", "test", f"{app} publish", f"{app} setup"):
        done = checkout.run(*verb.split(), "--yes")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"error: '{verb}' is not in this repository")
    shown = checkout.run("--help").stdout
    assert "check infra" in shown
    assert "bootstrap" not in shown
    assert checkout.run("config", "validate").returncode == 0
