"""The table of products in the READMEs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cdk_service_catalog.portfolio.discovery import Product, discover
from mlops_commons.utilities.generated_tables import GeneratedTable, wanted_texts

READMES: Final = ("README.md", "mlops-sm-project-template/README.md")


def product_table(products: Sequence[Product]) -> GeneratedTable:
    """A table with one row for each product."""
    rows = [
        (
            f"`{product.slug}`",
            product.definition.name,
            product.definition.version,
            product.definition.description,
            product.definition.deploys_when,
        )
        for product in products
    ]
    heading = ("Folder", "Name in Studio", "Version", "What a project of it does", "Deploys when")
    return GeneratedTable(name="products", files=READMES, heading=heading, rows=rows)


def tables() -> tuple[GeneratedTable, ...]:
    """All tables of this package."""
    return (product_table(discover()),)


def generated() -> Mapping[Path, str]:
    """The READMEs with these tables."""
    return wanted_texts(tables())
