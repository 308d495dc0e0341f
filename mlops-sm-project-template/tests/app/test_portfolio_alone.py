"""The snippet of the README, run as it stands there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

pytestmark = pytest.mark.app


def test_core_stage_works_in_an_app_of_a_few_lines_without_a_pipeline(tmp_path: Path) -> None:
    readme = (REPOSITORY_ROOT / APP_DIRECTORIES["template"] / "README.md").read_text()
    snippets = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    (snippet,) = (snippet for snippet in snippets if "CoreStage" in snippet)
    (tmp_path / "app.py").write_text(snippet)
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=tmp_path,
        check=True,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path / "cdk.out")},
    )
    templates = sorted((tmp_path / "cdk.out" / "assembly-dev").glob("*.template.json"))
    kinds = {
        resource["Type"]
        for template in templates
        for resource in json.loads(template.read_text())["Resources"].values()
    }
    assert {"AWS::ServiceCatalog::Portfolio", "AWS::CodePipeline::Pipeline"} <= kinds
    assert len([t for t in templates if t.name.endswith(".product.template.json")]) >= 5


def test_the_package_is_importable_without_the_other_app() -> None:
    program = "import cdk_service_catalog.application, sys; print('mlops_infra' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
