"""What a project deploys on its first day, and the jobs of its pipelines, by AWS's AI controls."""

import json
from pathlib import Path
from typing import Any

import pytest
from launched_projects import PRODUCTS, product
from seed_repositories import deployed, seed_repository

from mlops_commons.ai_controls.findings import Finding, findings
from mlops_commons.ai_controls.pipelines import findings_in_definition

pytestmark = pytest.mark.seed

COMPILE = """
import json
from ml_pipelines.discovery import get_pipeline, pipeline_modules
from ml_pipelines.settings import EXAMPLE
found = {name: json.loads(get_pipeline(name, EXAMPLE).definition()) for name in pipeline_modules()}
print(json.dumps(found))
"""


SLUGS = [found.slug for found in PRODUCTS]


def open_findings(found: list[Finding]) -> list[str]:
    return [str(finding) for finding in found if not finding.reason]


def ids(found: list[Finding]) -> set[str]:
    return {finding.control.id for finding in found}


@pytest.mark.parametrize("slug", SLUGS)
def test_what_a_project_deploys_breaks_no_control_without_a_reason(slug: str) -> None:
    stages = deployed(product(slug)).templates
    assert len(stages) == 3
    # The definition of a pipeline is a made-up one here; the compiled ones are looked at below.
    found = {stage: findings(template) for stage, template in stages.items()}
    assert {stage: open_findings(each) for stage, each in found.items()} == {s: [] for s in stages}
    # One instance is enough where nobody depends on the answers, and nowhere else.
    single = {stage for stage, each in found.items() if "SageMaker.4" in ids(each)}
    assert single <= {"dev"}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_job_of_a_compiled_pipeline_is_isolated_encrypted_and_in_private_subnets(
    slug: str, tmp_path: Path
) -> None:
    repository = seed_repository(product(slug), "build_app", tmp_path)
    done = repository.run("-c", COMPILE)
    assert done.returncode == 0, done.stderr
    compiled: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert "training" in compiled
    for definition in compiled.values():
        assert open_findings(findings_in_definition(definition)) == []
        # The same without isolation: the check sees these very jobs.
        text = json.dumps(definition).replace("EnableNetworkIsolation", "EnableNothing")
        assert "Jobs.1" in ids(findings_in_definition(json.loads(text)))
