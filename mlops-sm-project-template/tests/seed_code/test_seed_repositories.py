"""Every seed repository runs its own tests, as its pipeline does on a project's first day."""

import json
import subprocess
from pathlib import Path

import pytest
from launched_projects import PRODUCTS, product
from seed_repositories import SeedRepository, seed_repository

from mlops_commons.image_accounts import image_accounts
from mlops_commons.region_services import region_services
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.seed_environments import has_torch

pytestmark = pytest.mark.seed

ABALONE = REPOSITORY_ROOT.parent / "shared" / "data" / "abalone.csv"
REPOSITORIES = [(p.slug, app) for p in PRODUCTS for app in ("build_app", "deploy_app")]


@pytest.mark.parametrize(("slug", "app"), REPOSITORIES)
def test_a_seed_repository_passes_its_own_tests(slug: str, app: str, tmp_path: Path) -> None:
    repository = seed_repository(product(slug), app, tmp_path)
    done = repository.run("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    # Tests of models skip where there is no PyTorch, and nowhere else.
    assert "skipped" not in done.stdout or not has_torch(repository.python), done.stdout


CONFIGURED = {
    "basic": "kind: asynchronous\nauto_scaling: {minimum_instances: 0}\nrollout: {canary: false}\n",
    "batch_inference": "schedule: {enabled: true}\n",
}


@pytest.mark.parametrize(("slug", "text"), CONFIGURED.items())
def test_tests_of_a_deploy_repository_are_green_whatever_its_configuration_says(
    slug: str, text: str, tmp_path: Path
) -> None:
    repository = seed_repository(product(slug), "deploy_app", tmp_path)
    for role in ("dev", "preprod", "prod"):
        (repository.root / "config" / f"{role}.yml").write_text(text)
    done = repository.run("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    (repository.root / "config" / "prod.yml").write_text("schedule: {enabled: perhaps}\nkind: x\n")
    done = repository.run("-m", "pytest", "-q", "tests/test_own_configuration.py")
    assert done.returncode == 1
    assert "prod.yml, line " in done.stdout


def test_components_are_refused_in_the_regions_that_have_none(tmp_path: Path) -> None:
    repository = seed_repository(product("basic"), "deploy_app", tmp_path)
    program = "from deploy_app.kinds import WITHOUT_COMPONENTS; print(*WITHOUT_COMPONENTS)"
    done = repository.run("-c", program)
    assert done.returncode == 0, done.stderr
    regions = region_services()
    without = regions["sagemaker_models"] - regions["sagemaker_inference_components"]
    assert set(done.stdout.split()) == without


@pytest.mark.parametrize(("slug", "app"), REPOSITORIES)
def test_a_clone_made_on_windows_has_the_line_ends_of_linux(
    slug: str, app: str, tmp_path: Path
) -> None:
    """Git for Windows sets core.autocrlf, and an image built of such a clone does not start."""
    product(slug).seeds[app].write(tmp_path / "seed")
    for command in (
        ("init", "--quiet", "seed"),
        ("-C", "seed", "add", "--all"),
        ("-C", "seed", "-c", "user.name=p", "-c", "user.email=p", "commit", "--quiet", "-m", "x"),
        ("clone", "--quiet", "-c", "core.autocrlf=true", "seed", "clone"),
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)  # noqa: S607
    texts = [f for f in (tmp_path / "clone").rglob("*") if f.suffix in (".py", ".yml", ".txt")]
    assert len(texts) > 5
    assert [file.name for file in texts if b"\r\n" in file.read_bytes()] == []


@pytest.fixture(scope="module")
def basic(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    return seed_repository(product("basic"), "build_app", tmp_path_factory.mktemp("seed"))


def test_the_basic_product_trains_on_a_laptop_and_prints_its_metric(basic: SeedRepository) -> None:
    done = basic.run("-m", "ml_pipelines.run_locally")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passes the gate: mse on the test set is " in done.stdout
    assert "at most 6 is allowed" in done.stdout


@pytest.mark.skipif(not ABALONE.is_file(), reason="the UCI Abalone data is not here")
def test_the_basic_product_learns_from_real_shells(basic: SeedRepository) -> None:
    # Gradient boosting reaches 4.5 to 5 on this data; its file has no header.
    real = ("--data", str(ABALONE), "--maximum-mse", "5.2")
    done = basic.run("-m", "ml_pipelines.run_locally", *real)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_impossible_gate_stops_the_basic_product(basic: SeedRepository) -> None:
    done = basic.run("-m", "ml_pipelines.run_locally", "--maximum-mse", "0.01")
    assert done.returncode != 0
    assert "0.01" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


REGISTRIES = """
import json, pathlib, sagemaker.core as core
found = {}
def look(value):
    if isinstance(value, dict):
        for region, account in value.get("registries", {}).items():
            found.setdefault(region, set()).add(account)
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        look(each)
for file in (pathlib.Path(core.__file__).parent / "image_uri_config").glob("*.json"):
    look(json.loads(file.read_text()))
print(json.dumps({region: sorted(accounts) for region, accounts in found.items()}))
"""


def test_the_platform_knows_the_accounts_of_every_image_that_the_sdk_takes(
    basic: SeedRepository,
) -> None:
    done = basic.run("-c", REGISTRIES)
    assert done.returncode == 0, done.stderr
    known = {region: list(accounts) for region, accounts in image_accounts().items()}
    assert json.loads(done.stdout.splitlines()[-1]) == known
