"""A configuration of the tests' own: a repository's own one has its user's accounts."""

from pathlib import Path
from typing import Final

from mlops_commons.config import PlatformConfig, load_config

ONE_SET: Final = """\
cdk_app_config:
  app_prefix: mlops
  pipeline:
    account: "111111111111"
    region: eu-west-1
    bootstrap:
      aws_profile: mlops-governance
  deployments:
    - set_name: business-unit-1
      stages:
        - stage_name: dev
          account: "222222222222"
          bootstrap:
            aws_profile: mlops-dev
        - stage_name: preprod
          account: "333333333333"
          bootstrap:
            aws_profile: mlops-preprod
        - stage_name: prod
          account: "444444444444"
          bootstrap:
            aws_profile: mlops-prod
"""

DEFAULTS: Final = "cdk_infra_app_config: {}\n"
"""Network and Studio as they are without any setting."""


def loaded(folder: Path, text: str = ONE_SET) -> PlatformConfig:
    """The configuration that a text is."""
    file = folder / "cdk-app.yml"
    file.write_text(text)
    return load_config(file, folder / "no-cdk-infra-app.yml")
