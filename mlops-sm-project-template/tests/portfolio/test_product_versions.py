"""A version of a product never changes: who launched it knows what was launched.

The templates of every version are kept in `templates/<slug>@<version>.json`. An intended change
gets a new version in `product.py`, then `./mlops-multi-account.sh test -k versions
--record-versions` writes its file; a version that is there is never written again.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from launched_projects import PRODUCTS, PROPS

from cdk_service_catalog.portfolio.discovery import Product
from cdk_service_catalog.project.props import SeedLocation
from cdk_service_catalog.project.template import project_template

pytestmark = pytest.mark.pure

RECORDS = Path(__file__).with_name("templates")


def content(product: Product) -> dict[str, Any]:
    """The template of a product, in which each archive has the name of its content."""
    return project_template(
        product.definition,
        PROPS,
        build_seed=SeedLocation(bucket="assets", key=f"{product.build_seed.digest()}.zip"),
        deploy_seed=SeedLocation(bucket="assets", key=f"{product.deploy_seed.digest()}.zip"),
    )


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)
def test_a_changed_template_has_a_new_version(
    product: Product, request: pytest.FixtureRequest
) -> None:
    name = f"{product.slug}@{product.definition.version}"
    record = RECORDS / f"{name}.json"
    if request.config.getoption("--record-versions") and not record.exists():
        record.parent.mkdir(exist_ok=True)
        record.write_text(json.dumps(content(product), indent=1, sort_keys=True) + "\n")
    assert record.exists(), f"{name} is not recorded; add --record-versions to this test run"
    assert json.loads(record.read_text()) == json.loads(json.dumps(content(product))), (
        f"{name} is recorded with another template or other seed code: give 'version' in "
        "product.py a new number, then run this test with --record-versions"
    )


def test_every_record_is_of_a_product_or_of_an_earlier_version() -> None:
    slugs = {product.slug for product in PRODUCTS}
    for record in RECORDS.glob("*.json"):
        assert record.name.split("@")[0] in slugs, record.name
