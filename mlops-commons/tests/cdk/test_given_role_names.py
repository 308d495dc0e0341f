"""Roles that have a name get the organization's prefix, and are as long as IAM takes."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from mlops_commons.cdk.role_names import name_roles_by_organization
from mlops_commons.organization import Organization, RoleNames

pytestmark = pytest.mark.construct

ROLES = RoleNames(path="/platform/", name_prefix="acme-")


def made(role_name: str) -> object:
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    owner = iam.ServicePrincipal("lambda.amazonaws.com")
    iam.Role(stack, "Role", role_name=role_name, assumed_by=owner)
    name_roles_by_organization(stack, Organization(roles=ROLES))
    (role,) = Template.from_stack(stack).find_resources("AWS::IAM::Role").values()
    return role["Properties"]["RoleName"]


@pytest.mark.parametrize("name", ["gate", "g" * 64])
def test_a_known_name_is_the_one_that_policies_of_others_say(name: str) -> None:
    assert made(name) == ROLES.name(name)
    assert len(ROLES.name(name)) <= 64


def test_a_name_that_only_the_deployment_knows_keeps_its_parts() -> None:
    parameter = cdk.Fn.join("-", ["project", cdk.Aws.REGION])
    rest = {"Fn::Join": ["-", ["project", {"Ref": "AWS::Region"}]]}
    assert made(parameter) == {"Fn::Join": ["", ["acme-", rest]]}
