"""What CloudFormation makes for projects in a stage, as statements and in policies."""

from dataclasses import replace

from mlops_commons.execution_policies.anywhere import packed
from mlops_commons.execution_policies.execution_policy import DerivedPolicy
from mlops_commons.execution_policies.project_policy import project_policy
from mlops_commons.iam.statements import Statement
from mlops_infra.projects.deploying import read_artifacts
from mlops_infra.projects.props import ProjectDeployments


def made_by_cloudformation(projects: ProjectDeployments) -> DerivedPolicy:
    """What the role may which applies projects' templates: it makes, and reads artifacts."""
    derived = cloudformation_policy(projects)
    return replace(derived, statements=(*derived.statements, *read_artifacts(projects)))


def cloudformation_policy(projects: ProjectDeployments) -> DerivedPolicy:
    """What the role may make which applies projects' templates."""
    return project_policy(
        projects.stage,
        projects.dev_account,
        boundary_arn=(
            f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{projects.boundary}"
        ),
        deploys=projects.deploys,
        roles=projects.org.roles,
    )


def packed_for_cloudformation(derived: DerivedPolicy) -> tuple[tuple[Statement, ...], ...]:
    """The statements in as few policies as possible.

    Raises:
        PlatformError: a role cannot have as many.
    """
    return packed(derived.statements, "CloudFormation's role")
