"""Nothing is wrong with what is synthesised, and the checks see most of what could be."""

import pytest

from mlops_rehearsal.behaviour.score import Fate, findings, score
from mlops_rehearsal.behaviour.stack import Stack

pytestmark = pytest.mark.app

SEED, SAMPLED = 13, 30
FLOORS = {
    "infra repository": 0.95,
    "infra pipeline": 0.9,
    "infra dev": 0.9,
    "infra preprod": 0.9,
    "infra prod": 0.9,
    "template repository": 0.95,
    "template pipeline": 0.9,
    "template dev": 0.9,
    "product basic": 0.95,
    "product batch_inference": 0.9,
    "product byoc": 0.9,
    "product genai_cv": 0.95,
    "product llm_finetune": 0.95,
    **{
        f"deploy app {slug} {stage}": 0.9
        for slug in ("basic", "batch_inference", "genai_cv", "llm_finetune")
        for stage in ("dev", "preprod", "prod")
    },
}
"""What a sample of each template reaches at least; the whole figures are in docs/mutants.md."""


def test_every_template_has_a_floor(templates: dict[str, Stack]) -> None:
    assert set(templates) == set(FLOORS)


@pytest.mark.parametrize("name", FLOORS)
def test_the_checks_find_nothing(templates: dict[str, Stack], name: str) -> None:
    assert list(findings(templates[name])) == []


@pytest.mark.parametrize("name", FLOORS)
def test_the_checks_see_most_slips(templates: dict[str, Stack], name: str) -> None:
    found = score(name, templates[name], SAMPLED, SEED)
    living = [str(r.mutant) for r in found.results if r.fate is Fate.SURVIVED]
    assert found.share >= FLOORS[name], living
