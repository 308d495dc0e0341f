"""What a developer changes of a product before it is published again."""

from pathlib import Path

import pytest

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.product_change import SEED, change_product, next_minor

pytestmark = pytest.mark.pure

PRODUCT = """from cdk_service_catalog.project.definition import ProductDefinition

PRODUCT = ProductDefinition(
    name="Build & "
    "Deploy",
    version="1.2.3",
)
"""


@pytest.fixture
def products(tmp_path: Path) -> Path:
    (tmp_path / "basic").mkdir()
    (tmp_path / "basic" / "product.py").write_text(PRODUCT)
    return tmp_path


def test_a_changed_product_has_the_next_version_and_a_seed_file_of_its_own(products: Path) -> None:
    change = change_product(products, "Build & Deploy")
    assert (change.slug, change.before, change.after) == ("basic", "1.2.3", "1.3.0")
    changed = (products / "basic" / "product.py").read_text()
    assert changed == PRODUCT.replace("1.2.3", "1.3.0")
    assert "version 1.3.0" in (products / "basic" / SEED).read_text()


def test_a_name_that_no_product_has_is_refused_and_nothing_is_changed(products: Path) -> None:
    with pytest.raises(PlatformError, match="has the name 'Deploy'"):
        change_product(products, "Deploy")
    assert (products / "basic" / "product.py").read_text() == PRODUCT


@pytest.mark.parametrize("version", ["1.0", "1.0.0-rc1", "one.two.three", ""])
def test_what_is_no_semantic_version_has_no_next(version: str) -> None:
    with pytest.raises(PlatformError, match="not a semantic version"):
        next_minor(version)
