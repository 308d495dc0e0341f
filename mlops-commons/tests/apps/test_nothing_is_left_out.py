"""What a configuration can ask for, CloudFormation may make: by no derivation is an action lost."""

import importlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from checkouts import APPS_HERE

from mlops_commons.accounts.account_policies import generated_policy
from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.assembly.stacks import StackSummary, read_stacks
from mlops_commons.config import load_config
from mlops_commons.config.explaining.examples import EVERY_KEY
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(len(APPS_HERE) < 2, reason="the account has stacks of both apps"),
]

PACKAGES = ("mlops_infra", "cdk_service_catalog")


def test_with_every_key_of_a_company_nothing_is_left_out_of_a_policy(tmp_path: Path) -> None:
    company = EVERY_KEY / "company"
    config = load_config(company / CDK_APP_CONFIG.name, company / CDK_INFRA_APP_CONFIG.name)
    found: dict[Path, Sequence[StackSummary]] = {}
    for package in PACKAGES:
        folder = tmp_path / package
        importlib.import_module(f"{package}.application").build_app(
            config, outdir=str(folder)
        ).synth()
        found[folder] = read_stacks(folder)
    rows = bootstrap_plan(config)
    reviews = [str(review) for row in rows for review in generated_policy(row, found).reviews]
    assert reviews, "some are wider than templates say"
    assert [r for r in reviews if "left out" in r or "nothing is granted" in r] == []
