"""The personas' policies against AWS's own reference of actions, and against IAM's limits."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from persona_policies import (
    SCOPE,
    SEPARATED,
    attached,
    boundaries,
    documents,
    resources,
    role_id,
    statements_of,
)
from policy_evaluation import listed
from service_authorization import action, matching_actions, parliament

from mlops_commons.contract import Persona
from mlops_infra.access.personas import PERSONAS, POLICIES
from mlops_infra.access.scope import PolicyScope

pytestmark = pytest.mark.construct

GLOBAL_KEYS = {"aws:ResourceAccount"}
OF_TAGGED_RESOURCES = {
    "aws:ResourceTag/mlops:reviewed",
    "aws:ResourceTag/sagemaker:project-id",
}
"""CodeCommit User Guide, "Example 5: Deny or allow actions on repositories with tags"."""


BOTH = (SCOPE, SEPARATED)
WITHIN = pytest.mark.parametrize("within", BOTH, ids=["set", "project"])
"""Where people reach all projects of the set, and where projects are kept apart."""


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement with a name for it, of both kinds of sets."""
    for within in BOTH:
        for name, document in documents(within).items():
            for statement in document["Statement"]:
                if statement["Sid"] != "NothingOfAnotherProject":  # denies whatever there is
                    yield f"{name}-{statement['Sid']}", statement


@WITHIN
def test_every_policy_is_within_the_limit_of_iam(within: PolicyScope) -> None:
    lengths = {
        name: len(json.dumps(document, separators=(",", ":")))
        for name, document in {**documents(within), **boundaries(within)}.items()
    }
    assert len(lengths) > len(POLICIES) + len(PERSONAS)
    assert {name: length for name, length in lengths.items() if length > 6144} == {}


@WITHIN
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_parliament_has_nothing_to_say(policy: Any, within: PolicyScope) -> None:
    (document,) = (d for name, d in documents(within).items() if f"{policy.name}Policy" in name)
    # parliament knows no policy variables; RESOURCE_STAR is judged action by action below.
    filled_in = re.sub(r"[$][{][^}]+[}]", "filled-in", json.dumps(document))
    # Nor does it know that a pattern such as `*/NAME` has every kind of resource in it.
    filled_in = re.sub(r':[*]/[^"]*"', ':*"', filled_in)
    findings = parliament.analyze_policy_string(filled_in).findings
    assert [str(f) for f in findings if f.issue != "RESOURCE_STAR"] == []


def test_every_statement_of_the_table_is_in_the_template() -> None:
    for policy, within in itertools.product(POLICIES, BOTH):
        found = documents(within)
        (document,) = (d for name, d in found.items() if f"{policy.name}Policy" in name)
        wanted = [statement.sid for statement in policy.statements(within)]
        assert [statement["Sid"] for statement in document["Statement"]] == wanted


def test_every_action_exists_and_has_no_wildcard() -> None:
    for where, statement in statements():
        for name in listed(statement["Action"]):
            assert "*" not in name, where
            assert action(name), where


def test_only_actions_without_resource_level_permissions_are_allowed_on_everything() -> None:
    for where, statement in statements():
        if statement["Effect"] == "Allow" and "*" in listed(statement.get("Resource", ())):
            for name in listed(statement["Action"]):
                assert not action(name).resources, f"{where}: {name}"


def test_every_action_supports_a_kind_of_resource_that_its_statement_names() -> None:
    """A statement that names resources gives nothing to an action that supports none."""
    for where, statement in statements():
        if "*" not in listed(statement.get("Resource", ())):
            without = [name for name in listed(statement["Action"]) if not action(name).resources]
            assert without == [], where


def test_every_action_supports_the_condition_keys_of_its_statement() -> None:
    """A condition on a key that a call never carries would make the statement mean nothing."""
    for where, statement in statements():
        keys = {key for entries in statement.get("Condition", {}).values() for key in entries}
        for name in listed(statement["Action"]):
            assert keys - GLOBAL_KEYS - OF_TAGGED_RESOURCES <= action(name).condition_keys, (
                f"{where}: {name}"
            )


def test_an_auditor_has_no_action_that_changes_anything() -> None:
    levels = {action(a).access_level for s in statements_of("auditor") for a in listed(s["Action"])}
    assert levels == {"List", "Read"}


def test_every_family_that_a_boundary_names_has_an_action() -> None:
    for name, document in boundaries().items():
        for family in (a for s in document["Statement"] for a in listed(s["Action"])):
            assert any(matching_actions(family)), f"{name}: {family}"


def test_a_boundary_lets_no_family_through_that_changes_anything() -> None:
    for name, document in boundaries().items():
        (allowed,) = (s for s in document["Statement"] if s["Effect"] == "Allow")
        for family in (a for a in listed(allowed["Action"]) if "*" in a):
            levels = {action(a).access_level for a in matching_actions(family)}
            assert levels <= {"List", "Read"}, f"{name}: {family}"


@WITHIN
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_every_wildcard_has_a_reason(policy: Any, within: PolicyScope) -> None:
    for statement in policy.statements(within):
        if statement.effect == "Allow" and any("*" in r for r in statement.resources):
            assert len(statement.reason) > 30, statement.sid


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_a_role_trusts_sagemaker_of_this_account_and_is_in_the_contract(persona: Any) -> None:
    role = resources()[role_id(persona.key)]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    assert set(trust["Action"]) == {"sts:AssumeRole", "sts:SetSourceIdentity"}
    assert role["MaxSessionDuration"] == 12 * 3600
    assert not [arn for arn in role["ManagedPolicyArns"] if arn not in documents()]


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_a_role_has_the_policies_of_its_row_and_no_more_than_iam_attaches(persona: Any) -> None:
    names = attached(persona.key)
    assert len(names) <= 10
    passing = 1 if persona.jobs_run_as else 0
    assert len(names) == len(persona.policies) + passing
    for policy in persona.policies:
        assert any(f"{policy.name}Policy" in name for name in names), policy.name


def test_every_persona_of_the_contract_has_a_row() -> None:
    assert sorted(persona.key for persona in PERSONAS) == sorted(Persona)


def test_a_namespace_is_part_of_the_parameters_names_and_of_the_permission_to_read_them() -> None:
    found = resources(namespace="team-a")
    names = [r["Properties"]["Name"] for r in found.values() if r["Type"] == "AWS::SSM::Parameter"]
    assert len(names) == len(PERSONAS)
    (explore,) = (r["Properties"]["PolicyDocument"] for n, r in found.items() if "Explore" in n)
    readable = [
        re.sub(r".*:parameter(.*)[*]", r"\1", resource)
        for s in explore["Statement"]
        if s["Sid"] == "ReadContract"
        for resource in s["Resource"]
    ]
    assert sorted(readable) == ["/team-a/mlops/", "/team-a/vpc/"]
    assert all(name.startswith("/team-a/mlops/role/") for name in names)
