"""Statements about wherever their stack is: derived with marks, written in the words of `Fn::Sub`.

What a role may do is derived from templates for an account and a region. Where these are not known
until the stack with the role is deployed, marks stand for them, and become CloudFormation's own
names at the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mlops_commons.assembly.templates import Environment
from mlops_commons.execution_policies.execution_policy import DerivedPolicy
from mlops_commons.execution_policies.policy_documents import (
    MAXIMUM_CHARACTERS,
    MAXIMUM_POLICIES,
    size,
)
from mlops_commons.iam.statements import Statement, policy_document
from mlops_commons.utilities.errors import PlatformError

HERE: Final = Environment(partition="<partition>", account="<account>", region="<region>")
"""Stands for where the stack is deployed, until `Fn::Sub` fills it in."""
PSEUDO: Final = {
    "<partition>": "${AWS::Partition}",
    "<account>": "${AWS::AccountId}",
    "<region>": "${AWS::Region}",
}


def policy_in_words_of_sub(derived: DerivedPolicy) -> DerivedPolicy:
    """A policy that was derived for `HERE`, in the words of `Fn::Sub`."""
    return DerivedPolicy(
        statements=tuple(map(in_words_of_sub, derived.statements)),
        reviews=tuple(
            replace(review, what=_replaced(review.what, PSEUDO)) for review in derived.reviews
        ),
    )


def in_words_of_sub(statement: Statement) -> Statement:
    """A statement about any account and region as one that `Fn::Sub` fills in."""
    return replace(
        statement,
        resources=tuple(_replaced(arn, PSEUDO) for arn in statement.resources),
        condition=_replaced(statement.condition, PSEUDO),
    )


def in_words_of_here(text: str) -> str:
    """A text with the names of `Fn::Sub` as one about `HERE`."""
    return str(_replaced(text, {value: key for key, value in PSEUDO.items()}))


def packed(statements: Iterable[Statement], whose: str) -> tuple[tuple[Statement, ...], ...]:
    """Statements in as few managed policies as their order allows.

    Args:
        whose: the role that gets them, for messages.

    Raises:
        PlatformError: a statement is longer than a policy may be, or they are more than a role
            can have.
    """
    policies: list[list[Statement]] = [[]]
    for statement in statements:
        if policies[-1] and _too_long([*policies[-1], statement]):
            policies.append([])
        policies[-1].append(statement)
    too_long = [rows for rows in policies if _too_long(rows)]
    if too_long or len(policies) > MAXIMUM_POLICIES:
        what = (
            f"a managed policy of {size(policy_document(too_long[0])):,} characters for its "
            f"statement '{too_long[0][0].sid}'"
            if too_long
            else f"{len(policies)} managed policies"
        )
        raise PlatformError(
            f"{whose} needs {what}, but a role can have "
            f"{MAXIMUM_POLICIES} of {MAXIMUM_CHARACTERS} characters",
            hint="give the resources names that begin alike, or make fewer types of them",
        )
    return tuple(map(tuple, policies))


def _too_long(statements: Sequence[Statement]) -> bool:
    return size(policy_document(statements)) > MAXIMUM_CHARACTERS


def _replaced(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for word, other in words.items():
            value = value.replace(word, other)
        return value
    if isinstance(value, Mapping):
        return {key: _replaced(inner, words) for key, inner in value.items()}
    return tuple(_replaced(inner, words) for inner in value)
