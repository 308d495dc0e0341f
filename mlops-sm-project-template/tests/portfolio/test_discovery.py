"""Products are found by their folder, and a bad one is refused before anything is made."""

import shutil
from pathlib import Path

import pytest

from cdk_service_catalog.portfolio.discovery import PRODUCTS, SEED_BASES, discover
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.pure

DEFINITION = """\
from cdk_service_catalog.project.definition import ProductDefinition

PRODUCT = ProductDefinition(
    name="Forecasting",
    description="Trains and deploys a forecast",
    version="1.0.0",
    build_layers=("base_build",),
    deploy_layers=("base_deploy",),
)
"""


@pytest.fixture
def bases(tmp_path: Path) -> Path:
    folder = tmp_path / "seed_bases"
    for base in ("base_build", "base_deploy"):
        (folder / base).mkdir(parents=True)
        for file in ("README.md", "buildspec.yml", "buildspec.test.yml"):
            (folder / base / file).write_text(f"{base}: {file}\n")
    return folder


@pytest.fixture
def products(tmp_path: Path) -> Path:
    folder = tmp_path / "products"
    add(folder, "forecasting", DEFINITION)
    return folder


def add(products: Path, slug: str, definition: str) -> Path:
    folder = products / slug
    folder.mkdir(parents=True)
    (folder / "product.py").write_text(definition)
    return folder


def test_a_new_folder_is_a_new_product_and_no_file_changes(bases: Path, tmp_path: Path) -> None:
    products = tmp_path / "all"
    shutil.copytree(PRODUCTS, products)
    shutil.copytree(SEED_BASES, bases, dirs_exist_ok=True)
    before = [product.slug for product in discover(products, bases)]
    folder = add(products, "forecasting", DEFINITION)
    (folder / "seed_code" / "build_app").mkdir(parents=True)
    (folder / "seed_code" / "build_app" / "model.py").write_text("print('forecast')\n")
    found = {product.slug: product for product in discover(products, bases)}
    assert sorted(found) == sorted([*before, "forecasting"])
    assert "model.py" in map(str, found["forecasting"].build_seed.files)


def test_a_products_own_file_replaces_that_of_a_base(products: Path, bases: Path) -> None:
    own = products / "forecasting" / "seed_code" / "build_app"
    own.mkdir(parents=True)
    (own / "README.md").write_text("own\n")
    (product,) = discover(products, bases)
    contents = {str(file): product.build_seed.read(file) for file in product.build_seed.files}
    assert contents["README.md"] == b"own\n"
    assert contents["buildspec.yml"] == b"base_build: buildspec.yml\n"


def problem(products: Path, bases: Path) -> str:
    with pytest.raises(PlatformError) as raised:
        discover(products, bases)
    assert raised.value.hint
    return str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('version="1.0.0"', 'version="1.0"', "'version' is '1.0', not three numbers"),
        ('name="Forecasting"', 'name=""', "'name' is empty"),
        ('"base_build",', '"no_such_base",', "no seed base 'no_such_base'; there are: base_build"),
        ('build_layers=("base_build",)', "build_layers=()", "'build_layers' names no seed base"),
        ("PRODUCT =", "OTHER =", "PRODUCT in product.py is None"),
        ("import ProductDefinition", "import Product", "cannot be imported: ImportError"),
        ('version="1.0.0",', "", "cannot be imported: TypeError"),
        (
            'version="1.0.0",',
            'version="1.0.0", image_repository=True,',
            "build_app has no buildspec.image.yml",
        ),
        ('version="1.0.0",', 'version="1.0.0", build_minutes=1,', "'build_minutes' is 1"),
    ],
)
def test_a_bad_definition_is_refused(
    products: Path, bases: Path, old: str, new: str, words: str
) -> None:
    file = products / "forecasting" / "product.py"
    assert old in DEFINITION
    file.write_text(DEFINITION.replace(old, new))
    assert words in problem(products, bases)


def test_a_folder_without_a_definition_is_refused(products: Path, bases: Path) -> None:
    (products / "unfinished").mkdir()
    assert "unfinished: there is no product.py" in problem(products, bases)


def test_a_folder_with_another_kind_of_name_is_refused(products: Path, bases: Path) -> None:
    add(products, "Fore-Cast", DEFINITION.replace("Forecasting", "Other"))
    assert "a folder's name is lower-case words joined by '_'" in problem(products, bases)


def test_two_products_of_one_name_are_refused(products: Path, bases: Path) -> None:
    add(products, "forecasting_again", DEFINITION)
    assert "two products have the name 'Forecasting'" in problem(products, bases)


def test_no_products_at_all_are_refused(tmp_path: Path, bases: Path) -> None:
    assert "no folder has a product.py" in problem(tmp_path / "none", bases)


def test_an_empty_seed_file_is_refused(products: Path, bases: Path) -> None:
    (bases / "base_build" / "module.py").touch()
    assert "module.py of build_app is empty" in problem(products, bases)


def test_a_seed_file_that_no_repository_would_get_is_refused(products: Path, bases: Path) -> None:
    (bases / "base_build" / "model.bin").write_bytes(b"1")
    assert "model.bin would not reach a repository" in problem(products, bases)


@pytest.mark.parametrize(
    ("base", "file", "repository"),
    [
        ("base_build", "buildspec.yml", "build_app"),
        ("base_deploy", "buildspec.test.yml", "deploy_app"),
        ("base_deploy", "README.md", "deploy_app"),
    ],
)
def test_a_repository_without_what_its_pipeline_runs_is_refused(
    products: Path, bases: Path, base: str, file: str, repository: str
) -> None:
    (bases / base / file).unlink()
    assert f"{repository} has no {file}" in problem(products, bases)


def test_all_problems_of_all_products_are_named_at_once(products: Path, bases: Path) -> None:
    add(products, "second", DEFINITION.replace("1.0.0", "one"))
    add(products, "third", "PRODUCT = 3\n")
    text = problem(products, bases)
    assert "second: 'version' is 'one'" in text
    assert "third: PRODUCT in product.py is 3" in text


def test_what_tools_leave_behind_is_not_part_of_a_seed(products: Path, bases: Path) -> None:
    (before,) = discover(products, bases)
    cache = bases / "base_build" / "__pycache__"
    cache.mkdir()
    (cache / "module.pyc").write_bytes(b"1")
    (after,) = discover(products, bases)
    assert before.build_seed.digest() == after.build_seed.digest()


def digests(products: Path, bases: Path) -> tuple[str, str]:
    (product,) = discover(products, bases)
    return product.build_seed.digest(), product.deploy_seed.digest()


def test_a_seed_has_one_digest_until_its_content_changes(products: Path, bases: Path) -> None:
    file = bases / "base_build" / "README.md"
    build, deploy = digests(products, bases)
    file.touch()
    assert digests(products, bases) == (build, deploy)
    file.write_text("changed\n")
    changed, unchanged = digests(products, bases)
    assert changed != build
    assert unchanged == deploy


def test_importing_a_product_writes_no_bytecode(products: Path, bases: Path) -> None:
    discover(products, bases)
    assert not list(products.rglob("__pycache__"))
