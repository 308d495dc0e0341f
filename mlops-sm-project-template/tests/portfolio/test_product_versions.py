"""A version of a product never changes: who launched it knows what was launched.

The templates of every version are kept in `templates/<slug>@<version>.json`. An intended change
gets a new version in `product.py`, then `./mlops-multi-account.sh generate --snapshots` writes its
file; a version that is there is never written again.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from launched_projects import ALL_PRODUCTS, DEV, PROPS, REGION

from cdk_service_catalog.portfolio.discovery import SEED_BASES, Product, discover
from cdk_service_catalog.project.props import SeedLocation
from cdk_service_catalog.project.template import project_template

RECORD = "./mlops-multi-account.sh generate --snapshots"
RECORDS = Path(__file__).with_name("templates")


(REPORT,) = (
    product
    for product in discover(Path(__file__).parents[1] / "products", SEED_BASES)
    if product.slug == "report"
)
"""An example of a product that brings a stack: it is recorded like any other, apart from those
that are offered, one of which may have its name."""
RECORDED = {
    **{product.slug: (product, RECORDS) for product in ALL_PRODUCTS},
    "an example": (REPORT, RECORDS / "of_examples"),
}


def content(product: Product, folder: Path) -> dict[str, Any]:
    """The template of a product, in which each archive has the name of its content."""
    definition = product.definition
    if definition.stack is not None:
        return _synthesised(product, folder)
    keys = {name: f"{seed.digest()}.zip" for name, seed in product.seeds.items()}
    return project_template(
        definition,
        PROPS,
        build_seed=SeedLocation(bucket="assets", key=keys["build_app"]),
        deploy_seed=SeedLocation(bucket="assets", key=keys["deploy_app"]),
    )


def _synthesised(product: Product, folder: Path) -> dict[str, Any]:
    # Only here: standard projects are read without the CDK.
    import aws_cdk as cdk

    from cdk_service_catalog.portfolio.product_templates import product_templates

    env = cdk.Environment(account=DEV, region=REGION)
    found = product_templates(
        [product], PROPS, env=env, assets_bucket="assets", tags={}, folder=folder
    )
    return found.contents[product.slug]


@pytest.mark.parametrize(
    ("product", "records"),
    [
        pytest.param(
            product,
            records,
            id=name,
            marks=pytest.mark.construct if product.definition.stack else pytest.mark.pure,
        )
        for name, (product, records) in RECORDED.items()
    ],
)
def test_a_changed_template_has_a_new_version(
    product: Product, records: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    found = content(product, tmp_path)
    name = f"{product.slug}@{product.definition.version}"
    record = records / f"{name}.json"
    if request.config.getoption("--record-versions") and not record.exists():
        record.parent.mkdir(exist_ok=True)
        record.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    assert record.exists(), f"{name} is not recorded; run {RECORD}"
    assert json.loads(record.read_text()) == json.loads(json.dumps(found)), (
        f"{name} is recorded with another template or other seed code: give 'version' in "
        f"product.py a new number, then run {RECORD}"
    )


@pytest.mark.pure
def test_every_record_is_of_a_product_or_of_an_earlier_version() -> None:
    slugs = {product.slug for product in ALL_PRODUCTS}
    for record in RECORDS.glob("*.json"):
        assert record.name.split("@")[0] in slugs, record.name
