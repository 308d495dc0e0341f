"""What Service Catalog may do while it launches products: what their templates need, no more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import Environment, StackTemplate, Template
from mlops_commons.execution_policies.execution_policy import (
    Boundaries,
    DerivedPolicy,
    execution_policy,
)
from mlops_commons.execution_policies.policy_documents import (
    MAXIMUM_CHARACTERS,
    MAXIMUM_POLICIES,
    size,
)
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
from mlops_commons.execution_policies.template_reads import READ_OBJECTS
from mlops_commons.iam.statements import Statement, policy_document
from mlops_commons.utilities.errors import PlatformError

HERE: Final = Environment(partition="<partition>", account="<account>", region="<region>")
"""Stands for where the template is launched, until `Fn::Sub` fills it in."""
PSEUDO: Final = {
    "<partition>": "${AWS::Partition}",
    "<account>": "${AWS::AccountId}",
    "<region>": "${AWS::Region}",
}
LAUNCHED: Final = "SC-*"
"""Service Catalog begins the name of every stack that it makes so (Administrator Guide, "Launch
constraints")."""
PROJECT_ID: Final = "p-*"
PROJECT: Final = {"SageMakerProjectId": PROJECT_ID}
"""SageMaker makes the ids of projects up; all of them begin so."""


def launch_policy(
    templates: Iterable[Template], *, boundary_arn: str, assets: Sequence[str]
) -> DerivedPolicy:
    """The statements of a role that launches products, in the words of `Fn::Sub`.

    Args:
        templates: of every product.
        boundary_arn: of the boundary that every role of a project carries, in the same words.
        assets: the ARNs of the objects that templates refer to.
    """
    derived = execution_policy(
        tuple(map(launched, templates)),
        HERE,
        Boundaries(projects=(_in_words_of_here(boundary_arn),)),
        key_tags=(PROJECT_TAG,),
        assets=tuple(map(_in_words_of_here, assets)),
    )
    return DerivedPolicy(
        statements=tuple(map(in_words_of_sub, map(_assets_only, derived.statements))),
        reviews=tuple(
            replace(review, what=_replaced(review.what, PSEUDO)) for review in derived.reviews
        ),
    )


def packed(statements: Iterable[Statement]) -> tuple[tuple[Statement, ...], ...]:
    """Statements in as few managed policies as their order allows.

    Raises:
        PlatformError: a statement is longer than a policy may be, or they are more than a role
            can have.
    """
    policies: list[list[Statement]] = [[]]
    for statement in statements:
        if policies[-1] and _too_long([*policies[-1], statement]):
            policies.append([])
        policies[-1].append(statement)
    if len(policies) > MAXIMUM_POLICIES or any(map(_too_long, policies)):
        raise PlatformError(
            f"the launch role needs {len(policies)} managed policies, but a role can have "
            f"{MAXIMUM_POLICIES} of {MAXIMUM_CHARACTERS} characters",
            hint="give the resources of products names that begin alike",
        )
    return tuple(map(tuple, policies))


def _too_long(statements: Sequence[Statement]) -> bool:
    return size(policy_document(statements)) > MAXIMUM_CHARACTERS


def _assets_only(statement: Statement) -> Statement:
    """A launch reads archives of products, not what projects keep in their buckets."""
    if not set(statement.actions) <= set(READ_OBJECTS):
        return statement
    own = tuple(arn for arn in statement.resources if PROJECT_ID not in arn)
    return replace(statement, resources=own)


def launched(template: Template) -> StackTemplate:
    """A product's template as a stack of any project, in any account and region."""
    summary = StackSummary(role="launch", account=HERE.account, region=HERE.region, stack=LAUNCHED)
    return StackTemplate(
        summary=summary, partition=HERE.partition, template=template, known=PROJECT
    )


def in_words_of_sub(statement: Statement) -> Statement:
    """A statement about any account and region as one that `Fn::Sub` fills in."""
    return replace(
        statement,
        resources=tuple(_replaced(arn, PSEUDO) for arn in statement.resources),
        condition=_replaced(statement.condition, PSEUDO),
    )


def _in_words_of_here(text: str) -> str:
    return str(_replaced(text, {value: key for key, value in PSEUDO.items()}))


def _replaced(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for word, other in words.items():
            value = value.replace(word, other)
        return value
    if isinstance(value, Mapping):
        return {key: _replaced(inner, words) for key, inner in value.items()}
    return tuple(_replaced(inner, words) for inner in value)
