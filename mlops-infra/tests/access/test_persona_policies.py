"""The personas' policies against AWS's own reference of actions, and against IAM's limits."""

import json
import re
from typing import Any

import pytest
from persona_policies import DOCUMENTS, RESOURCES, SUBNETS, resources, statements_of
from policy_evaluation import listed
from service_authorization import action, parliament

from mlops_infra.access.personas import PERSONAS
from mlops_infra.access.policies import POLICIES
from mlops_infra.access.roles import role_id
from mlops_infra.access.scope import PolicyScope

pytestmark = pytest.mark.construct

SCOPE = PolicyScope(app_prefix="mlops", namespace="", subnet_ids=SUBNETS)
STATEMENTS = [
    pytest.param(statement, id=f"{name}-{statement['Sid']}")
    for name, document in DOCUMENTS.items()
    for statement in document["Statement"]
]
GLOBAL_KEYS = {"aws:ResourceAccount"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_policy_is_within_the_limit_of_iam(name: str) -> None:
    assert len(json.dumps(DOCUMENTS[name], separators=(",", ":"))) <= 6144


@pytest.mark.parametrize("name", DOCUMENTS)
def test_parliament_has_nothing_to_say(name: str) -> None:
    # parliament knows no policy variables; RESOURCE_STAR is judged action by action below.
    filled_in = re.sub(r"[$][{][^}]+[}]", "filled-in", json.dumps(DOCUMENTS[name]))
    findings = parliament.analyze_policy_string(filled_in).findings
    assert [str(f) for f in findings if f.issue != "RESOURCE_STAR"] == []


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_action_exists_and_has_no_wildcard(statement: dict[str, Any]) -> None:
    for name in listed(statement["Action"]):
        assert "*" not in name
        assert action(name)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_only_actions_without_resources_are_allowed_on_everything(
    statement: dict[str, Any],
) -> None:
    if statement["Effect"] == "Allow" and "*" in listed(statement.get("Resource", ())):
        for name in listed(statement["Action"]):
            assert not action(name).resources, f"{name} knows {set(action(name).resources)}"


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_action_knows_a_kind_of_resource_that_its_statement_names(
    statement: dict[str, Any],
) -> None:
    """A statement that names resources gives nothing to an action that knows none."""
    if "*" not in listed(statement.get("Resource", ())):
        assert [name for name in listed(statement["Action"]) if not action(name).resources] == []


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_action_knows_the_condition_keys_of_its_statement(
    statement: dict[str, Any],
) -> None:
    """A condition on a key that a call never carries would make the statement mean nothing."""
    keys = {key for entries in statement.get("Condition", {}).values() for key in entries}
    for name in listed(statement["Action"]):
        assert keys - GLOBAL_KEYS <= action(name).condition_keys


def test_an_auditor_has_no_action_that_changes_anything() -> None:
    levels = {action(a).access_level for s in statements_of("auditor") for a in listed(s["Action"])}
    assert levels == {"List", "Read"}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_every_wildcard_has_a_reason(policy: Any) -> None:
    for statement in policy.statements(SCOPE):
        if statement.effect == "Allow" and any("*" in r for r in statement.resources):
            assert len(statement.reason) > 30, statement.sid


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_a_role_trusts_sagemaker_of_this_account_and_is_in_the_contract(persona: Any) -> None:
    role = RESOURCES[role_id(persona)]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    assert set(trust["Action"]) == {"sts:AssumeRole", "sts:SetSourceIdentity"}
    assert "ManagedPolicyArns" not in role
    parameter = RESOURCES[f"{role_id(persona)}Parameter"]["Properties"]
    assert parameter["Name"] == persona.parameter.value


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_a_role_has_no_more_policies_than_iam_attaches(persona: Any) -> None:
    attached = [n for n in DOCUMENTS if role_id(persona) in RESOURCES[n]["Properties"]["Roles"]]
    assert len(attached) <= 10
    assert set(persona.policies) <= {policy.name for policy in POLICIES}


def test_a_namespace_is_part_of_the_parameters_names_and_of_the_permission_to_read_them() -> None:
    found = resources(namespace="team-a")
    names = [r["Properties"]["Name"] for r in found.values() if r["Type"] == "AWS::SSM::Parameter"]
    assert len(names) == len(PERSONAS)
    readable = [
        re.sub(r".*:parameter(.*)[*]", r"\1", resource)
        for s in found["ExplorePolicy"]["Properties"]["PolicyDocument"]["Statement"]
        if s["Sid"] == "ReadContract"
        for resource in s["Resource"]
    ]
    assert readable == ["/team-a/vpc/", "/team-a/mlops/"]
    assert all(name.startswith("/team-a/mlops/role/") for name in names)
