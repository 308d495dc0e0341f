"""The gate accepts what the seed code of every product synthesises, as long as its names may be."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from launched_projects import PRODUCTS, product
from seed_repositories import SeedRepository, seed_repository

from cdk_service_catalog.gate.runtime.rules import refusals, report
from cdk_service_catalog.gate.runtime.settings import Project, Settings
from mlops_commons.image_accounts import image_accounts_of

pytestmark = pytest.mark.seed

PROJECT = Project(name="n" * 32, id=f"p-{'i' * 14}")
SETTINGS = Settings(
    bucket_prefix="mlops",
    region="eu-west-1",
    accounts={"dev": "111122223333", "preprod": "444455556666", "prod": "777788889999"},
    namespaces={"preprod": "bu1"},
    image_accounts=image_accounts_of("eu-west-1"),
)
"""What `tests/settings.yml` of the seed code says."""
SYNTHESISE = """
import sys
from pathlib import Path
from typing import Any
sys.path.insert(0, "tests")
from synthesis import VERSION, settings, templates
if (Path("deploy_app") / "definition.py").is_file():
    from compiled_definition import DEFINITION
    import json
    Path("inference_pipeline.json").write_text(json.dumps(DEFINITION))
for role in ("dev", "preprod", "prod") if len(sys.argv) > 1 else ():
    (Path("config") / f"{role}.yml").write_text(sys.argv[1])
templates(Path("assembly"))
print(settings().model_data_uri)
print(VERSION)
"""


SLEEPING = "kind: asynchronous\nauto_scaling: {minimum_instances: 0}\nrollout: {canary: false}\n"
SERVERLESS = """\
kind: serverless
serverless: {memory_megabytes: 2048, maximum_concurrency: 5}
rollout: {canary: false}
"""
SHADOWED = """\
rollout: {canary: false}
shadow: {percent: 25, instance_type: ml.m5.large, instance_count: 1}
"""
COMPONENTS = """\
kind: components
component: {memory_megabytes: 4096}
auto_scaling: {minimum_instances: 0}
rollout: {canary: false}
"""
OF_A_GPU = COMPONENTS.replace("4096", "4096, accelerators: 1")
CONFIGURED = [
    *((found.slug, "") for found in PRODUCTS),
    *(("basic", text) for text in (SLEEPING, SERVERLESS, SHADOWED)),
    ("basic", COMPONENTS),
    *((slug, OF_A_GPU) for slug in ("genai_cv", "llm_finetune")),
    ("batch_inference", "schedule: {enabled: true}"),
]


def synthesised(repository: SeedRepository, *stages: str) -> tuple[dict[str, Any], str, str]:
    """The template of each stage, the archive of the model, and its version."""
    done = repository.run("-c", SYNTHESISE, *filter(None, stages))
    assert done.returncode == 0, done.stderr
    templates = {
        stage: json.loads((repository.root / "assembly" / f"{stage}.template.json").read_text())
        for stage in SETTINGS.accounts
    }
    archive, version = done.stdout.splitlines()[-2:]
    return templates, archive, version


@pytest.mark.parametrize(("slug", "text"), CONFIGURED)
def test_what_a_product_deploys_passes_the_gate(slug: str, text: str, tmp_path: Path) -> None:
    repository = seed_repository(product(slug), "deploy_app", tmp_path)
    templates, archive, version = synthesised(repository, text)
    of_it = {"archives": (archive,)}
    known = replace(SETTINGS, serverless_endpoints=text == SERVERLESS)
    found = refusals(templates, known, PROJECT, version, **of_it)
    assert not found, report(found)
    other = version.replace("/3", "/2")
    assert refusals(templates, SETTINGS, PROJECT, other, **of_it), "any version passes"


@pytest.mark.parametrize("slug", ["basic", "batch_inference"])
def test_roles_that_are_named_as_the_organization_wants_them_pass(
    slug: str, tmp_path: Path
) -> None:
    repository = seed_repository(product(slug), "deploy_app", tmp_path)
    with (repository.root / "tests" / "settings.yml").open("a", encoding="utf-8") as file:
        file.write("role_path: /platform/ml/\nrole_name_prefix: acme-\n")
    templates, archive, version = synthesised(repository)

    def refused(**named: str) -> set[str]:
        known = replace(SETTINGS, **named)
        found = refusals(templates, known, PROJECT, version, archives=(archive,))
        return {refusal.rule.name for refusal in found}

    assert refused(role_path="/platform/ml/", role_name_prefix="acme-") == set()
    assert refused(role_path="/platform/ml/") == {"role-names", "trust"}
    assert refused() == {"role-names", "trust"}
