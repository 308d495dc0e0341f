"""The roles of an account in the form of `aws iam get-account-authorization-details`.

Source: IAM API Reference, GetAccountAuthorizationDetails: RoleDetail, ManagedPolicyDetail. Tools
that know nothing of this graph read it.
"""

from collections.abc import Mapping
from typing import Any, Final

from mlops_reachability.model import Role, World

Details = Mapping[str, Any]
DATE: Final = "2026-01-01T00:00:00+00:00"


def authorization_details(world: World, account: str) -> Details:
    """The roles and managed policies of an account as IAM returns them."""
    roles = [role for role in world.roles.values() if role.account == account]
    arns = {
        key.removeprefix("policy ")
        for role in roles
        for key in (*role.policies, role.boundary)
        if key.startswith("policy ") and key in world.documents
    }
    return {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [_role(world, role) for role in roles],
        "Policies": [_policy(world, arn) for arn in sorted(arns)],
    }


def _role(world: World, role: Role) -> Details:
    managed = [key.removeprefix("policy ") for key in role.policies if key.startswith("policy ")]
    inline = [key for key in role.policies if key.startswith("inline ")]
    boundary = role.boundary.removeprefix("policy ")
    limits = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    return {
        "Path": f"/{role.arn.partition(':role/')[2].rpartition('/')[0]}/".replace("//", "/"),
        "RoleName": role.name,
        "RoleId": f"AROA{role.name}",
        "Arn": role.arn,
        "CreateDate": DATE,
        "AssumeRolePolicyDocument": _document(world, role.trust),
        "InstanceProfileList": [],
        "RolePolicyList": [
            {"PolicyName": key.rpartition(" ")[2], "PolicyDocument": _document(world, key)}
            for key in inline
        ],
        "AttachedManagedPolicies": [
            {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in managed
        ],
        "Tags": [{"Key": key, "Value": value} for key, value in role.tags.items()],
        "RoleLastUsed": {},
        **({"PermissionsBoundary": limits} if boundary else {}),
    }


def _policy(world: World, arn: str) -> Details:
    return {
        "PolicyName": arn.rpartition("/")[2],
        "PolicyId": f"ANPA{arn.rpartition('/')[2]}",
        "Arn": arn,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 1,
        "IsAttachable": True,
        "CreateDate": DATE,
        "UpdateDate": DATE,
        "PolicyVersionList": [
            {
                "Document": _document(world, f"policy {arn}"),
                "VersionId": "v1",
                "IsDefaultVersion": True,
                "CreateDate": DATE,
            }
        ],
    }


def _document(world: World, key: str) -> Details:
    return {"Version": "2012-10-17", "Statement": list(world.documents.get(key, ()))}
