"""Both apps synthesise in AWS GovCloud and in China, with every finding of the rule packs named."""

from pathlib import Path

import pytest
from checkouts import APPS_HERE, make_checkout

from mlops_commons.utilities import toolkit

pytestmark = pytest.mark.app

CONFIGURATION = """\
cdk_app_config:
  pipeline: {{account: "111111111111", region: {region}}}
  deployments:
    - set_name: business-unit-1
      stages:
        - {{stage_name: dev, account: "222222222222"}}
        - {{stage_name: preprod, account: "333333333333"}}
        - {{stage_name: prod, account: "444444444444"}}
"""


@pytest.mark.parametrize("app", APPS_HERE)
@pytest.mark.parametrize(
    ("region", "partition"), [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")]
)
def test_an_app_synthesises_outside_of_the_partition_aws(
    app: str, region: str, partition: str, tmp_path: Path
) -> None:
    checkout = make_checkout(tmp_path / "it", app, cdk_app=CONFIGURATION.format(region=region))
    templates = checkout.synth().templates()
    assert len(templates) > 3
    texts = [file.read_text() for file in checkout.directory.glob("cdk.out/**/*.template.json")]
    bucket = f"s3:::{toolkit.ASSETS_PREFIX}"
    assert not any(f"arn:aws:{bucket}" in text for text in texts)
    if app == "template":
        assert any(f"arn:{partition}:{bucket}" in text for text in texts)
