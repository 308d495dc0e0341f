"""What `projects: deploys` and `role_actions` never give: ways to identities and past the gate."""

from typing import Final

REFUSED_TYPES: Final = {
    "AWS::IAM::": "projects make roles with the boundary as it is; users and providers carry none",
    "AWS::CloudFormation::": "custom resources, macros and nested stacks hold what nobody has "
    "verified",
    "AWS::Serverless::": "a macro writes other resources in its place",
    "AWS::EC2::": "the network of a stage belongs to the platform",
    "AWS::ServiceCatalog::": "products and their launch roles belong to the platform",
    **dict.fromkeys(
        ("AWS::SSO::", "AWS::IdentityStore::", "AWS::Organizations::", "AWS::RolesAnywhere::"),
        "it decides who may do what",
    ),
    **dict.fromkeys(
        ("AWS::CodeBuild::", "AWS::CodeCommit::", "AWS::CodePipeline::", "AWS::CodeStar"),
        "code reaches a stage through the gate alone",
    ),
}
"""Beginnings of types, with the reason."""
REFUSED_SERVICES: Final = {
    **dict.fromkeys(
        ("account", "iam", "identitystore", "organizations", "rolesanywhere", "sso", "sts"),
        "it decides who may do what",
    ),
    **dict.fromkeys(
        ("cloudformation", "codebuild", "codecommit", "codepipeline", "servicecatalog"),
        "code reaches a stage through the gate alone",
    ),
}
"""Services of actions, with the reason."""


def not_refused_to_personas(value: str) -> str:
    """The action itself.

    Raises:
        ValueError: personas are never given it.
    """
    reason = REFUSED_SERVICES.get(value.partition(":")[0])
    if reason:
        raise ValueError(f"'{value}' cannot be given to personas: {reason}; remove it")
    return value


def not_refused_type(value: str) -> str:
    """The type itself.

    Raises:
        ValueError: projects are never given it.
    """
    for start, reason in REFUSED_TYPES.items():
        if value.startswith(start):
            raise ValueError(f"'{value}' cannot be given to projects: {reason}; remove it")
    return value


def not_refused_action(value: str) -> str:
    """The action itself.

    Raises:
        ValueError: roles of projects are never given it.
    """
    reason = REFUSED_SERVICES.get(value.partition(":")[0])
    if reason:
        raise ValueError(f"'{value}' cannot be given to roles of projects: {reason}; remove it")
    return value
