"""The most that a role may do which a project deploys into a stage, whatever its own policy says.

Who may push to a project's deploy repository writes the template that CloudFormation applies here;
the boundary, without which CloudFormation can make no role of a project, ends what can be won by
that. It ends at the project: the tag of a role says whose it is, and a role whose tag is not that
of its name may do nothing at all.
"""

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge_denials
from mlops_commons.cdk.policies import managed_policy
from mlops_commons.contract import ParameterName
from mlops_commons.iam.lengths import with_denials
from mlops_commons.iam.organization import denials_of
from mlops_infra.projects.boundary_statements import boundary_statements
from mlops_infra.projects.props import ProjectDeployments


class DeploymentBoundary(Construct):
    """The boundary and its place in the SSM contract."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        projects: ProjectDeployments,
        namespace: str,
    ) -> None:
        """Create the policy.

        Args:
            projects: whose roles carry it; its name is known before it is deployed.
            namespace: goes in front of the parameter's name.
        """
        super().__init__(scope, construct_id)
        description = "The most that a role may do which a SageMaker project deploys"
        policy = managed_policy(
            self,
            "Policy",
            with_denials(
                boundary_statements(projects),
                denials_of(projects.org),
                f"'{projects.boundary}'",
                region=projects.region,
            ),
            description=description,
            name=projects.boundary,
        )
        acknowledge_denials(policy)
        ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=ParameterName.DEPLOYMENT_BOUNDARY.within(namespace),
            description=description,
            string_value=policy.managed_policy_arn,
        )
