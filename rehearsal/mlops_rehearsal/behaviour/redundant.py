"""Slips in policies after which the same requests are allowed, by what else the role has.

Each request is made of the statement itself: its action on each of its resources, in a context in
which its conditions hold. Where the slip is asked about with all of them and nothing has changed,
it has taken nothing away.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, listed
from mlops_rehearsal.behaviour.asking import context
from mlops_rehearsal.behaviour.mutants import Mutant
from mlops_rehearsal.behaviour.policies import POLICIES, Statement, may, policies_of, statements
from mlops_rehearsal.behaviour.stack import Resource, Stack

HOLDS: Final = ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "Bool")
TAKEN_AWAY: Final = ("action dropped", "statement dropped")


def allowed_anyway(stack: Stack, mutant: Mutant) -> bool:
    """Another statement of each role allows what was taken away."""
    found = _statement(stack, mutant)
    if found is None or mutant.kind not in TAKEN_AWAY:
        return False
    actions = [mutant.change] if mutant.kind == "action dropped" else listed(found["Action"])
    return _unchanged(stack, mutant, found, actions, allowed=True)


def denied_anyway(stack: Stack, mutant: Mutant) -> bool:
    """Without the condition nothing more is allowed: the boundary or a denial stands before it."""
    found = _statement(stack, mutant)
    if found is None or mutant.kind != "condition dropped":
        return False
    operator, key = mutant.path[-2:]
    wanted = found["Condition"][operator]
    rest = {**found["Condition"], operator: {k: v for k, v in wanted.items() if k != key}}
    bare = {**found, "Condition": rest}
    return _unchanged(stack, mutant, bare, listed(found["Action"]), allowed=False)


def _statement(stack: Stack, mutant: Mutant) -> Statement | None:
    """The allowing statement of a role's policy that a mutant is about."""
    policy = stack.resources[mutant.resource]
    if policy.type not in POLICIES or "Statement" not in mutant.path:
        return None
    number = next(part for part in mutant.path if isinstance(part, int))
    found = statements(policy.properties["PolicyDocument"])[number]
    return found if found["Effect"] == "Allow" and "Resource" in found else None


def _unchanged(
    stack: Stack, mutant: Mutant, statement: Statement, actions: list[str], *, allowed: bool
) -> bool:
    keys = _context(statement.get("Condition", {}))
    mutated = replace(stack, template=mutant.template)
    roles = list(_roles(stack, mutant.resource))
    if keys is None or not roles:
        return False
    requests = [
        Request(action.replace("*", "x"), str(on).replace("*", "x"), context(stack, keys))
        for action in actions
        for on in listed(statement["Resource"])
    ]
    return all(
        may(mutated, mutated.resources[role.id], request) is allowed
        for role in roles
        for request in requests
    )


def _roles(stack: Stack, policy: str) -> Iterator[Resource]:
    for role in stack.of_type("AWS::IAM::Role"):
        if policy in [found.id for found in policies_of(stack, role)]:
            yield role


def _context(condition: Mapping[str, Any]) -> dict[str, Any] | None:
    """Values with which conditions hold; None for operators that are not followed here."""
    found: dict[str, Any] = {}
    for operator, entries in condition.items():
        for key, values in entries.items():
            if operator in HOLDS:
                found[key] = str(listed(values)[0]).replace("*", "x")
            elif operator == "Null" and str(listed(values)[0]).lower() == "false":
                found.setdefault(key, "x")
            else:
                return None
    return found
