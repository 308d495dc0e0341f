"""Statements as constructs: the one way from a table of permissions to IAM."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.iam import statements as plain
from mlops_commons.iam.lengths import LONGEST, MOST_CHARACTERS, fitting, length_of
from mlops_commons.iam.statements import ONE_NAME, Statement

LONGEST_USUAL: Final = "ap-southeast-1"
"""Stands for a region that only the deployment knows."""


def policy_statement(statement: Statement) -> iam.PolicyStatement:
    """The statement, for whatever takes one of the CDK's."""
    return iam.PolicyStatement.from_json(statement.document(_token))


def policy_document(statements: Sequence[Statement]) -> iam.PolicyDocument:
    """A document of statements; one call of the CDK instead of one for each statement."""
    return iam.PolicyDocument.from_json(plain.policy_document(statements, _token))


def managed_policy(
    scope: Construct,
    construct_id: str,
    statements: Sequence[Statement],
    *,
    description: str,
    name: str | None = None,
    roles: Sequence[iam.IRole] = (),
) -> iam.ManagedPolicy:
    """A managed policy whose wildcards are acknowledged with the reasons of its statements.

    Args:
        name: a physical name, where others must know it beforehand.
        roles: that get the policy.

    Raises:
        PlatformError: it is longer than IAM takes.
    """
    # Most policies fit wherever they are: to ask a construct takes five calls of the CDK.
    if length_of(statements, LONGEST) > MOST_CHARACTERS:
        region = cdk.Stack.of(scope).region
        statements = fitting(
            statements,
            f"the policy '{scope.node.path}/{construct_id}'",
            region=LONGEST_USUAL if cdk.Token.is_unresolved(region) else region,
        )
    policy = iam.ManagedPolicy(
        scope,
        construct_id,
        document=policy_document(statements),
        description=description,
        managed_policy_name=name,
        roles=list(roles),
    )
    if reasons := plain.wildcard_reasons(statements):
        acknowledge_each(policy, reasons)
    return policy


def _token(text: str, variables: Mapping[str, Any]) -> str:
    return cdk.Fn.sub(text, dict(variables)) if variables else _shared_token(text)


@cache
def _shared_token(text: str) -> str:
    """The same words stand in the policies of every stage, and each call of the CDK takes time."""
    if alone := ONE_NAME.fullmatch(text):
        name, attribute = alone.groups()
        found = cdk.Fn.get_att(name, attribute) if attribute else cdk.Fn.ref(name)
        return cdk.Token.as_string(found)
    return cdk.Fn.sub(text)
