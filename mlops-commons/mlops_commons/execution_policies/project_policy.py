"""What CloudFormation may do for the templates of projects: what they may hold, no more."""

from collections.abc import Sequence
from dataclasses import replace

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
from mlops_commons.execution_policies.handler_permissions import handler_permissions
from mlops_commons.execution_policies.project_stacks import project_stack
from mlops_commons.execution_policies.review import SID
from mlops_commons.iam.statements import Statement
from mlops_commons.organization import PLAIN_ROLES, RoleNames


def project_policy(
    stage: str,
    dev_account: str,
    *,
    boundary_arn: str,
    deploys: Sequence[str] = (),
    roles: RoleNames = PLAIN_ROLES,
) -> DerivedPolicy:
    """The statements of the role that makes the stacks of projects, in the words of `Fn::Sub`.

    Args:
        dev_account: in which the projects register the model versions that they deploy.
        deploys: further types of resources that the projects may make.
        roles: how the projects name their roles.
        boundary_arn: of the boundary that every role of a project carries, in the same words.
    """
    derived = execution_policy(
        (project_stack(stage, HERE, (dev_account,), deploys, roles),),
        HERE,
        Boundaries(projects=(in_words_of_here(boundary_arn),)),
    )
    own = {handler_permissions().service_of(kind) for kind in deploys}
    kept = tuple(row for row in derived.statements if not _is_wide(row) or _service(row) in own)
    return policy_in_words_of_sub(replace(derived, statements=kept))


def _is_wide(statement: Statement) -> bool:
    """Whether it names resources of nobody in particular, to be looked at first."""
    return statement.sid.startswith(SID)


def _service(statement: Statement) -> str:
    return statement.actions[0].partition(":")[0]
