"""cfn-lint and the engine of AWS over the templates of what projects deploy.

Those of both apps, products included, are looked at in the tier `app`.
"""

import json
from pathlib import Path

import pytest
from launched_projects import PRODUCTS
from seed_repositories import deployed

from cdk_service_catalog.portfolio.discovery import Product
from mlops_commons.assembly.validators import findings_in

pytestmark = pytest.mark.scanners

REGION = "eu-west-1"
FORMS = [product for product in PRODUCTS if product.slug in ("basic", "batch_inference")]
"""One product of each form of stack: an endpoint, and a pipeline that runs by a schedule."""


@pytest.mark.parametrize("product", FORMS, ids=lambda product: product.slug)
def test_the_validators_find_nothing_in_what_a_project_deploys(
    product: Product, tmp_path: Path
) -> None:
    files: list[Path] = []
    for stage, template in deployed(product).templates.items():
        files.append(tmp_path / f"{stage}.template.json")
        files[-1].write_text(json.dumps(template, indent=1))
    assert len(files) == 3
    assert findings_in({REGION: files}) == []
