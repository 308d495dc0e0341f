"""What CloudFormation may do in each account: what its templates need, and no more."""

import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from checkouts import APPS_HERE, make_checkout
from one_account_set import DEFAULTS, ONE_SET, loaded
from policy_evaluation import listed, matches
from service_authorization import lacking, mismatched

from mlops_commons.accounts.account_policies import (
    AccountPolicy,
    Assemblies,
    account_policy,
    environment_of,
    generated_policy,
    stacks_of,
)
from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.assembly.templates import types_in
from mlops_commons.execution_policies.execution_policy import execution_policy
from mlops_commons.execution_policies.extraction import extract
from mlops_commons.execution_policies.handler_permissions import FILE
from mlops_commons.execution_policies.required_actions import required_actions
from mlops_commons.execution_policies.unused_actions import UNUSED
from mlops_commons.utilities.errors import PlatformError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # parliament imports the deprecated pkg_resources
    import parliament

pytestmark = pytest.mark.app

with TemporaryDirectory() as _folder:
    ROWS = bootstrap_plan(loaded(Path(_folder)))
WITHOUT_SCHEMA = {"AWS::CDK::Metadata", "AWS::CodeBuild::Project"}
"""The registry has no handlers of theirs: the first makes nothing, the second is an addition."""
JUDGED_ELSEWHERE = {
    # Every wildcard has its reason in the file that is written for review.
    "RESOURCE_STAR",
    # A policy for CloudFormation makes buckets and their policies, and reads few objects.
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
    # The handlers name actions that are newer than this list of them.
    "UNKNOWN_ACTION",
    # One statement has all actions on one set of resources; the next test asks of each action.
    "RESOURCE_MISMATCH",
}


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> Assemblies:
    found = {}
    for app in APPS_HERE:
        checkout = make_checkout(
            tmp_path_factory.mktemp(app) / "repository", app, cdk_app=ONE_SET, infra=DEFAULTS
        )
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
def test_every_schemas_create_update_and_delete_is_granted_or_left_out_for_a_reason(
    row: BootstrapRow, assemblies: Assemblies
) -> None:
    # IAM takes actions in any case, and schemas do not always spell them as the reference does.
    granted = {action.lower() for action in actions(policy(row, assemblies).documents)}
    checked = 0
    for kind in sorted(types_in(stacks_of(row, assemblies)) - WITHOUT_SCHEMA):
        if kind.startswith("Custom::"):
            continue
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(row.region, kind).schema
        left_out = [
            (a, unused.reason) for unused in UNUSED if unused.type == kind for a in unused.actions
        ]
        for handler in {"create", "update", "delete"} & set(schema["handlers"]):
            wanted = {a.lower() for a in schema["handlers"][handler]["permissions"]}
            lacking = {
                action
                for action in wanted - granted
                if not any(reason and fnmatchcase(action, a.lower()) for a, reason in left_out)
            }
            assert (kind, handler, lacking) == (kind, handler, set())
            assert not wanted or wanted & granted, f"nothing is left of {kind} {handler}"
            checked += 1
    assert checked > 10


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.uses[0]))
def test_no_action_has_a_wildcard_and_every_policy_is_within_iams_limits(
    row: BootstrapRow, assemblies: Assemblies
) -> None:
    documents = policy(row, assemblies).documents
    assert not [action for action in actions(documents) if "*" in action]
    # IAM and STS quotas: policies of a role, characters of a policy without white space.
    assert 1 <= len(documents) <= 10
    assert all(len(json.dumps(d, separators=(",", ":"))) <= 6144 for d in documents)


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
def test_every_action_is_granted_on_resources_that_it_works_on(
    row: BootstrapRow, assemblies: Assemblies
) -> None:
    documents = policy(row, assemblies).documents
    assert mismatched(statement for d in documents for statement in d["Statement"]) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.uses[0]))
def test_every_action_has_those_that_it_depends_on(
    row: BootstrapRow, assemblies: Assemblies
) -> None:
    documents = policy(row, assemblies).documents
    assert lacking([statement for d in documents for statement in d["Statement"]]) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.uses[0]))
def test_nothing_of_the_shipped_platform_has_to_be_reviewed(
    row: BootstrapRow, assemblies: Assemblies
) -> None:
    assert policy(row, assemblies).reviews == ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.uses[0]))
def test_every_wildcard_says_why(row: BootstrapRow, assemblies: Assemblies) -> None:
    for statement in generated_policy(row, assemblies).statements:
        assert statement.reason or not any("*" in resource for resource in statement.resources)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.uses[0]))
def test_no_statement_has_a_condition_that_nothing_meets(
    row: BootstrapRow, assemblies: Assemblies
) -> None:
    for statement in generated_policy(row, assemblies).statements:
        for entries in (statement.condition or {}).values():
            assert all(entries.values()), statement.sid


def test_a_type_that_is_gone_takes_its_actions_along(assemblies: Assemblies) -> None:
    stacks = stacks_of(ROWS[0], assemblies)
    place = stacks[0].environment
    kind = "AWS::CodePipeline::Pipeline"
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
    before = {a for s in execution_policy(stacks, place).statements for a in s.actions}
    after = {a for s in execution_policy(less, place).statements for a in s.actions}
    assert "codepipeline:CreatePipeline" in before - after
    assert after < before


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.uses[0]))
def test_the_platforms_role_can_make_pass_and_change_nothing_of_a_project(
    row: BootstrapRow, assemblies: Assemblies
) -> None:
    place = environment_of(row)
    arn = f"arn:{place.partition}:%s:{place.region}:{place.account}:%s"
    of_a_project = [
        ("iam:CreateRole", f"arn:aws:iam::{place.account}:role/sagemaker-p-1-dev-execution"),
        ("iam:PassRole", f"arn:aws:iam::{place.account}:role/sagemaker-p-1-dev-execution"),
        ("iam:CreatePolicy", f"arn:aws:iam::{place.account}:policy/churn-p-1-deploy-dev-Policy-1"),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::sagemaker-p-1-dev-{place.account}"),
        ("sagemaker:CreateEndpoint", arn % ("sagemaker", "endpoint/churn-p-1-dev")),
        ("sagemaker:CreateModel", arn % ("sagemaker", "model/Model-1")),
    ]
    statements = [s for d in policy(row, assemblies).documents for s in d["Statement"]]
    found = [
        (statement["Sid"], action, resource)
        for action, resource in of_a_project
        for statement in statements
        if action in actions([{"Statement": [statement]}])
        and any(matches(pattern, resource, {}) for pattern in listed(statement["Resource"]))
    ]
    assert found == []


def test_a_role_without_the_wanted_boundary_is_named_with_the_guide_that_says_what_to_do(
    assemblies: Assemblies,
) -> None:
    row = ROWS[0]
    with pytest.raises(PlatformError, match="carry neither the permissions boundary") as raised:
        account_policy(replace(row, boundary="everyone"), assemblies, app_prefix="mlops")
    assert "use-a-permissions-boundary.md" in raised.value.hint


def test_the_extract_of_the_schemas_is_current() -> None:
    assert Path(FILE).read_text(encoding="utf-8") == extract()
