"""How many tags the platform puts on products itself, as the portfolio's template has them."""

import json
from pathlib import Path

import pytest

from cdk_service_catalog.application import build_app
from mlops_commons.config import load_config
from mlops_commons.config.checks import accounts
from mlops_commons.utilities.paths import SAMPLE

pytestmark = pytest.mark.app


def test_a_product_has_as_many_tags_of_ours_as_its_limit_says(tmp_path: Path) -> None:
    config = load_config(SAMPLE / "cdk-app.yml", SAMPLE / "cdk-infra-app.yml")
    build_app(config, outdir=str(tmp_path)).synth()
    own = len(config.deployments[0].stages[0].tags)
    found = [
        len(resource["Properties"]["Tags"]) - own
        for file in tmp_path.rglob("*.template.json")
        for resource in json.loads(file.read_text())["Resources"].values()
        if resource["Type"] == "AWS::ServiceCatalog::CloudFormationProduct"
    ]
    assert set(found) == {accounts.PRODUCT.own}
