"""`costs.budget` of a stage: what is allowed, and where CloudFormation makes one."""

from pathlib import Path

import pytest

from mlops_commons.config import PlatformConfig, load_config
from mlops_commons.stage import Budget
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

APP = """
cdk_app_config:
  pipeline: {account: '100000000001', region: eu-west-1}
  deployments:
    - set_name: one
      stages:
        - {stage_name: dev, account: '200000000001', region: %s, costs: {budget: %s}}
"""


def loaded(folder: Path, budget: str, region: str = "eu-west-1") -> PlatformConfig:
    (folder / "app.yml").write_text(APP % (region, budget))
    (folder / "infra.yml").write_text("cdk_infra_app_config: {}\n")
    return load_config(folder / "app.yml", folder / "infra.yml")


def test_a_stage_has_the_budget_that_its_file_says(tmp_path: Path) -> None:
    (deployment,) = loaded(tmp_path, "{amount: 750, email: a@example.com}").deployments
    assert deployment.stages[0].budget == Budget(amount=750, email="a@example.com")
    (deployment,) = loaded(tmp_path, "null").deployments
    assert deployment.stages[0].budget is None


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ("{amount: 0, email: a@example.com}", "costs.budget.amount"),
        ("{amount: 7.5, email: a@example.com}", "costs.budget.amount"),
        ("{amount: 5, email: nobody}", "an e-mail address"),
        ("{amount: 5, email: 'a@b.c, d@e.f'}", "an e-mail address"),
        ("{amount: 5}", "costs.budget.email"),
    ],
)
def test_what_is_no_budget_is_refused_by_its_place(budget: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, budget)
    assert said in str(raised.value.problems)


def test_a_region_whose_cloudformation_makes_no_budgets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, "{amount: 5, email: a@example.com}", "eu-north-1")
    (problem,) = raised.value.problems
    assert problem.message == (
        "eu-north-1 lacks what the stage is made of: budgets; take another region, or leave out "
        "costs.budget"
    )
