"""The role with which Service Catalog launches projects, and the boundary of what they make."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_service_catalog.portfolio.assets import ProductAssets
from cdk_service_catalog.portfolio.boundary import boundary_statements
from cdk_service_catalog.portfolio.launch import launch_policies
from cdk_service_catalog.project.props import ProjectProps, Template
from mlops_commons.cdk.included_resources import IncludedResources
from mlops_commons.cdk.nag import acknowledge_denials, acknowledge_each
from mlops_commons.cdk.platform_app import bootstrap_of
from mlops_commons.execution_policies.role_statements import role_statements
from mlops_commons.iam.lengths import with_denials
from mlops_commons.iam.organization import denials_of
from mlops_commons.iam.statements import Statement, policy_document, wildcard_reasons
from mlops_commons.utilities.cloudformation import Resources, ref


class ProjectBoundary(Construct):
    """The permissions boundary of every role that a project makes; exposes `policy_name`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        props: ProjectProps,
        templates: Sequence[Template],
    ) -> None:
        super().__init__(scope, construct_id)
        self.policy_name = props.boundary
        statements = project_boundary(templates, props)
        included = IncludedResources(
            self,
            "Resources",
            {
                "ProjectBoundaryPolicy": {
                    "Type": "AWS::IAM::ManagedPolicy",
                    "Properties": {
                        "ManagedPolicyName": props.boundary,
                        "Description": "The most that a role of a SageMaker project may do",
                        "PolicyDocument": policy_document(statements),
                    },
                }
            },
        )
        policy = included.get_resource("ProjectBoundaryPolicy")
        acknowledge_each(policy, wildcard_reasons(statements))
        if denials_of(props.org):
            acknowledge_denials(policy)


class LaunchRole(Construct):
    """The role that Service Catalog assumes to launch a product; exposes `role`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        boundary_name: str,
        assets: ProductAssets,
        templates: Sequence[Template],
    ) -> None:
        """Create the role.

        Args:
            boundary_name: of the policy that every role of a project carries.
            templates: of all products; the role may make what they hold.
        """
        super().__init__(scope, construct_id)
        found = launch_policies(
            templates,
            boundary_arn=f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{boundary_name}",
            assets_bucket=assets.bucket_name,
            assets_key_arn=assets.bucket.own_key.key_arn,
            bootstrap=bootstrap_of(cdk.Stack.of(self)),
        )
        included = IncludedResources(self, "Resources", launch_resources(found.policies))
        for name, rows in found.policies.items():
            acknowledge_each(
                included.get_resource(f"ProductLaunch{name}Policy"), wildcard_reasons(rows)
            )
        for review in found.reviews:
            cdk.Annotations.of(self).add_warning_v2("mlops:review", f"review launches: {review}")
        role = included.get_resource("ProductLaunchRole")
        self.role = iam.Role.from_role_arn(
            self,
            "Role",
            cdk.Token.as_string(role.get_att("Arn")),
            mutable=False,
        )


def project_boundary(templates: Sequence[Template], props: ProjectProps) -> tuple[Statement, ...]:
    """The statements of the boundary, made of those of every role in the products' templates."""
    own = boundary_statements(role_statements(templates), props)
    return with_denials(own, denials_of(props.org), f"'{props.boundary}'", region=props.region)


def launch_resources(statements: dict[str, tuple[Statement, ...]]) -> Resources:
    """The launch role and its policies as plain resources."""
    return {
        "ProductLaunchRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "Path": "/service-role/",
                "Description": "Service Catalog launches SageMaker projects with this role",
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "servicecatalog.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                            # IfExists: Service Catalog does not document that it says for which
                            # account it acts.
                            "Condition": {
                                "StringEqualsIfExists": {"aws:SourceAccount": ref("AWS::AccountId")}
                            },
                        }
                    ],
                },
            },
        },
        **{
            f"ProductLaunch{name}Policy": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "Description": f"Launching SageMaker projects: {name.lower()}",
                    "PolicyDocument": policy_document(rows),
                    "Roles": [ref("ProductLaunchRole")],
                },
            }
            for name, rows in statements.items()
        },
    }
