"""The boundary of the role that applies projects' templates: what no policy of it may ever give.

The policy of that role is derived, and derivations change; this is written by hand, denies what
would turn a template into an administrator, and is attached as the role's permissions boundary.
"""

import re
from collections.abc import Iterable
from typing import Final

from mlops_commons.iam.statements import Statement, actions
from mlops_infra.projects.props import ProjectDeployments

OUTLINE: Final = (
    "a boundary grants nothing: the role's own policies say which resources, and the denials "
    "beside this statement what no policy may give"
)
MAKING_ROLES: Final = actions(
    "iam",
    "AttachRolePolicy CreateRole DeleteRolePolicy DetachRolePolicy PutRolePermissionsBoundary "
    "PutRolePolicy",
)
"""All that takes iam:PermissionsBoundary as a condition, but for taking a boundary away (Service
Authorization Reference, "AWS Identity and Access Management")."""
CHANGING_ROLES: Final = (
    *MAKING_ROLES,
    *actions(
        "iam",
        "DeleteRole DeleteRolePermissionsBoundary PassRole TagRole UntagRole "
        "UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
    ),
)
CHANGING_POLICIES: Final = actions(
    "iam",
    "CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion "
    "TagPolicy UntagPolicy",
)
IDENTITIES: Final = ("iam",)
"""Of these services every single action is named; of others the verbs with which they begin."""


def outline_statements(
    projects: ProjectDeployments, granted: Iterable[Statement], *, boundary_name: str
) -> tuple[Statement, ...]:
    """The boundary's statements.

    Args:
        granted: what the role's own policies say; it tells which services there are at all.
        boundary_name: of the boundary that every role of a project carries.
    """
    prefix = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
    boundary = f"{prefix}:policy/{boundary_name}"
    roles = f"{prefix}:role/{projects.roles}"
    linked = f"{prefix}:role/aws-service-role/*"
    return (
        Statement(
            sid="Outline",
            actions=tuple(sorted({_kind(action) for row in granted for action in row.actions})),
            resources=("*",),
            reason=OUTLINE,
        ),
        Statement(
            sid="NoRoleWithoutTheBoundary",
            effect="Deny",
            actions=MAKING_ROLES,
            resources=("*",),
            condition={"ArnNotEquals": {"iam:PermissionsBoundary": boundary}},
        ),
        Statement(
            sid="NoRoleOfOthers",
            effect="Deny",
            actions=CHANGING_ROLES,
            not_resources=(roles, linked),
        ),
        Statement(
            sid="NoPolicyOfOthers",
            effect="Deny",
            actions=CHANGING_POLICIES,
            not_resources=(f"{prefix}:policy/{projects.stacks}-*",),
        ),
        Statement(
            sid="NoOtherOutlineOfRoles",
            effect="Deny",
            actions=CHANGING_POLICIES,
            resources=(boundary,),
        ),
    )


def _kind(action: str) -> str:
    """All actions of a service that begin with the same verb, so that there is room for them."""
    service, _, name = action.partition(":")
    verb = re.match("[A-Z][a-z]*", name)
    return action if service in IDENTITIES or not verb else f"{service}:{verb[0]}*"
