"""The organization's permissions boundary on roles, and the platform's own where it keeps them."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from mlops_commons.organization import Organization


def bound_by_organization(scope: Construct, organization: Organization) -> None:
    """Give every role below a scope the organization's boundary, over what the role has.

    Stages are asked one by one: what is given to an app stops at them.
    """
    boundary = organization.permissions_boundary
    if boundary:
        policy = iam.ManagedPolicy.from_managed_policy_arn(
            scope, "OrgBoundary", cdk.Fn.sub(boundary.arn)
        )
        iam.PermissionsBoundary.of(scope).apply(policy)


def keep_boundary(role: iam.Role) -> None:
    """Leave a role with the boundary of the platform, whatever boundary is put on all roles.

    The organization's is, and an extension may put one on every role of its stack.
    """
    if role.permissions_boundary:
        # What is asked for further down in the tree comes later, and wins.
        iam.PermissionsBoundary.of(role).apply(role.permissions_boundary)
