"""Path and names of every role, as the organization wants them."""

from collections.abc import Callable
from typing import Any, Final

import aws_cdk as cdk
import jsii
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from mlops_commons.organization import NO_PATH, PLAIN_ROLES, Organization, RoleNames
from mlops_commons.utilities import names

ROLE: Final = "AWS::IAM::Role"
NAMED_BY_SAGEMAKER: Final = "AmazonSageMakerServiceCatalogProducts"
"""How the roles begin that SageMaker looks for by name, below `/service-role/` (SageMaker
Developer Guide, "SageMaker AI Studio permissions required to use projects")."""
NameOf = Callable[[cdk.CfnResource], str]


def name_roles_by_organization(
    scope: Construct, organization: Organization, *, named: NameOf | None = None
) -> None:
    """Give every role below a scope the organization's path, and a name with its prefix.

    Stages are asked one by one: what is given to an app stops at them.

    Args:
        named: the name, without the prefix, of a role of which nothing says it; by default stack,
            logical id and region, as CloudFormation would have it.
    """
    if organization.roles != PLAIN_ROLES:
        cdk.Aspects.of(scope).add(
            _NamedByOrganization(organization.roles, named or _name_of_stack),
            priority=cdk.AspectPriority.MUTATING,
        )


@jsii.implements(cdk.IAspect)
class _NamedByOrganization:
    def __init__(self, roles: RoleNames, named: NameOf) -> None:
        self._roles, self._named = roles, named

    def visit(self, node: IConstruct) -> None:
        """Called by the CDK for each construct."""
        if isinstance(node, cdk.CfnResource) and node.cfn_resource_type == ROLE:
            self._visit_role(node)

    def _visit_role(self, role: cdk.CfnResource) -> None:
        given = _given_name(role)
        if given.startswith(NAMED_BY_SAGEMAKER):
            return
        if self._roles.path != NO_PATH:
            role.add_property_override("Path", self._roles.path)
        if not given:
            role.add_property_override("RoleName", self._roles.name(self._named(role)))
        elif not given.startswith(self._roles.name_prefix):
            assert isinstance(role, iam.CfnRole)
            whole = cdk.Stack.of(role).resolve(role.role_name)
            name = self._roles.name if isinstance(whole, str) else self._roles.pattern
            role.role_name = name(str(role.role_name))


def _given_name(role: cdk.CfnResource) -> str:
    """The name of a role, or what it begins with where the rest is known later; empty for none."""
    if not isinstance(role, iam.CfnRole):
        return ""
    given = cdk.Stack.of(role).resolve(role.role_name)
    return "" if given is None else _beginning(given)


def _beginning(value: Any) -> str:
    """The first text of a name that `Fn::Join` or `Fn::Sub` makes."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    text = argument[1][0] if function == "Fn::Join" else argument
    known = isinstance(text, str) and function in ("Fn::Join", "Fn::Sub")
    return text if known else f"{{{function}}}"


def _name_of_stack(role: cdk.CfnResource) -> str:
    stack = cdk.Stack.of(role)
    logical_id = stack.resolve(role.logical_id)
    return f"{stack.stack_name}-{logical_id}-{names.region_code(stack.region)}"
