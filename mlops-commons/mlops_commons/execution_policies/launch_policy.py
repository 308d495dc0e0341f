"""What Service Catalog may do while it launches products: what their templates need, no more."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import StackTemplate, Template
from mlops_commons.execution_policies.anywhere import (
    HERE,
    in_words_of_here,
    policy_in_words_of_sub,
)
from mlops_commons.execution_policies.execution_policy import (
    Boundaries,
    DerivedPolicy,
    execution_policy,
)
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
from mlops_commons.execution_policies.template_reads import READ_OBJECTS
from mlops_commons.iam.statements import Statement

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
        Boundaries(projects=(in_words_of_here(boundary_arn),)),
        key_tags=(PROJECT_TAG,),
        assets=tuple(map(in_words_of_here, assets)),
    )
    statements = tuple(map(_assets_only, derived.statements))
    return policy_in_words_of_sub(replace(derived, statements=statements))


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
