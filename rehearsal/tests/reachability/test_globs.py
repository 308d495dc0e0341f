"""Texts that patterns have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_commons.iam.evaluation import matches
from mlops_reachability.globs import witness

pytestmark = pytest.mark.pure
PATTERNS = st.text(alphabet="ab*?", max_size=6)


@given(PATTERNS, PATTERNS)
def test_what_is_found_matches_both_patterns(first: str, second: str) -> None:
    found = witness(first, second)
    assert found is None or (matches(first, found, {}) and matches(second, found, {}))


@given(PATTERNS, st.text(alphabet="ab", max_size=6))
def test_a_text_that_matches_is_reason_to_find_one(pattern: str, text: str) -> None:
    assert (witness(pattern, text) == text) is matches(pattern, text, {})


def test_names_of_two_policies_meet() -> None:
    found = witness("role/sagemaker-p-*-dev-*", "role/sagemaker-p-*-deploy-pipeline")
    assert found == "role/sagemaker-p--dev-deploy-pipeline"
