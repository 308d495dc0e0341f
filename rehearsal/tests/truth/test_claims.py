"""Every sentence of the README is a claim whose proof is there, or is known to claim nothing."""

import ast

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.truth.claims import CLAIMS, NO_CLAIMS
from mlops_rehearsal.truth.level import Level
from mlops_rehearsal.truth.sentences import sentences

pytestmark = pytest.mark.pure

README = (REPOSITORY_ROOT / "README.md").read_text(encoding="utf-8")
QUOTES = (*(claim.quote for claim in CLAIMS), *NO_CLAIMS)


def unproven(text: str) -> list[str]:
    return [said for said in sentences(text) if not any(quote in said for quote in QUOTES)]


def test_every_sentence_of_the_readme_is_a_claim_or_known_to_be_none() -> None:
    assert len(list(sentences(README))) >= 30
    assert unproven(README) == []


def test_a_new_sentence_is_noticed_wherever_it_is_written() -> None:
    said = "It flies to the moon."
    for before in ("## Start\n", "## Use the CDK directly\n", "## Deploy it\n"):
        assert unproven(README.replace(before, f"{before}\n{said}\n")) == [said]
    row = "| prod | a rocket |"
    assert unproven(README.replace("| preprod, prod |", f"{row}\n| preprod, prod |")) == [row]


@pytest.mark.parametrize("quote", QUOTES)
def test_each_claim_is_said_once(quote: str) -> None:
    assert sum(quote in said for said in sentences(README)) == 1


@pytest.mark.parametrize("test", sorted({test for claim in CLAIMS for test in claim.tests}))
def test_the_test_that_proves_a_claim_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse((REPOSITORY_ROOT / file).read_text(encoding="utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert name in names if name else any(found.startswith("test_") for found in names)


def test_whatever_nothing_here_proves_says_what_is_left_to_aws() -> None:
    assert [
        c.quote for c in CLAIMS if not c.tests or (c.level is Level.SCHEMA and not c.rest)
    ] == []
