"""The SageMaker domain, its user profiles and key, as plain resources."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mlops_commons.contract import Persona
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
from mlops_commons.iam.key_policies import (
    alarms_of_this_stack,
    key_policy,
    log_groups_of_this_stack,
)
from mlops_commons.stage import Studio, StudioUser
from mlops_commons.utilities.cloudformation import Resources, ref, sub
from mlops_commons.utilities.names import digest
from mlops_infra.access.members import Member

DOMAIN: Final = "StudioDomain"
KEY: Final = "StudioKey"
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
    security_group_id: str,
    role_arns: Mapping[Member, Any],
    default_persona: Persona,
    key_arn: str = "",
    retention: Mapping[str, str],
) -> Resources:
    """Key, unless one exists, domain and user profiles.

    Args:
        role_arns: the role of each persona, on a project and on none.
        default_persona: whose role users have who bring none.
        key_arn: of an existing key; by default one is made.
        retention: the deletion policies of stateful resources.
    """
    return {
        **({} if key_arn else {KEY: _key(retention)}),
        DOMAIN: {
            "Type": "AWS::SageMaker::Domain",
            "Properties": {
                **_settings(
                    studio,
                    role_arns[Member(default_persona)],
                    security_group_id,
                    key_arn or ref(KEY),
                ),
                "VpcId": vpc_id,
                "SubnetIds": list(subnet_ids),
            },
            **retention,
        },
        **{
            user_profile_id(user.profile_name): _user_profile(
                user, role_arns[Member(user.persona, user.project)]
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
            "KeyPolicy": key_policy(log_groups_of_this_stack(), alarms_of_this_stack()),
        },
        **retention,
    }


def _settings(studio: Studio, role_arn: Any, security_group_id: str, key: Any) -> dict[str, Any]:
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
        "SecurityGroups": [security_group_id],
        "JupyterLabAppSettings": idle,
    }
    return {
        "DomainName": studio.domain_name,
        "AuthMode": str(studio.auth_mode),
        "AppNetworkAccessType": "VpcOnly",
        "KmsKeyId": key,
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
    }


def _user_profile(user: StudioUser, role_arn: Any) -> dict[str, Any]:
    """A profile; the tag of its project goes on whatever is created in Studio with it (SageMaker
    Developer Guide, "Custom tag propagation")."""
    tags = {"Tags": [{"Key": PROJECT_TAG, "Value": user.project}]} if user.project else {}
    # "Currently, the only supported value is UserName" (API_CreateUserProfile).
    who = {
        "SingleSignOnUserIdentifier": "UserName",
        "SingleSignOnUserValue": user.identity_center_user,
    }
    return {
        "Type": "AWS::SageMaker::UserProfile",
        "Properties": {
            "DomainId": ref(DOMAIN),
            "UserProfileName": user.profile_name,
            "UserSettings": {"ExecutionRole": role_arn},
            **(who if user.identity_center_user else {}),
            **tags,
        },
    }
