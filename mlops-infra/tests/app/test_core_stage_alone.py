"""The snippet of the README, run as it stands there."""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app


def test_core_stage_works_in_a_five_line_app_without_a_pipeline(tmp_path: Path) -> None:
    readme = (REPOSITORY_ROOT / "mlops-infra" / "README.md").read_text()
    (snippet,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    (tmp_path / "app.py").write_text(snippet)
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=tmp_path,
        check=True,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path / "cdk.out")},
    )
    (template,) = (tmp_path / "cdk.out" / "assembly-preprod").glob("*.template.json")
    resources = json.loads(template.read_text())["Resources"].values()
    types = {resource["Type"] for resource in resources}
    assert {"AWS::EC2::VPC", "AWS::SSM::Parameter"} <= types
    assert "AWS::SageMaker::Domain" not in types
    assert "AWS::CodePipeline::Pipeline" not in types


def test_the_app_of_the_guide_uses_the_vpc_that_it_names(tmp_path: Path) -> None:
    guide = (REPOSITORY_ROOT / "docs" / "how-to" / "use-core-stage-alone.md").read_text()
    (snippet,) = re.findall(r" {3}```python\n(.*?)```", guide, re.DOTALL)
    (tmp_path / "app.py").write_text(textwrap.dedent(snippet))
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=tmp_path,
        check=True,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path / "cdk.out")},
    )
    (template,) = (tmp_path / "cdk.out" / "assembly-dev").glob("*.template.json")
    types = {
        resource["Type"] for resource in json.loads(template.read_text())["Resources"].values()
    }
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
