"""The tools that every project brings do what they promise, in a repository that has them.

A project brings the tests of what it declares. Those of its tools lie in `tests/seed_layers`, by
the layer that has the tool, and run once for each combination of layers.
"""

from pathlib import Path

import pytest
from launched_projects import PRODUCTS, product
from seed_repositories import seed_repository

from cdk_service_catalog.portfolio.discovery import SEED_BASES, Product
from mlops_commons.utilities.snapshot import layered

pytestmark = pytest.mark.seed

TESTS = Path(__file__).resolve().parents[1] / "seed_layers"
LAYERS = {folder.name for folder in TESTS.iterdir() if folder.is_dir() and folder.name[0] != "_"}
COMBINED = {layers: (p.slug, app) for p in PRODUCTS for app, layers in p.definition.layers.items()}


WITH_NOTEBOOK = {slug for slug, app in COMBINED.values() if app == "build_app"}
OTHERS = sorted({p.slug for p in PRODUCTS} - WITH_NOTEBOOK)


def check(slug: str, app: str, folder: Path, pattern: str = "test_*.py") -> None:
    """Run tests of the layers in a repository of a product."""
    repository = seed_repository(product(slug), app, folder)
    tests = repository.root / "tests"
    own = set(tests.rglob("test_*.py"))
    layers = product(slug).definition.layers[app]
    layered(*(TESTS / layer for layer in layers if layer in LAYERS)).write(tests)
    names = [str(file) for file in sorted(set(tests.rglob(pattern)) - own)]
    done = repository.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *names)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout, done.stdout


@pytest.mark.parametrize(("slug", "app"), COMBINED.values(), ids=map("-".join, COMBINED.values()))
def test_the_tools_of_a_repository_pass_their_tests(slug: str, app: str, tmp_path: Path) -> None:
    check(slug, app, tmp_path)


@pytest.mark.parametrize("slug", OTHERS)
def test_the_notebook_of_every_other_product_runs(slug: str, tmp_path: Path) -> None:
    check(slug, "build_app", tmp_path, "test_notebooks.py")


def test_every_layer_with_tests_is_one_of_a_product() -> None:
    assert {layer for layers in COMBINED for layer in layers} >= LAYERS
    assert {folder.name for folder in SEED_BASES.iterdir()} >= LAYERS


@pytest.mark.parametrize("each", PRODUCTS, ids=lambda each: each.slug)
def test_no_test_of_a_tool_replaces_one_of_a_project(each: Product) -> None:
    for app, layers in each.definition.layers.items():
        of_tools = {file.name for layer in layers for file in (TESTS / layer).glob("*.py")}
        own = {file.name for file in each.seeds[app].files if file.parts[0] == "tests"}
        assert not own & of_tools
