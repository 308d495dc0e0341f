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
from mlops_commons.execution_policies.project_stacks import PROJECT, PROJECT_TAG
from mlops_commons.iam.lengths import with_denials
from mlops_commons.iam.organization import denials_of
from mlops_commons.iam.statements import Statement
from mlops_infra.projects.data_of_a_project import data_statements
from mlops_infra.projects.props import ProjectDeployments
from mlops_infra.projects.work_of_a_project import further_statements, work_statements


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


def boundary_statements(projects: ProjectDeployments) -> tuple[Statement, ...]:
    """Models that run in the private network, the jobs of a promoted pipeline, and their tests."""
    return (
        *_of_its_own_project(projects),
        *data_statements(projects),
        *work_statements(projects),
        *further_statements(projects),
    )


def _of_its_own_project(projects: ProjectDeployments) -> tuple[Statement, ...]:
    """The tag of a role is the id in its name, or the role may do nothing.

    The name is what others know a role by: policies of the dev account, and the gate. Without the
    last of these statements a session could bring a tag of its own, where a trust policy allows
    sts:TagSession. The second keeps `p-1-x` from being the tag of a role of project `p-1`; ids have
    no hyphen of their own. A key that is not there is unequal to everything.
    """
    tag = f"aws:PrincipalTag/{PROJECT_TAG}"
    roles = projects.org.roles
    own = roles.arn(roles.pattern(f"sagemaker-{PROJECT}-{projects.stage}-*"))
    conditions = {
        "TagOfAProject": {"StringNotLike": {tag: "p-*"}},
        "TagOfOneProject": {"StringLike": {tag: "p-*-*"}},
        "TagOfItsName": {"ArnNotLike": {"aws:PrincipalArn": own}},
    }
    return tuple(
        Statement(sid=sid, effect="Deny", actions=("*",), resources=("*",), condition=condition)
        for sid, condition in conditions.items()
    )
