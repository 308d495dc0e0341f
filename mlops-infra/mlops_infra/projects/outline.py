"""The boundary of the role that applies projects' templates: what no policy of it may ever give.

The policy of that role is derived, and derivations change; this is written by hand, denies what
would turn a template into an administrator, and is attached as the role's permissions boundary.
"""

import re
from collections.abc import Iterable
from typing import Final

from mlops_commons.execution_policies.handler_permissions import handler_permissions
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
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
    projects: ProjectDeployments, granted: Iterable[Statement]
) -> tuple[Statement, ...]:
    """The boundary's statements.

    Args:
        granted: what the role's own policies say; it tells which services there are at all.
    """
    prefix = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
    boundary = f"{prefix}:policy/{projects.boundary}"
    roles = projects.org.roles.arn(projects.roles)
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
        # The boundary of a role ends at the project that its tag says.
        Statement(
            sid="NoRoleWithoutAProject",
            effect="Deny",
            actions=("iam:CreateRole",),
            resources=("*",),
            condition={"StringNotLike": {f"aws:RequestTag/{PROJECT_TAG}": "p-*"}},
        ),
        Statement(
            sid="NoRoleForAnotherProject",
            effect="Deny",
            actions=("iam:TagRole",),
            resources=("*",),
            condition={
                # With the first call a role has no tag yet that it could lose.
                "Null": {
                    f"aws:RequestTag/{PROJECT_TAG}": "false",
                    f"aws:ResourceTag/{PROJECT_TAG}": "false",
                },
                "StringNotEquals": {
                    f"aws:RequestTag/{PROJECT_TAG}": f"${{!aws:ResourceTag/{PROJECT_TAG}}}"
                },
            },
        ),
        Statement(
            sid="NoRoleLosesItsProject",
            effect="Deny",
            actions=("iam:UntagRole",),
            resources=("*",),
            condition={"ForAnyValue:StringEquals": {"aws:TagKeys": PROJECT_TAG}},
        ),
        Statement(
            sid="NoRoleOfOthers",
            effect="Deny",
            actions=CHANGING_ROLES,
            not_resources=(roles, linked),
        ),
        Statement(
            # The policy of a topic can tell no rule from another (iam/key_policies.py), so what
            # listens for EventBridge would hear a rule of any project.
            sid="NoTargetOfOthers",
            effect="Deny",
            actions=("events:PutTargets",),
            resources=("*",),
            condition={"ForAnyValue:ArnNotLike": {"events:TargetArn": _targets(projects)}},
        ),
        Statement(
            sid="NoPolicyOfOthers",
            effect="Deny",
            actions=CHANGING_POLICIES,
            not_resources=(f"{prefix}:policy/{projects.stacks}-*",),
        ),
    )


def _targets(projects: ProjectDeployments) -> tuple[str, ...]:
    """Topics of this account and of dev, and what the configuration lets projects make here."""
    service_of = handler_permissions().service_of
    here = {"sns", *(service_of(kind) for kind in projects.deploys)}
    place = "arn:${AWS::Partition}:%s:${AWS::Region}:%s:*"
    own = (place % (service, "${AWS::AccountId}") for service in sorted(here))
    return tuple(dict.fromkeys((*own, place % ("sns", projects.dev))))


def _kind(action: str) -> str:
    """All actions of a service that begin with the same verb, so that there is room for them."""
    service, _, name = action.partition(":")
    verb = re.match("[A-Z][a-z]*", name)
    return action if service in IDENTITIES or not verb else f"{service}:{verb[0]}*"
