"""Boundaries let through what policies grant, and grant nothing that no policy does.

Source: "Permissions boundaries for IAM entities", IAM User Guide: what a role may do is in both.
"""

import re
from collections.abc import Iterator
from typing import Any

from mlops_commons.iam.evaluation import action_matches
from mlops_rehearsal.behaviour.policies import Statement, actions, boundary, identity, statements
from mlops_rehearsal.behaviour.stack import Resource, Stack


def boundaries_let_policies_through(stack: Stack) -> Iterator[str]:
    """What a role's own policies allow is not lost in its boundary."""
    for role in stack.of_type("AWS::IAM::Role"):
        most = boundary(stack, role)
        if most is None:
            continue
        for action in sorted(actions(identity(stack, role))):
            if not _allowed(most, action):
                yield f"{role.id}: its boundary takes {action} away"


def boundaries_are_no_wider(stack: Stack) -> Iterator[str]:
    """What a boundary allows, a policy of a role with it does: else one of the two forgot it."""
    granted: dict[str, list[Statement]] = {}
    for role in stack.of_type("AWS::IAM::Role"):
        bound = str(role.properties["PermissionsBoundary"])
        granted.setdefault(bound, []).extend(identity(stack, role))
    for policy in stack.of_type("AWS::IAM::ManagedPolicy"):
        most = statements(policy.properties["PolicyDocument"])
        given = granted.get(stack.arn(policy.id))
        if given is None or "-boundary-" in stack.ref(policy.id):
            continue
        wanted = actions(given)
        for action in sorted(actions(most)):
            if not any(_family(action, one) for one in wanted):
                yield f"{policy.id} allows {action}, which no policy of its roles does"


def projects_have_boundaries(stack: Stack) -> Iterator[str]:
    """No role of a project or of a person is without: whoever changes its policies is held."""
    persons = {
        str(parameter.properties["Value"])
        for parameter in stack.of_type("AWS::SSM::Parameter")
        if "/role/" in parameter.properties["Name"]
    }
    for role in stack.of_type("AWS::IAM::Role"):
        held = stack.name.startswith(("SC-", "deploy-")) or stack.arn(role.id) in persons
        if held and not _boundary_like(role):
            yield f"{role.id} has no boundary"


def _boundary_like(role: Resource) -> bool:
    found = str(role.properties["PermissionsBoundary"]).lower()
    return "boundary" in found


def _allowed(most: list[Statement], action: str) -> bool:
    return any(s["Effect"] == "Allow" and action_matches(s, action) for s in most)


def _family(family: str, action: str) -> bool:
    statement: Any = {"Action": [family]}
    return action_matches(statement, action)


def what_is_made_is_let_through(stack: Stack) -> Iterator[str]:
    """The boundary of projects lets through what the roles of products and deploy apps do."""
    for policy in stack.of_type("AWS::IAM::ManagedPolicy"):
        if not re.search("-(project|deployment)-boundary-", stack.named(policy.id)):
            continue
        most = statements(policy.properties["PolicyDocument"])
        wanted = {
            action
            for made in stack.makes
            for role in made.of_type("AWS::IAM::Role")
            for action in actions(identity(made, role))
        }
        for action in sorted(wanted):
            if not _allowed(most, action):
                yield f"{policy.id} takes {action} away from what is made here"
