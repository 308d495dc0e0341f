"""Which accounts are bootstrapped, and whom each trusts."""

from pathlib import Path

import pytest
from one_account_set import loaded

from mlops_commons.accounts.bootstrap_plan import PolicySource, bootstrap_plan, selected
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.pure

GOVERNANCE, DEV, PREPROD, PROD = "1" * 12, "2" * 12, "3" * 12, "4" * 12
TWO_SETS = """\
cdk_app_config:
  app_prefix: mlops
  pipeline:
    account: "111111111111"
    region: eu-west-1
    bootstrap: {aws_profile: governance}
  deployments:
    - set_name: retail
      stages:
        - {stage_name: dev, account: "222222222222"}
        - {stage_name: prod, account: "444444444444"}
    - set_name: wholesale
      stages:
        - {stage_name: dev, account: "333333333333"}
        - {stage_name: prod, account: "444444444444"BOOTSTRAP, parameter_namespace: wholesale}
"""


def test_stages_trust_governance_and_dev_where_projects_deploy(tmp_path: Path) -> None:
    rows = bootstrap_plan(loaded(tmp_path))
    assert {row.account: set(row.trust) for row in rows} == {
        GOVERNANCE: set(),
        DEV: {GOVERNANCE},
        PREPROD: {GOVERNANCE, DEV},
        PROD: {GOVERNANCE, DEV},
    }
    assert {row.policy_source for row in rows} == {PolicySource.GENERATED}


def test_an_account_of_two_sets_trusts_the_dev_accounts_of_both(tmp_path: Path) -> None:
    rows = bootstrap_plan(loaded(tmp_path, TWO_SETS.replace("BOOTSTRAP", "")))
    (shared,) = [row for row in rows if row.account == PROD]
    assert set(shared.trust) == {GOVERNANCE, DEV, PREPROD}
    assert [str(use) for use in shared.uses] == ["retail/prod", "wholesale/prod"]
    assert set(shared.dev_accounts) == {DEV, PREPROD}


def test_a_policy_that_the_configuration_names_is_used(tmp_path: Path) -> None:
    arn = "arn:aws:iam::444444444444:policy/ours"
    named = f", bootstrap: {{execution_policy_arn: '{arn}'}}"
    rows = bootstrap_plan(loaded(tmp_path, TWO_SETS.replace("BOOTSTRAP", named)))
    (shared,) = [row for row in rows if row.account == PROD]
    assert (shared.policy_source, shared.policy_arn) == (PolicySource.ARN, arn)


@pytest.mark.parametrize(
    ("set_name", "stage", "accounts"),
    [
        ("", "", [GOVERNANCE, DEV, PREPROD, PROD]),
        ("business-unit-1", "", [DEV, PREPROD, PROD]),
        ("", "governance", [GOVERNANCE]),
        ("Business-Unit-1", "PROD", [PROD]),
    ],
)
def test_rows_are_chosen_by_set_and_stage(
    set_name: str, stage: str, accounts: list[str], tmp_path: Path
) -> None:
    rows = selected(bootstrap_plan(loaded(tmp_path)), set_name=set_name, stage_name=stage)
    assert [row.account for row in rows] == accounts


def test_a_set_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="'retail'; there are: governance, business-unit-1/dev"):
        selected(bootstrap_plan(loaded(tmp_path)), set_name="retail")
