"""A second day that `publish` warns of, played: what it says would fail fails, and its way works.

Stacks are those that the app makes, created in emulated accounts without a pipeline: what decides
here are the names that are taken.
"""

from pathlib import Path

import pytest
from accounts_of_tests import Accounts
from botocore.exceptions import ClientError
from stacks_of_stages import assets, bootstrap, created, deleted, made, version

from mlops_commons.config.loader import load_sources
from mlops_commons.config.published import change_notes, keep, network_problems
from mlops_commons.config.set_snapshot import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG

pytestmark = pytest.mark.rehearsal

HEAD = "cdk_app_config:\n  pipeline: {account: '100000000001', region: eu-west-1}\n  deployments:\n"
GOES = ", removal_policy: destroy"
NETWORK = """\
cdk_infra_app_config:
  network:
    default_create_network: {vpc_max_azs: 2, vpc_nat_gateways: 1}
"""


ROLES_OF_ONE = """\
  sagemaker:
    deployments:
      - set_name: credit
        stages: [{stage_name: dev, create_service_catalog_roles: false}]
"""
"""AWS's roles for its own templates are one for an account."""


def a_set(name: str, stage: str, account: str, more: str = "") -> str:
    return (
        f"    - set_name: {name}\n      stages:\n"
        f"        - {{stage_name: {stage}, role: dev, account: '{account}'{more}}}\n"
    )


def test_a_renamed_stage_fails_as_publish_says_and_goes_when_the_old_stack_is_deleted(
    accounts: Accounts, tmp_path: Path
) -> None:
    here = Accounts(accounts.emulator, "717171717171")
    before, after = (HEAD + a_set("retail", name, here.account) for name in ("dev", "lab"))
    keep("retail", {CDK_APP_CONFIG: before, CDK_INFRA_APP_CONFIG: NETWORK}, tmp_path / "published")
    old, new = made(tmp_path / "old", before, NETWORK), made(tmp_path / "new", after, NETWORK)
    bootstrap(here)
    assert created(here, old, "dev-mlops-infra") == ("CREATE_COMPLETE", [])

    sources = load_sources(tmp_path / "new" / "app.yml", tmp_path / "new" / "infra.yml")
    (said,) = network_problems(sources, "retail", tmp_path / "published")
    assert "the new one fails on what it has, such as /vpc/id" in said.message
    assert "delete dev-mlops-infra first" in said.message

    status, reasons = created(here, new, "lab-mlops-infra")
    assert status == "ROLLBACK_COMPLETE"
    assert all("already exists" in reason for reason in reasons), reasons

    deleted(here, "lab-mlops-infra")
    deleted(here, "dev-mlops-infra")
    assert created(here, new, "lab-mlops-infra") == ("CREATE_COMPLETE", [])


def test_two_sets_with_studio_share_an_account_and_one_leaves_the_other_as_it_was(
    accounts: Accounts, tmp_path: Path
) -> None:
    here = Accounts(accounts.emulator, "727272727272")
    sets = a_set("retail", "dev", here.account, GOES)
    sets += a_set("credit", "dev", here.account, f"{GOES}, parameter_namespace: credit")
    found = made(tmp_path / "both", HEAD + sets, NETWORK + ROLES_OF_ONE)
    bootstrap(here)
    first, second = sorted(name for name in found.stacks if name.endswith("-mlops-infra"))
    for stack in (first, second):
        status, reasons = created(here, found, stack)
        assert status == "CREATE_COMPLETE", (stack, reasons)
    assert len(domains(here)) == 2
    deleted(here, first)
    assert len(domains(here)) == 1
    assert portfolio_is_on(here)
    deleted(here, second)
    assert domains(here) == []


def test_a_new_stage_waits_for_its_bootstrap_as_publish_says_and_then_is_made(
    accounts: Accounts, tmp_path: Path
) -> None:
    there = Accounts(accounts.emulator, "737373737373")
    before = HEAD + a_set("retail", "dev", "747474747474")
    after = f"{before}        - {{stage_name: preprod, account: '{there.account}'}}\n"
    keep("retail", {CDK_APP_CONFIG: before, CDK_INFRA_APP_CONFIG: NETWORK}, tmp_path / "published")
    found = made(tmp_path / "new", after, NETWORK)
    sources = load_sources(tmp_path / "new" / "app.yml", tmp_path / "new" / "infra.yml")
    (said,) = change_notes(sources, "retail", tmp_path / "published")
    assert "its account must be bootstrapped before the pipeline reaches it" in said.message
    assert said.remedy == "./mlops-multi-account.sh bootstrap --set retail"

    assets(there)
    with pytest.raises(ClientError, match="/cdk-bootstrap/hnb659fds/version"):
        created(there, found, "preprod-mlops-infra")
    version(there)
    assert created(there, found, "preprod-mlops-infra") == ("CREATE_COMPLETE", [])


def domains(accounts: Accounts) -> list[str]:
    found = accounts.client("sagemaker").list_domains()["Domains"]
    return [domain["DomainName"] for domain in found]


def portfolio_is_on(accounts: Accounts) -> bool:
    status = accounts.client("sagemaker").get_sagemaker_servicecatalog_portfolio_status()
    return bool(status["Status"] == "Enabled")
