"""The bootstrap for a StackSet: the same trust and policies that the CDK CLI would be told."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_commons.accounts.account_policies import AccountPolicy
from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.accounts.stack_set import stack_set_files
from mlops_commons.config import load_config
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import CDK_APP_CONFIG, EXAMPLES, REPOSITORY_ROOT

pytestmark = pytest.mark.pure

CONFIG = load_config(EXAMPLES / "organisation" / CDK_APP_CONFIG.name, Path("none"))
DOCUMENT = {"Version": "2012-10-17", "Statement": []}
POLICIES = [
    AccountPolicy(
        row=row, arns=(f"arn:aws:iam::{row.account}:policy/mlops-1",), documents=(DOCUMENT,)
    )
    for row in bootstrap_plan(CONFIG)
    if not row.governs
]
SHIPPED = REPOSITORY_ROOT / "node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml"


def parameters(account: str) -> dict[str, str]:
    (text,) = (
        text
        for name, text in stack_set_files(POLICIES).items()
        if name.name == f"parameters-{account}-eu-west-1.json"
    )
    return {row["ParameterKey"]: row["ParameterValue"] for row in json.loads(text)}


def test_every_parameter_is_one_of_the_template_with_a_value_that_it_takes() -> None:
    text = stack_set_files(POLICIES)[Path("bootstrap.yaml")]
    assert text == SHIPPED.read_text()
    known: dict[str, Any] = yaml.safe_load(text)["Parameters"]
    for name, value in parameters("444444444444").items():
        assert value in known[name].get("AllowedValues", [value]), name


def test_trust_policies_boundary_and_qualifier_are_those_of_the_account() -> None:
    found = parameters("444444444444")
    assert found["TrustedAccounts"] == "111111111111"
    assert found["CloudFormationExecutionPolicies"] == "arn:aws:iam::444444444444:policy/mlops-1"
    assert found["InputPermissionsBoundary"] == "org-boundary"
    assert found["ApplyPermissionsBoundaryToAllRoles"] == "true"
    assert found["Qualifier"] == "acmeml01"
    assert found["PublicAccessBlockConfiguration"] == "false"


def test_the_tags_tell_what_was_allowed_and_whose_it_is() -> None:
    tags = json.loads(stack_set_files(POLICIES)[Path("tags-444444444444-eu-west-1.json")])
    found = {row["Key"]: row["Value"] for row in tags}
    assert found["CostCenter"] == "4711"
    assert len(found["mlops:allowed"]) == 64


def test_the_policies_that_have_to_be_there_before_are_beside_it() -> None:
    names = [name.name for name in stack_set_files(POLICIES)]
    assert "policy-444444444444-eu-west-1-mlops-1.json" in names


def test_accounts_with_templates_of_their_own_cannot_share_a_stack_set() -> None:
    first, *others = POLICIES
    own = replace(first.row, toolkit=replace(first.row.toolkit, template=Path("own.yaml")))
    with pytest.raises(PlatformError, match="one template"):
        stack_set_files([replace(first, row=own), *others])
