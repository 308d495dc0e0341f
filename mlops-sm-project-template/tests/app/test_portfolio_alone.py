"""The stage without a pipeline: the program of the README, run as it stands there."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import stage_alone

from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

pytestmark = pytest.mark.app

ONE_SET = """\
cdk_app_config:
  pipeline: {account: "101010101010", region: eu-west-1}
  deployments:
    - set_name: default
      stages:
        - {stage_name: dev, account: "222222222222"}
        - {stage_name: preprod, account: "333333333333"}
        - {stage_name: prod, account: "444444444444"}
"""


def test_an_app_of_a_few_lines_gives_the_very_templates_of_the_pipeline(
    tmp_path: Path, make_checkout: Any
) -> None:
    readme = (REPOSITORY_ROOT / APP_DIRECTORIES["template"] / "README.md").read_text()
    snippets = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    (snippet,) = (snippet for snippet in snippets if "CoreStage" in snippet)
    alone = stage_alone.texts(stage_alone.run(snippet, tmp_path) / "assembly-dev")
    assembly = make_checkout(cdk_app=ONE_SET, infra="cdk_infra_app_config: {}\n").synth()
    nested = assembly.folder / "assembly-ml-template-deploy-pipeline-default-dev"
    assert alone == stage_alone.texts(nested)
    kinds = {r["Type"] for text in alone for r in json.loads(text)["Resources"].values()}
    assert {"AWS::ServiceCatalog::Portfolio", "AWS::CodePipeline::Pipeline"} <= kinds
    assert len(alone) >= 6


def test_the_package_is_importable_without_the_other_app() -> None:
    program = "import cdk_service_catalog.application, sys; print('mlops_infra' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
