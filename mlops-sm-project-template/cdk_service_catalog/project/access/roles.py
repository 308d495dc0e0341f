"""The roles of a project in the dev account: each with one service, one task and the boundary."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.access import build, check, deploy, report
from cdk_service_catalog.project.access.execution import execution_statements
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam import statements
from mlops_commons.iam.statements import Principals, Statement, policy_document
from mlops_commons.organization import NO_PATH
from mlops_commons.utilities.cloudformation import Resources, ref, sub


@dataclass(frozen=True, kw_only=True)
class ProjectRole:
    """A role: its logical id begins with `id`, its name ends with `purpose`."""

    id: str
    purpose: str
    service: str
    title: str
    statements: tuple[Statement, ...]

    @property
    def role(self) -> str:
        """The logical id of the role."""
        return f"{self.id}Role"

    @property
    def policy(self) -> str:
        """The logical id of its policy; what acts at once when it is made depends on this."""
        return f"{self.id}Policy"


def project_roles(definition: ProductDefinition, props: ProjectProps) -> tuple[ProjectRole, ...]:
    """All roles of a product's projects."""
    image = ProjectRole(
        id="Image",
        purpose="image",
        service="codebuild",
        title="builds container images",
        statements=build.image_statements(),
    )
    return (
        ProjectRole(
            id="Execution",
            purpose="execution",
            service="sagemaker",
            title="runs the jobs of the SageMaker pipeline",
            statements=execution_statements(definition, props),
        ),
        ProjectRole(
            id="Build",
            purpose="build",
            service="codebuild",
            title="writes and starts the SageMaker pipeline",
            statements=build.build_statements(definition, props),
        ),
        *((image,) if definition.image_repository else ()),
        ProjectRole(
            id="Report",
            purpose=naming.REPORT,
            service="codebuild",
            title="says how a training has ended",
            statements=report.report_statements(props),
        ),
        ProjectRole(
            id="Synth",
            purpose="synth",
            service="codebuild",
            title="synthesises the deployment of a model version",
            statements=deploy.synth_statements(definition),
        ),
        *(
            ProjectRole(
                id=f"Test{stage.id}",
                purpose=naming.testing(stage.name),
                service="codebuild",
                title=f"tests what is deployed in {stage.name}",
                statements=deploy.test_statements(stage, definition, props),
            )
            for stage in props.stages
        ),
        *(
            ProjectRole(
                id=f"{kind.capitalize()}Check",
                purpose=naming.checking(kind),
                service="codebuild",
                title=f"builds pull requests of the {kind} repository",
                statements=check.check_statements(kind, name),
            )
            for kind, name in naming.REPOSITORIES.items()
        ),
        ProjectRole(
            id="BuildPipeline",
            purpose="build-pipeline",
            service="codepipeline",
            title="runs the build pipeline",
            statements=deploy.build_pipeline_statements(definition),
        ),
        ProjectRole(
            id="DeployPipeline",
            purpose="deploy-pipeline",
            service="codepipeline",
            title="runs the deploy pipeline",
            statements=deploy.deploy_pipeline_statements(props),
        ),
        ProjectRole(
            id="Events",
            purpose="events",
            service="events",
            title="starts both pipelines, and the report of a training",
            statements=deploy.event_statements(),
        ),
    )


def role_resources(roles: Sequence[ProjectRole], props: ProjectProps) -> Resources:
    """The roles, without their policies, which name other resources."""
    path = props.org.roles.path
    return {
        row.role: {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": sub(props.own_role(row.purpose)),
                **({"Path": path} if path != NO_PATH else {}),
                "Description": sub(f"Project ${{SageMakerProjectName}}: {row.title}"),
                "AssumeRolePolicyDocument": _trust(row.service),
                "PermissionsBoundary": sub(props.boundary_arn),
            },
        }
        for row in roles
    }


def policy_resources(roles: Sequence[ProjectRole]) -> Resources:
    """The policies of the roles."""
    return {
        row.policy: {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "ManagedPolicyName": sub(naming.own(row.purpose)),
                "Description": sub(f"Project ${{SageMakerProjectName}}: {row.title}"),
                "PolicyDocument": policy_document(row.statements),
                "Roles": [ref(row.role)],
            },
        }
        for row in roles
    }


def wildcard_reasons(role: ProjectRole) -> dict[str, str]:
    """The ids under which cdk-nag reports the wildcards of a policy, each with its reason."""
    return statements.wildcard_reasons(role.statements)


def _trust(service: str) -> dict[str, Any]:
    # Studio tells which user has started a pipeline; a role that does not take that cannot be
    # assumed (SageMaker Developer Guide, "Monitoring user resource access from Studio").
    named = ("sts:SetSourceIdentity",) if service == "sagemaker" else ()
    return policy_document(
        (
            Statement(
                sid="WorkForThisProject",
                principals=Principals(services=(f"{service}.amazonaws.com",)),
                actions=("sts:AssumeRole", *named),
                # IfExists: not every one of these services says for which account it acts.
                condition={"StringEqualsIfExists": {"aws:SourceAccount": "${AWS::AccountId}"}},
            ),
        )
    )
