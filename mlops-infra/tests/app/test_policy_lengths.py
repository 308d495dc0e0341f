"""`config validate` measures the policies that synthesis makes, each that can grow."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mlops_commons.cdk import policies as policies_of_the_cdk
from mlops_commons.config import load_config
from mlops_commons.iam.lengths import length_of
from mlops_commons.iam.statements import Statement
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES
from mlops_infra.application import build_app
from mlops_infra.policy_lengths import of_stages, policies
from mlops_infra.projects.making import made_by_cloudformation

pytestmark = pytest.mark.construct

SHORT = 2000
"""Characters of a policy that nobody has to measure: no key of the configuration adds to it."""
EXAMPLES_OF_ALL_KINDS = ("sample", "organisation", "separate-projects", "imported-network")
Outline = frozenset[tuple[str, ...]]


def outline(statements: Sequence[Statement]) -> Outline:
    """Statements by their names, lengths and actions, whatever ids only the CDK knows."""
    return frozenset(
        (row.sid, str(length_of([row], "eu-west-1")), *sorted(row.actions)) for row in statements
    )


@pytest.mark.parametrize("example", EXAMPLES_OF_ALL_KINDS)
def test_each_policy_that_is_made_is_measured(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Statement, ...]] = []

    def recorded(statements: Sequence[Statement], region: str) -> int:
        asked.append(tuple(statements))
        return length_of(statements, region)

    monkeypatch.setattr(policies_of_the_cdk, "length_of", recorded)
    folder = EXAMPLES / example
    config = load_config(folder / CDK_APP_CONFIG.name, folder / CDK_INFRA_APP_CONFIG.name)
    build_app(config, outdir=str(tmp_path))
    stages = list(of_stages(config))
    measured = {outline(p.statements) for given in stages for p in policies(given) if p.statements}
    packed = [outline(made_by_cloudformation(given.projects).statements) for given in stages]
    made = {outline(statements): statements for statements in asked}
    assert measured <= set(made)
    for wording, statements in made.items():
        assert (
            wording in measured
            or any(wording <= whole for whole in packed)
            or length_of(statements, "eu-west-1") < SHORT
        ), sorted(row.sid for row in statements)
