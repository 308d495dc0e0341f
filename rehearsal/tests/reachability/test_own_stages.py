"""Who can become whom where a set has other stages than dev, preprod and prod."""

from pathlib import Path

import pytest

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES
from mlops_reachability.accounts import world_of
from mlops_reachability.synthesis import synthesise
from mlops_reachability.table import table

pytestmark = pytest.mark.app

RUNS = "code that runs as a project's "


@pytest.mark.parametrize(
    ("example", "stages"),
    [
        ("two-stages", {"dev": "222222222222", "prod": "444444444444"}),
        (
            "own-stages",
            {"lab": "222222222222", "uat": "333333333333", "live": "444444444444"},
        ),
    ],
)
def test_a_project_is_deployed_to_the_stages_of_its_set_and_to_no_other(
    example: str, stages: dict[str, str], tmp_path: Path
) -> None:
    infra = CDK_INFRA_APP_CONFIG.name
    files = (EXAMPLES / example / name for name in (CDK_APP_CONFIG.name, infra))
    made = synthesise(*files, tmp_path, ("basic",))
    stacks = {s.name: s for s in world_of(made, "basic").stacks if "-p-alpha-deploy-" in s.name}
    assert {name.rpartition("-deploy-")[2]: s.account for name, s in stacks.items()} == stages
    for stage, account in stages.items():
        role = stacks[f"alpha-p-alpha-deploy-{stage}"].role
        assert role == f"arn:aws:iam::{account}:role/mlops-retail-{stage}-project-cfn-euw1"
    starts = table(made, ("basic",)).starts
    deployed = [s for s in starts if s.startswith(RUNS) and "-execution" in s]
    assert len(deployed) == len(stages)
    assert any(s.startswith(f"{RUNS}{[*stages][-1]}-execution in prod") for s in deployed)
