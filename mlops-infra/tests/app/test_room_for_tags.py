"""How many tags the platform and the CDK put on resources themselves, as templates have them."""

import json
from pathlib import Path

import pytest

from mlops_commons.config import load_config
from mlops_commons.config.checks import accounts
from mlops_commons.utilities.paths import SAMPLE
from mlops_infra.application import build_app

pytestmark = pytest.mark.app


def test_no_resource_has_more_tags_of_ours_than_a_created_subnet(tmp_path: Path) -> None:
    config = load_config(SAMPLE / "cdk-app.yml", SAMPLE / "cdk-infra-app.yml")
    build_app(config, outdir=str(tmp_path)).synth()
    own = len(config.deployments[0].stages[0].tags)
    most: dict[str, int] = {}
    for file in tmp_path.rglob("*.template.json"):
        for resource in json.loads(file.read_text())["Resources"].values():
            tags = resource.get("Properties", {}).get("Tags")
            if isinstance(tags, list):
                kind = resource["Type"]
                most[kind] = max(most.get(kind, 0), len(tags) - own)
    assert max(most, key=lambda kind: most[kind]) == "AWS::EC2::Subnet"
    assert most["AWS::EC2::Subnet"] == accounts.SUBNET.own
    assert most["AWS::IAM::Role"] == accounts.ANY.own
