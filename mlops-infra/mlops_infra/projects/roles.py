"""The two roles with which projects deploy into a stage: one to ask, one to make."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from mlops_commons.cdk.org_boundary import keep_boundary
from mlops_commons.cdk.policies import managed_policy
from mlops_commons.iam.lengths import with_denials
from mlops_commons.iam.organization import denials_of
from mlops_infra.projects.deploying import deploying_statements, pipelines_arn
from mlops_infra.projects.making import made_by_cloudformation, packed_for_cloudformation
from mlops_infra.projects.outline import outline_statements
from mlops_infra.projects.props import ProjectDeployments


class ProjectRoles(Construct):
    """The deploy role, for pipelines in dev, and the role that CloudFormation gets from it.

    The platform's own roles, which `cdk bootstrap` makes, are for the platform's templates alone:
    who may push to a project's repository writes what the second of these roles applies.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        projects: ProjectDeployments,
    ) -> None:
        """Create the roles.

        Args:
            projects: whose they are, and their names.
        """
        super().__init__(scope, construct_id)
        derived = made_by_cloudformation(projects)
        for review in derived.reviews:
            cdk.Annotations.of(self).add_warning_v2(
                "mlops:review", f"review deployments of projects: {review}"
            )
        granted = derived.statements
        outline = with_denials(
            outline_statements(projects, granted),
            denials_of(projects.org),
            "the outline of projects",
            region=projects.region,
        )
        making = iam.Role(
            self,
            "Making",
            role_name=projects.cloudformation_role,
            description="CloudFormation makes with it what SageMaker projects deploy",
            assumed_by=iam.ServicePrincipal("cloudformation.amazonaws.com"),
            permissions_boundary=managed_policy(
                self,
                "Outline",
                outline,
                description="The most that CloudFormation may do for SageMaker projects",
            ),
            managed_policies=[
                managed_policy(
                    self,
                    f"MakingPolicy{number}",
                    rows,
                    description=f"SageMaker projects: what CloudFormation makes, {number}",
                )
                for number, rows in enumerate(packed_for_cloudformation(derived), start=1)
            ],
        )
        keep_boundary(making)
        iam.Role(
            self,
            "Deploying",
            role_name=projects.deploy_role,
            description="Deploy pipelines of SageMaker projects change their stacks with it",
            assumed_by=_pipelines(projects),
            managed_policies=[
                managed_policy(
                    self,
                    "DeployingPolicy",
                    deploying_statements(projects),
                    description="Deploying SageMaker projects: change sets of their stacks",
                )
            ],
        )


def _pipelines(projects: ProjectDeployments) -> iam.IPrincipal:
    """The account is the principal, because a role that is named as one has to exist.

    The condition names the roles (IAM User Guide, "AWS global condition context keys",
    aws:PrincipalArn).
    """
    pipelines = cdk.Fn.sub(pipelines_arn(projects))
    return iam.PrincipalWithConditions(
        iam.AccountPrincipal(projects.dev_account),
        {"ArnLike": {"aws:PrincipalArn": pipelines}},
    )
