"""The names of what the CDK's bootstrap makes in an account and region (default qualifier)."""

from typing import Final

STACK: Final = "CDKToolkit"
VERSION_PARAMETER: Final = "/cdk-bootstrap/hnb659fds/version"
ASSETS_PREFIX: Final = "cdk-hnb659fds-assets-"


def deploy_role(account: str, region: str) -> str:
    """The role with which pipelines of trusted accounts deploy."""
    return f"cdk-hnb659fds-deploy-role-{account}-{region}"


def execution_role(account: str, region: str) -> str:
    """The role with which CloudFormation makes resources."""
    return f"cdk-hnb659fds-cfn-exec-role-{account}-{region}"
