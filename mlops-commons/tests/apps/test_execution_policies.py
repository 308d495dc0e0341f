"""What CloudFormation may do in each account: what its templates need, and no more."""

import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checkouts import APPS_HERE, make_checkout

from mlops_commons.accounts.account_policies import (
    AccountPolicy,
    Assemblies,
    account_policy,
    generated_statements,
    stacks_of,
)
from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.accounts.execution_policy import execution_policy
from mlops_commons.accounts.handler_permissions import FILE, extract
from mlops_commons.accounts.policy_documents import (
    MAXIMUM_CHARACTERS,
    MAXIMUM_POLICIES,
    size,
)
from mlops_commons.accounts.required_actions import required_actions
from mlops_commons.config import load_config
from mlops_commons.utilities.cloud_assembly import read_stacks

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # parliament imports the deprecated pkg_resources
    import parliament

pytestmark = pytest.mark.app

ROWS = bootstrap_plan(load_config())
JUDGED_ELSEWHERE = {
    # Every wildcard has its reason in the file that is written for review.
    "RESOURCE_STAR",
    # A policy for CloudFormation makes buckets and their policies, and reads few objects.
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
    # The handlers name actions that are newer than this list of them.
    "UNKNOWN_ACTION",
    # One statement has all actions on one set of resources; each of them matches some.
    "RESOURCE_MISMATCH",
}


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> Assemblies:
    found = {}
    for app in APPS_HERE:
        checkout = make_checkout(tmp_path_factory.mktemp(app) / "repository", app)
        folder = checkout.synth().folder
        found[folder] = read_stacks(folder)
    return found


def policy(row: BootstrapRow, assemblies: Assemblies) -> AccountPolicy:
    return account_policy(row, assemblies, app_prefix="mlops")


def actions(documents: Any) -> Iterator[str]:
    for document in documents:
        for statement in document["Statement"]:
            found = statement["Action"]
            yield from [found] if isinstance(found, str) else found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.uses[0]))
def test_every_type_has_what_its_handlers_need(row: BootstrapRow, assemblies: Assemblies) -> None:
    granted = set(actions(policy(row, assemblies).documents))
    needed = required_actions(stacks_of(row, assemblies))
    assert len(needed) > 5
    lacking = {kind: sorted(found - granted) for kind, found in needed.items() if found - granted}
    assert lacking == {}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.uses[0]))
def test_no_action_has_a_wildcard_and_every_policy_is_within_iams_limits(
    row: BootstrapRow, assemblies: Assemblies
) -> None:
    documents = policy(row, assemblies).documents
    assert not [action for action in actions(documents) if "*" in action]
    assert 1 <= len(documents) <= MAXIMUM_POLICIES
    assert all(size(document) <= MAXIMUM_CHARACTERS for document in documents)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.uses[0]))
def test_parliament_finds_nothing(row: BootstrapRow, assemblies: Assemblies) -> None:
    found = [
        str(finding)
        for document in policy(row, assemblies).documents
        for finding in parliament.analyze_policy_string(json.dumps(document)).findings
        if finding.issue not in JUDGED_ELSEWHERE
    ]
    assert found == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.uses[0]))
def test_every_wildcard_says_why(row: BootstrapRow, assemblies: Assemblies) -> None:
    for statement in generated_statements(row, assemblies, app_prefix="mlops"):
        assert statement.reason or not any("*" in resource for resource in statement.resources)


def test_a_type_that_is_gone_takes_its_actions_along(assemblies: Assemblies) -> None:
    (row,) = [r for r in ROWS if str(r.uses[0]).endswith("dev")]
    stacks = stacks_of(row, assemblies)
    place = stacks[0].environment
    kind = "AWS::EC2::FlowLog"
    less = [
        replace(
            stack,
            template={
                **stack.template,
                "Resources": {
                    name: resource
                    for name, resource in stack.template["Resources"].items()
                    if resource["Type"] != kind
                },
            },
        )
        for stack in stacks
    ]
    before = {a for s in execution_policy(stacks, place) for a in s.actions}
    after = {a for s in execution_policy(less, place) for a in s.actions}
    assert "ec2:CreateFlowLogs" in before - after
    assert after < before


def test_roles_of_projects_can_be_made_with_the_boundary_of_the_stage_only(
    assemblies: Assemblies,
) -> None:
    (row,) = [r for r in ROWS if str(r.uses[0]).endswith("prod") and "pre" not in str(r.uses[0])]
    creating = [
        statement
        for statement in generated_statements(row, assemblies, app_prefix="mlops")
        if "iam:CreateRole" in statement.actions
        and any("sagemaker-p-" in resource for resource in statement.resources)
    ]
    (statement,) = creating
    name = "mlops-business-unit-1-prod-deployment-boundary-euw1"
    boundary = f"arn:aws:iam::{row.account}:policy/{name}"
    assert statement.condition == {"ArnEquals": {"iam:PermissionsBoundary": (boundary,)}}


def test_the_extract_of_the_schemas_is_current() -> None:
    assert Path(FILE).read_text(encoding="utf-8") == extract()
