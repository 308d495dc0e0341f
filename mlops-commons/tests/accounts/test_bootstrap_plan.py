"""Which accounts are bootstrapped, and whom each trusts."""

from pathlib import Path

import pytest
from one_account_set import loaded

from mlops_commons.accounts.bootstrap_command import bootstrap_command
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


def test_every_stage_trusts_governance_and_no_stage_trusts_dev(tmp_path: Path) -> None:
    rows = bootstrap_plan(loaded(tmp_path))
    assert {row.account: set(row.trust) for row in rows} == {
        GOVERNANCE: set(),
        DEV: {GOVERNANCE},
        PREPROD: {GOVERNANCE},
        PROD: {GOVERNANCE},
    }
    assert {row.account: set(row.untrusted) for row in rows} == {
        GOVERNANCE: set(),
        DEV: set(),
        PREPROD: {DEV},
        PROD: {DEV},
    }
    assert {row.policy_source for row in rows} == {PolicySource.GENERATED}


def test_an_account_of_two_sets_trusts_the_dev_account_of_neither(tmp_path: Path) -> None:
    rows = bootstrap_plan(loaded(tmp_path, TWO_SETS.replace("BOOTSTRAP", "")))
    (shared,) = [row for row in rows if row.account == PROD]
    assert set(shared.trust) == {GOVERNANCE}
    assert [str(use) for use in shared.uses] == ["retail/prod", "wholesale/prod"]
    assert set(shared.untrusted) == {DEV, PREPROD}


def test_an_account_that_trusts_nobody_any_more_is_told_whom_not_to_trust(tmp_path: Path) -> None:
    file = TWO_SETS.replace("BOOTSTRAP", "").replace(PROD, GOVERNANCE)
    (shared, *_) = bootstrap_plan(loaded(tmp_path, file))
    assert shared.trust == ()
    command = " ".join(bootstrap_command(shared, ["arn:aws:iam::aws:policy/Some"]))
    assert "--trust" not in command
    assert f"--untrust {DEV},{PREPROD} " in command


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
