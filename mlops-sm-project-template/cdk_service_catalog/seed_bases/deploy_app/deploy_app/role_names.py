"""Path and prefix of every role, as the organization of the platform wants them."""

import aws_cdk as cdk
import jsii
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from deploy_app.settings import NO_PATH, Settings


def name_roles(stack: cdk.Stack, settings: Settings) -> None:
    """Give both to all roles of a stack; other roles the stage lets CloudFormation not make."""
    if settings.role_path != NO_PATH or settings.role_name_prefix:
        cdk.Aspects.of(stack).add(_Named(settings), priority=cdk.AspectPriority.MUTATING)


@jsii.implements(cdk.IAspect)
class _Named:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def visit(self, node: IConstruct) -> None:
        """Called by the CDK for each construct."""
        if not isinstance(node, iam.CfnRole):
            return
        prefix = self._settings.role_name_prefix
        if self._settings.role_path != NO_PATH:
            node.path = self._settings.role_path
        if node.role_name and not node.role_name.startswith(prefix):
            node.role_name = f"{prefix}{node.role_name}"
