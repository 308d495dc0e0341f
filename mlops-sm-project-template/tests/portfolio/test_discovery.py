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
    name="Of a test",
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
    add(folder, "of_a_test", DEFINITION)
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
    folder = add(products, "of_a_test", DEFINITION)
    (folder / "seed_code" / "build_app").mkdir(parents=True)
    (folder / "seed_code" / "build_app" / "model.py").write_text("print('forecast')\n")
    found = {product.slug: product for product in discover(products, bases)}
    assert sorted(found) == sorted([*before, "of_a_test"])
    assert "model.py" in map(str, found["of_a_test"].seeds["build_app"].files)


def test_a_products_own_file_replaces_that_of_a_base(products: Path, bases: Path) -> None:
    own = products / "of_a_test" / "seed_code" / "build_app"
    own.mkdir(parents=True)
    (own / "README.md").write_text("own\n")
    (product,) = discover(products, bases)
    seed = product.seeds["build_app"]
    contents = {str(file): seed.read(file) for file in seed.files}
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
        ('version="1.0.0"', 'version="1.0"', ":6: 'version' is '1.0', not three numbers"),
        ('name="Of a test"', 'name=""', ":4: 'name' is empty"),
        (
            '"base_build",',
            '"no_such_base",',
            ":7: no seed base 'no_such_base'; there are: base_build, base_deploy",
        ),
        (
            'build_layers=("base_build",)',
            "build_layers=()",
            ":7: 'build_layers' names no seed base",
        ),
        ("PRODUCT =", "OTHER =", ": PRODUCT is None; allowed: a ProductDefinition, or a Stack"),
        ("import ProductDefinition", "import Product", ":1: cannot be imported: ImportError"),
        ('version="1.0.0",', "", ":3: cannot be imported: TypeError"),
        ('version="1.0.0",', "version=,", ":6: cannot be imported: SyntaxError"),
        ("PRODUCT =", "raise SystemExit(2)\nPRODUCT =", ":3: cannot be imported: SystemExit: 2"),
        ('version="1.0.0",', "version=1.0,", ":6: 'version' is 1.0; allowed: a text in one line"),
        (
            'name="Of a test"',
            'name="Fore\\ncast"',
            ":4: 'name' is 'Fore\\ncast'; allowed: a text",
        ),
        (
            'build_layers=("base_build",)',
            'build_layers=("base_build")',
            ":7: 'build_layers' is 'base_build'; allowed: a tuple of names",
        ),
        (
            'version="1.0.0",',
            'version="1.0.0", deploy_trigger="approval",',
            ":6: 'deploy_trigger' is 'approval'; allowed: DeployTrigger.MODEL_APPROVAL, ",
        ),
        (
            'version="1.0.0",',
            'version="1.0.0", image_repository=True,',
            ":6: 'image_repository' is set, but build_app has no buildspec.image.yml",
        ),
        (
            'version="1.0.0",',
            'version="1.0.0", stack=dict,',
            ":6: 'stack' is <class 'dict'>; allowed: a subclass of ProjectStack",
        ),
    ],
)
def test_a_bad_definition_is_refused_with_its_line(
    products: Path, bases: Path, old: str, new: str, words: str
) -> None:
    file = products / "of_a_test" / "product.py"
    assert old in DEFINITION
    file.write_text(DEFINITION.replace(old, new))
    assert f"{file}{words}" in problem(products, bases)


def test_a_seed_base_that_is_not_there_is_no_folder_to_read(products: Path, bases: Path) -> None:
    (bases.parent / "secret").mkdir()
    (bases.parent / "secret" / "file.bin").write_bytes(b"1")
    file = products / "of_a_test" / "product.py"
    file.write_text(DEFINITION.replace('"base_build",', '"../secret",'))
    told = problem(products, bases)
    assert "no seed base '../secret'" in told
    assert "file.bin" not in told


def test_a_product_of_another_shape_names_its_repositories(products: Path, bases: Path) -> None:
    definition = """\
from cdk_service_catalog.project.definition import StackProduct
from cdk_service_catalog.project.product_stack import ProductStack

PRODUCT = StackProduct(
    name="Own",
    description="Something else",
    version="1.0.0",
    stack=ProductStack,
    repositories={"code": ("base_build",), "docs": ()},
)
"""
    folder = add(products, "own", definition)
    text = problem(products, bases)
    assert f"{folder / 'seed_code' / 'docs'}: there are no files" in text
    (folder / "seed_code" / "docs").mkdir(parents=True)
    (folder / "seed_code" / "docs" / "README.md").write_text("docs\n")
    (found,) = (product for product in discover(products, bases) if product.slug == "own")
    assert [str(file) for file in found.seeds["docs"].files] == ["README.md"]
    assert len(found.seeds["code"].files) == 3
    (folder / "product.py").write_text(
        definition.replace("ProductStack", "ProjectStack").replace("product_stack", "project_stack")
    )
    assert ":8: 'stack' is a subclass of ProjectStack, which needs a ProductDefinition" in problem(
        products, bases
    )


def test_a_folder_without_a_definition_is_refused(products: Path, bases: Path) -> None:
    (products / "unfinished").mkdir()
    assert "unfinished/product.py: there is no such file" in problem(products, bases)


def test_a_folder_with_another_kind_of_name_is_refused(products: Path, bases: Path) -> None:
    add(products, "Fore-Cast", DEFINITION.replace("Of a test", "Other"))
    assert "a folder's name is lower-case words joined by '_'" in problem(products, bases)


def test_two_products_of_one_name_are_refused(products: Path, bases: Path) -> None:
    add(products, "of_a_test_again", DEFINITION)
    assert "another product has the name 'Of a test' too" in problem(products, bases)


def test_no_products_at_all_are_refused(tmp_path: Path, bases: Path) -> None:
    assert "no folder has a product.py" in problem(tmp_path / "none", bases)


def test_an_empty_seed_file_is_refused(products: Path, bases: Path) -> None:
    (bases / "base_build" / "module.py").touch()
    assert "build_app/module.py: is empty, which CodeCommit refuses" in problem(products, bases)


def test_a_seed_file_that_no_repository_would_get_is_refused(products: Path, bases: Path) -> None:
    (bases / "base_build" / "model.bin").write_bytes(b"1")
    assert "model.bin: would not reach a repository" in problem(products, bases)


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
    assert f"{repository}: has no {file}" in problem(products, bases)


def test_all_problems_of_all_products_are_named_at_once(products: Path, bases: Path) -> None:
    add(products, "second", DEFINITION.replace("1.0.0", "one"))
    add(products, "third", "PRODUCT = 3\n")
    text = problem(products, bases)
    assert "second/product.py:6: 'version' is 'one'" in text
    assert "third/product.py:1: PRODUCT is 3" in text


def test_what_tools_leave_behind_is_not_part_of_a_seed(products: Path, bases: Path) -> None:
    (before,) = discover(products, bases)
    cache = bases / "base_build" / "__pycache__"
    cache.mkdir()
    (cache / "module.pyc").write_bytes(b"1")
    (after,) = discover(products, bases)
    assert before.seeds["build_app"].digest() == after.seeds["build_app"].digest()


def digests(products: Path, bases: Path) -> tuple[str, str]:
    (product,) = discover(products, bases)
    return product.seeds["build_app"].digest(), product.seeds["deploy_app"].digest()


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
