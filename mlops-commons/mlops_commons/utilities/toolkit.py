"""The names of what the CDK's bootstrap makes in an account and region."""

from typing import Final

QUALIFIER: Final = "hnb659fds"
"""The CDK's default, in every name that `cdk bootstrap` gives (AWS CDK Developer Guide,
"Customize AWS CDK bootstrapping"); the one place where it is written."""

STACK: Final = "CDKToolkit"
VERSION_PARAMETER: Final = f"/cdk-bootstrap/{QUALIFIER}/version"
ASSETS_PREFIX: Final = f"cdk-{QUALIFIER}-assets-"


def deploy_role(account: str, region: str) -> str:
    """The role with which pipelines of trusted accounts deploy."""
    return f"cdk-{QUALIFIER}-deploy-role-{account}-{region}"


def lookup_role(account: str, region: str) -> str:
    """The role with which trusted accounts may read, but no secret (`ReadOnlyAccess`)."""
    return f"cdk-{QUALIFIER}-lookup-role-{account}-{region}"


def trusting_roles(account: str, region: str) -> tuple[str, ...]:
    """The roles that accounts which are trusted may become: to deploy, to publish, to look up."""
    further = ("file-publishing", "image-publishing")
    return (
        deploy_role(account, region),
        *(f"cdk-{QUALIFIER}-{kind}-role-{account}-{region}" for kind in further),
        lookup_role(account, region),
    )


def execution_role(account: str, region: str) -> str:
    """The role with which CloudFormation makes resources."""
    return f"cdk-{QUALIFIER}-cfn-exec-role-{account}-{region}"
