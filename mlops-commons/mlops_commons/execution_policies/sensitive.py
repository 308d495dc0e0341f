"""What no derived policy gives without a person's decision: ways from a template to everything.

A template is written by whoever may push. An action is sensitive where a template could do with it
what its policy does not say: make identities without a boundary, act as another role, or read what
belongs to others.
"""

from typing import Final

from mlops_commons.execution_policies.handler_permissions import (
    WHOLE_SERVICE,
    handler_permissions,
)

IDENTITIES: Final = frozenset(
    {"account", "iam", "identitystore", "organizations", "sso", "sso-directory", "sts"}
)
"""Services that decide who may do what."""
OF_OTHERS: Final = frozenset({*IDENTITIES, "cloudformation", "kms", "lambda", "s3"})
"""Of these services a type of another service gets what the stacks themselves make, or nothing."""
ROLES: Final = frozenset(
    {
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::ServiceLinkedRole",
    }
)
"""Types of IAM whose permissions have conditions: a boundary, named policies, AWS's own roles."""
USING_KEYS: Final = frozenset(
    {
        *("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"),
        *("GenerateDataKeyWithoutPlaintext", "GetKeyPolicy", "ListAliases", "ListGrants"),
        *("ReEncryptFrom", "ReEncryptTo", "RetireGrant", "RevokeGrant"),
    }
)
"""What a type of another service may do with a key; making and changing keys is for keys."""
CONDITIONED: Final = frozenset({"iam:CreateServiceLinkedRole", "iam:PassRole"})
"""Statements of their own say which roles, and for which service."""


def unattended(kind: str) -> str:
    """Why nothing is granted for a type; empty where something may be."""
    if kind.startswith("AWS::IAM::") and kind not in ROLES:
        return "users, groups and identity providers carry no boundary that ends what they may do"
    if kind.endswith("::MODULE") or kind.startswith("AWS::Serverless::"):
        return "CloudFormation puts other resources in its place, which no file here has"
    if not kind.startswith(("AWS::", "Custom::")):
        return "a third-party type works with the role with which it was activated"
    return ""


def is_sensitive(kind: str, action: str) -> bool:
    """Whether an action is left out of what a resource type gets."""
    service, _, name = action.partition(":")
    own = handler_permissions().service_of(kind)
    if service == "iam":
        reads = name.startswith(("Get", "List"))
        return kind not in ROLES and not reads and action not in CONDITIONED
    if service == "kms" and own != "kms":
        return name not in USING_KEYS
    whole = name == WHOLE_SERVICE and (service in OF_OTHERS or service != own)
    return whole or service in IDENTITIES
