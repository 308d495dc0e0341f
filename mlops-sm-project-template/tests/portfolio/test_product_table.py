"""The table of products in the READMEs says what the definitions say."""

from pathlib import Path

import pytest

from cdk_service_catalog.portfolio.discovery import discover
from cdk_service_catalog.portfolio.product_table import product_table, readmes, with_table

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("readme", readmes(), ids=lambda file: file.parent.name)
def test_the_table_in_a_readme_is_current(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    assert text == with_table(text, product_table(discover())), (
        "run: python -m cdk_service_catalog.portfolio.product_table"
    )


def test_every_product_has_a_row() -> None:
    products = discover()
    table = product_table(products)
    assert len(table.splitlines()) == len(products) + 2
    for product in products:
        assert f"`{product.slug}` | {product.definition.name} |" in table


def test_a_text_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="must both stand"):
        with_table("# A README\n", "| table |")
