"""Where CloudFormation makes no models, the infrastructure of a stage with Studio is whole.

What each region's CloudFormation has is asked of its registry, as cfn-lint lists it; the
configuration decides by six types of them.
"""

import importlib
import json
from pathlib import Path

import pytest
from checkouts import APPS_HERE
from one_stage import ONE_STAGE

from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.config import load_config
from mlops_commons.region_extraction import types_of_region

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif("infra" not in APPS_HERE, reason="this repository has another app"),
]

INFRA = """\
cdk_infra_app_config:
  network:
    default_create_network:
      endpoints: {codecommit: false, git_codecommit: false}
"""


@pytest.mark.parametrize(
    ("region", "home"), [("me-central-1", "eu-west-1"), ("us-gov-east-1", "us-gov-west-1")]
)
def test_a_region_has_every_type_of_its_stage(region: str, home: str, tmp_path: Path) -> None:
    (tmp_path / "app.yml").write_text(ONE_STAGE.format(region=region, home=home))
    (tmp_path / "infra.yml").write_text(INFRA)
    config = load_config(tmp_path / "app.yml", tmp_path / "infra.yml")
    folder = tmp_path / "cdk.out"
    importlib.import_module("mlops_infra.application").build_app(config, outdir=str(folder)).synth()
    here = [stack for stack in read_stacks(folder) if stack.region == region]
    templates = [json.loads((folder / stack.template).read_text()) for stack in here]
    types = {row["Type"] for template in templates for row in template["Resources"].values()}
    assert "AWS::SageMaker::Domain" in types
    made = {kind for kind in types if kind.startswith("AWS::") and kind != "AWS::CDK::Metadata"}
    assert len(here) == 2  # the stage, and what its pipeline needs in a further region
    assert len(made) > 25
    assert made <= types_of_region(region)
    assert "AWS::SageMaker::Model" not in types_of_region(region)
