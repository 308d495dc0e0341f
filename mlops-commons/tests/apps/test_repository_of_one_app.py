"""What somebody can do who has the repository of one app and nothing else."""

import subprocess
from pathlib import Path

import pytest
from checkouts import APPS_HERE, Checkout, make_checkout
from one_account_set import ONE_SET

pytestmark = pytest.mark.app

IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
CDK_APP = "mlops-commons/mlops_commons/config/cdk-app.yml"
ANOTHER_RANGE = """\
cdk_infra_app_config:
  network:
    default_create_network:
      vpc_cidr: 10.9.0.0/16
"""
SECOND_SET = """\
    - set_name: business-unit-2
      stages:
        - {stage_name: dev, account: "555555555555"}
"""


def git(checkout: Checkout, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=checkout.root, check=True)  # noqa: S607


def pushed(checkout: Checkout, text: str) -> None:
    """Push another configuration."""
    (checkout.root / CDK_APP).write_text(text)
    git(checkout, *IDENTITY, "commit", "--quiet", "--all", "--message", "A change")
    git(checkout, "push", "--quiet")


def cloned(folder: Path, app: str) -> Checkout:
    """A clone of the repository that a pipeline follows."""
    checkout = make_checkout(folder / "clone", app, cdk_app=ONE_SET, infra=" ")
    for command in (
        ("init", "--quiet", "--bare", "--initial-branch=main", str(folder / "origin.git")),
        ("init", "--quiet", "--initial-branch=main"),
        ("remote", "add", "origin", str(folder / "origin.git")),
        ("add", "--all"),
        (*IDENTITY, "commit", "--quiet", "--message", "As it was delivered"),
        ("push", "--quiet", "--set-upstream", "origin", "main"),
    ):
        git(checkout, *command)
    return checkout


@pytest.mark.parametrize("app", APPS_HERE[:1])
def test_what_only_the_monorepo_does_is_referred_to_the_platform_team(
    app: str, tmp_path: Path
) -> None:
    checkout = make_checkout(tmp_path, app)
    for arguments, verb in {
        "config migrate accounts.json": "config migrate",
        "config statements": "config statements",
        "costs --help": "costs",
        "help bootstrap": "bootstrap",
        "rehearse": "rehearse",
        "access --json": "access",
    }.items():
        done = checkout.run(*arguments.split())
        assert (done.returncode, done.stdout) == (1, ""), arguments
        assert done.stderr.startswith(f"error: '{verb}' is not in this repository"), arguments
        assert "ask the platform team" in done.stderr


@pytest.mark.parametrize("app", APPS_HERE)
def test_help_offers_only_what_is_there(app: str, tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path, app)
    other = {"infra": "template", "template": "infra"}[app]
    shown = checkout.run("--help").stdout + checkout.run(app, "--help").stdout
    for absent in (
        f".sh {other}",
        f"\n  {other} ",
        " publish",
        " setup",
        "deploy --all",
        "rehearse",
    ):
        assert absent not in shown
    assert f".sh check {app}" in shown
    examples = checkout.run("check", "--help").stdout
    assert f"check {app}" in examples
    assert f"check {other}" not in examples


@pytest.mark.skipif("infra" not in APPS_HERE, reason="the network is that of the infrastructure")
def test_a_change_that_deployed_stages_cannot_take_is_refused_before_it_is_pushed(
    tmp_path: Path,
) -> None:
    checkout = cloned(tmp_path, "infra")
    assert checkout.run("config", "validate").returncode == 0
    (checkout.root / "mlops-infra/config/cdk-infra-app.yml").write_text(ANOTHER_RANGE)
    for arguments in (("config", "validate"), ("check", "infra")):
        done = checkout.run(*arguments)
        assert done.returncode == 1
        assert "cdk-infra-app.yml:4: network.default_create_network.vpc_cidr" in done.stderr
        assert "the VPC would be replaced" in done.stderr
        assert "ask the platform team" in done.stderr
        assert "--replace-networks" not in done.stderr


NOT_COMPARED = {
    "no clone": ((), "this is no clone of git"),
    "no such branch": (("remote", "rename", "origin", "bank"), "try: git fetch origin main"),
    "behind": (("reset", "--quiet", "--soft", "HEAD~1"), "bring them: git pull"),
}


@pytest.mark.parametrize("case", NOT_COMPARED)
@pytest.mark.parametrize("app", APPS_HERE[:1])
def test_what_cannot_be_compared_is_said_and_refuses_nothing(
    app: str, case: str, tmp_path: Path
) -> None:
    checkout = cloned(tmp_path, app)
    command, said = NOT_COMPARED[case]
    pushed(checkout, ONE_SET.replace("preprod", "staging"))
    if command:
        git(checkout, *command)
    else:
        # Inside of another repository, which has the same files at its top.
        (checkout.root / ".git").rename(tmp_path / ".git")
    (checkout.root / CDK_APP).write_text(ONE_SET)
    done = checkout.run("config", "validate")
    assert done.returncode == 0, done.stderr
    assert "note: not compared with what is delivered: " in done.stderr
    assert said in " ".join(done.stderr.split())


def test_another_repository_of_the_environment_is_not_asked(tmp_path: Path) -> None:
    app = APPS_HERE[0]
    other = cloned(tmp_path / "other", app)
    checkout = cloned(tmp_path / "own", app)
    pushed(checkout, ONE_SET.replace("business-unit-1", "business-unit-9"))
    done = checkout.run("config", "validate", GIT_DIR=str(other.root / ".git"))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("app", APPS_HERE)
@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("", SECOND_SET, "business-unit-2"),
        ("business-unit-1", "business-unit-9", "business-unit-9"),
    ],
    ids=["a second set", "a set of another name"],
)
def test_an_account_set_that_nothing_would_deliver_is_refused(
    app: str, before: str, after: str, name: str, tmp_path: Path
) -> None:
    checkout = cloned(tmp_path, app)
    text = ONE_SET.replace(before, after) if before else ONE_SET + after
    (checkout.root / CDK_APP).write_text(text)
    done = checkout.run("config", "validate")
    assert done.returncode == 1
    line = next(n for n, row in enumerate(text.splitlines(), start=1) if name in row)
    assert f"cdk-app.yml:{line}: " in done.stderr
    assert f"'{name}' would never be delivered" in done.stderr
    assert "the account set 'business-unit-1'" in done.stderr


@pytest.mark.skipif("template" not in APPS_HERE, reason="products are those of the templates")
def test_a_new_product_is_recorded_by_the_verb_that_its_test_names(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path, "template")
    products = checkout.directory / "cdk_service_catalog/products"
    definition = (products / "basic/product.py").read_text()
    name = next(row for row in definition.splitlines() if "name=" in row)
    (products / "churn").mkdir()
    (products / "churn/product.py").write_text(definition.replace(name, '    name="Churn",'))
    done = checkout.run("generate", "--snapshots")
    assert done.returncode == 0, done.stdout + done.stderr
    records = checkout.directory / "tests/portfolio/templates"
    assert (records / "churn@1.0.0.json").is_file()
    done = checkout.run("generate", "--check", "--snapshots")
    assert done.returncode == 0, done.stdout + done.stderr
