"""The table of products in the READMEs says what the definitions say."""

import pytest

from cdk_service_catalog.portfolio.discovery import discover
from cdk_service_catalog.portfolio.product_table import product_table, tables
from mlops_commons.utilities.generated_files import stale
from mlops_commons.utilities.generated_tables import COMMAND, wanted_texts

pytestmark = pytest.mark.pure


def test_the_tables_in_the_readmes_are_current() -> None:
    assert stale(wanted_texts(tables())) == [], f"run: {COMMAND}"


def test_every_product_has_a_row() -> None:
    products = discover()
    table = product_table(products).markdown()
    assert len(table.splitlines()) == len(products) + 2
    for product in products:
        assert f"`{product.slug}` | {product.definition.name} |" in table
