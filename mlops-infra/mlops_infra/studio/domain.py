"""The SageMaker domain, its user profiles, key and security group, as plain resources."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mlops_commons.iam.key_policies import key_policy, log_groups_of_this_stack
from mlops_commons.stage import Studio
from mlops_commons.utilities.cloudformation import Resources, attribute, ref, sub
from mlops_commons.utilities.names import digest

DOMAIN: Final = "StudioDomain"
KEY: Final = "StudioKey"
SECURITY_GROUP: Final = "StudioSecurityGroup"
HIDDEN_APPS: Final = ("JupyterServer", "RStudioServerPro", "Canvas")
"""Studio Classic, and what no persona may start."""


def user_profile_id(name: str) -> str:
    """The logical id of a user profile, with a digest because an id cannot hold a hyphen."""
    words = "".join(word.capitalize() for word in name.split("-"))
    return f"UserProfile{words}{digest(name)}"


def domain_resources(
    studio: Studio,
    *,
    vpc_id: str,
    subnet_ids: Sequence[str],
    role_arns: Mapping[str, Any],
    default_persona: str,
    retention: Mapping[str, str],
) -> Resources:
    """Key, security group, domain and user profiles.

    Args:
        role_arns: the role of each persona by its key.
        default_persona: whose role users have who bring none.
        retention: the deletion policies of what holds data.
    """
    return {
        KEY: _key(retention),
        **_security_group(vpc_id),
        DOMAIN: _domain(studio, vpc_id, subnet_ids, role_arns[default_persona], retention),
        **{
            user_profile_id(user.profile_name): _user_profile(
                user.profile_name, role_arns[user.persona]
            )
            for user in studio.users
        },
    }


def _key(retention: Mapping[str, str]) -> dict[str, Any]:
    """The key of volumes and logs; SageMaker uses it with grants of whoever starts an app."""
    return {
        "Type": "AWS::KMS::Key",
        "Properties": {
            "Description": sub("Encrypts volumes and logs of Studio in ${AWS::StackName}"),
            "EnableKeyRotation": True,
            "KeyPolicy": key_policy(log_groups_of_this_stack()),
        },
        **retention,
    }


def _security_group(vpc_id: str) -> Resources:
    """Apps of the domain reach each other, and services over HTTPS; routes limit the rest."""
    group = attribute(SECURITY_GROUP, "GroupId")
    members = {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "GroupId": group}
    return {
        SECURITY_GROUP: {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": "SageMaker Studio: spaces, apps and kernels",
                "VpcId": vpc_id,
                "SecurityGroupEgress": [
                    {
                        "IpProtocol": "tcp",
                        "FromPort": 443,
                        "ToPort": 443,
                        "CidrIp": "0.0.0.0/0",
                        "Description": "HTTPS to VPC endpoints, and to where the routes lead",
                    }
                ],
            },
        },
        f"{SECURITY_GROUP}FromMembers": {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {
                **members,
                "SourceSecurityGroupId": group,
                "Description": "between the apps of the domain",
            },
        },
        f"{SECURITY_GROUP}ToMembers": {
            "Type": "AWS::EC2::SecurityGroupEgress",
            "Properties": {
                **members,
                "DestinationSecurityGroupId": group,
                "Description": "between the apps of the domain",
            },
        },
    }


def _domain(
    studio: Studio,
    vpc_id: str,
    subnet_ids: Sequence[str],
    role_arn: Any,
    retention: Mapping[str, str],
) -> dict[str, Any]:
    idle = {
        "AppLifecycleManagement": {
            "IdleSettings": {
                "LifecycleManagement": "ENABLED",
                "IdleTimeoutInMinutes": studio.idle_timeout_minutes,
            }
        }
    }
    common = {
        "ExecutionRole": role_arn,
        "SecurityGroups": [attribute(SECURITY_GROUP, "GroupId")],
        "JupyterLabAppSettings": idle,
    }
    return {
        "Type": "AWS::SageMaker::Domain",
        "Properties": {
            "DomainName": studio.domain_name,
            "AuthMode": "IAM",
            "AppNetworkAccessType": "VpcOnly",
            "VpcId": vpc_id,
            "SubnetIds": list(subnet_ids),
            "KmsKeyId": ref(KEY),
            "TagPropagation": "ENABLED",
            "HomeEfsFileSystemCreation": "Disabled",
            # CloudTrail then shows which person stands behind a call of a shared role.
            "DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"},
            "DefaultUserSettings": {
                **common,
                "CodeEditorAppSettings": idle,
                "AutoMountHomeEFS": "Disabled",
                "StudioWebPortal": "ENABLED",
                "DefaultLandingUri": "studio::",
                "StudioWebPortalSettings": {"HiddenAppTypes": list(HIDDEN_APPS)},
                "SharingSettings": {"NotebookOutputOption": "Disabled"},
            },
            "DefaultSpaceSettings": common,
        },
        **retention,
    }


def _user_profile(name: str, role_arn: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::SageMaker::UserProfile",
        "Properties": {
            "DomainId": ref(DOMAIN),
            "UserProfileName": name,
            "UserSettings": {"ExecutionRole": role_arn},
        },
    }
