"""What the boundary of the roles that projects deploy says, as statements."""

from mlops_commons.execution_policies.project_stacks import PROJECT, PROJECT_TAG
from mlops_commons.iam.statements import Statement
from mlops_infra.projects.data_of_a_project import data_statements
from mlops_infra.projects.props import ProjectDeployments
from mlops_infra.projects.work_of_a_project import further_statements, work_statements


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
