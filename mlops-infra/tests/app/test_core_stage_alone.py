"""The stage without a pipeline: the programs of README and guide, run as they stand there."""

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import stage_alone

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

ONE_SET = """\
cdk_app_config:
  pipeline: {account: "101010101010", region: eu-west-1}
  deployments:
    - set_name: default
      stages:
        - {stage_name: dev, account: "123456789011"}
        - {stage_name: preprod, account: "123456789012"}
"""
WITH_STUDIO = """\
import aws_cdk as cdk
from mlops_commons.stage import Studio, StudioUser
from mlops_infra.core_stage import CoreStage

app = cdk.App()
users = (
    StudioUser(profile_name="ds-data-scientist", persona="data_scientist"),
    StudioUser(profile_name="lead-ds-lead-data-scientist", persona="lead_data_scientist"),
)
studio = Studio(domain_name="studio-domain-default-dev", users=users)
env = cdk.Environment(account="123456789011", region="eu-west-1")
tested = ["123456789012"]
CoreStage(app, "dev", env=env, dev_account=env.account, tested_accounts=tested, studio=studio)
app.synth()
"""


def snippet_of_the_readme() -> str:
    readme = (REPOSITORY_ROOT / "mlops-infra" / "README.md").read_text()
    (snippet,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    return str(snippet)


@pytest.fixture(scope="module")
def delivered(make_checkout: Any) -> Path:
    """The same stages as our own pipeline delivers them."""
    folder = make_checkout(cdk_app=ONE_SET, infra="cdk_infra_app_config: {}\n").synth().folder
    return Path(folder)


@pytest.mark.parametrize(
    ("stage", "program"), [("preprod", snippet_of_the_readme()), ("dev", WITH_STUDIO)]
)
def test_an_app_of_a_few_lines_gives_the_very_templates_of_the_pipeline(
    tmp_path: Path, delivered: Path, stage: str, program: str
) -> None:
    alone = stage_alone.texts(stage_alone.run(program, tmp_path) / f"assembly-{stage}")
    nested = delivered / f"assembly-ml-infra-deploy-pipeline-default-{stage}"
    assert len(alone) == 1
    assert alone == stage_alone.texts(nested)


def test_a_secure_bucket_finds_its_place_in_the_stack_of_a_bare_app(tmp_path: Path) -> None:
    """Without our feature flags the CDK refuses to make its access logs."""
    lines = snippet_of_the_readme().replace("CoreStage(app", "stage = CoreStage(app")
    program = lines.replace("app.synth()", 'SecureBucket(stage.stack, "Bucket")\napp.synth()')
    made = stage_alone.run(
        f"from mlops_commons.cdk.secure_bucket import SecureBucket\n{program}", tmp_path
    )
    (template,) = stage_alone.texts(made / "assembly-preprod")
    kinds = [r["Type"] for r in json.loads(template)["Resources"].values()]
    assert kinds.count("AWS::S3::Bucket") == 2


def test_the_app_of_the_guide_uses_the_vpc_that_it_names(tmp_path: Path) -> None:
    guide = (REPOSITORY_ROOT / "docs" / "how-to" / "use-core-stage-alone.md").read_text()
    (snippet,) = re.findall(r" {3}```python\n(.*?)```", guide, re.DOTALL)
    made = stage_alone.run(textwrap.dedent(snippet), tmp_path)
    (template,) = stage_alone.texts(made / "assembly-dev")
    types = {resource["Type"] for resource in json.loads(template)["Resources"].values()}
    assert "AWS::SageMaker::Domain" in types
    assert not {"AWS::EC2::VPC", "AWS::CodePipeline::Pipeline"} & types


@pytest.mark.parametrize("package", ["mlops_infra.application", "mlops_commons.cdk.platform_app"])
def test_the_package_is_importable_alone(package: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import {package}, sys; print('cdk_service_catalog' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
