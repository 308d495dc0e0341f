"""The gate accepts what the seed code of every product synthesises, as long as its names may be."""

from dataclasses import replace
from pathlib import Path

import pytest
from launched_projects import PRODUCTS, product
from seed_repositories import deployed, seed_repository, synthesised

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


@pytest.mark.parametrize(("slug", "text"), CONFIGURED)
def test_what_a_product_deploys_passes_the_gate(slug: str, text: str, tmp_path: Path) -> None:
    found = product(slug)
    if text:
        deployment = synthesised(seed_repository(found, "deploy_app", tmp_path), text)
    else:
        deployment = deployed(found)
    of_it = {"archives": (deployment.archive,)}
    known = replace(SETTINGS, serverless_endpoints=text == SERVERLESS)
    refused = refusals(deployment.templates, known, PROJECT, deployment.version, **of_it)
    assert not refused, report(refused)
    other = deployment.version.replace("/3", "/2")
    assert refusals(deployment.templates, SETTINGS, PROJECT, other, **of_it), "any version passes"


@pytest.mark.parametrize("slug", ["basic", "batch_inference"])
def test_roles_that_are_named_as_the_organization_wants_them_pass(
    slug: str, tmp_path: Path
) -> None:
    repository = seed_repository(product(slug), "deploy_app", tmp_path)
    with (repository.root / "tests" / "settings.yml").open("a", encoding="utf-8") as file:
        file.write("role_path: /platform/ml/\nrole_name_prefix: acme-\n")
    deployment = synthesised(repository)

    def refused(**named: str) -> set[str]:
        known = replace(SETTINGS, **named)
        of_it = {"archives": (deployment.archive,)}
        found = refusals(deployment.templates, known, PROJECT, deployment.version, **of_it)
        return {refusal.rule.name for refusal in found}

    assert refused(role_path="/platform/ml/", role_name_prefix="acme-") == set()
    assert refused(role_path="/platform/ml/") == {"role-names", "trust"}
    assert refused() == {"role-names", "trust"}
