"""The roles without which AWS's own project templates cannot start."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.cdk.org_boundary import keep_boundary
from mlops_commons.cdk.policies import managed_policy
from mlops_commons.contract import Persona
from mlops_infra.access.own import pass_role
from mlops_infra.access.policies import (
    DENY_DECISIONS,
    DEVELOP_MODELS,
    EXPLORE,
    RUN_JOBS,
    USE_CODE,
    USE_DATA,
    Policy,
)
from mlops_infra.access.roles import PersonaRoles, set_source_identity

PREFIX: Final = "AmazonSageMakerServiceCatalogProducts"
WITHIN_SERVICE_ROLE: Final = f"service-role/{PREFIX}"


@dataclass(frozen=True, kw_only=True)
class ServiceCatalogRole:
    """A role with the fixed name by which AWS's templates know it.

    Attributes:
        part: what the name ends with, after the common prefix and before `Role`.
        services: which may assume it.
        aws_policies: AWS managed policies, made for exactly this role.
        persona_policies: policies that personas have too.
        bounded: whether it has the boundary of the personas' jobs.
    """

    part: str
    services: tuple[str, ...]
    aws_policies: tuple[str, ...] = ()
    persona_policies: tuple[Policy, ...] = (DENY_DECISIONS,)
    bounded: bool = False

    @property
    def name(self) -> str:
        """The physical name."""
        return f"{PREFIX}{self.part}Role"


# Names, services and policies: SageMaker Developer Guide, "Granting SageMaker Studio Permissions
# Required to Use Projects" and "AWS managed policies for SageMaker projects and JumpStart".
SERVICE_CATALOG_ROLES: Final = (
    ServiceCatalogRole(
        part="Launch",
        services=("servicecatalog",),
        aws_policies=("AmazonSageMakerAdmin-ServiceCatalogProductsServiceRolePolicy",),
        persona_policies=(),
    ),
    ServiceCatalogRole(
        part="Use",
        services=("cloudformation", "codebuild", "codepipeline", "events", "sagemaker"),
        aws_policies=(
            f"{PREFIX}CodeBuildServiceRolePolicy",
            f"{WITHIN_SERVICE_ROLE}CloudformationServiceRolePolicy",
            f"{WITHIN_SERVICE_ROLE}CodePipelineServiceRolePolicy",
            f"{WITHIN_SERVICE_ROLE}EventsServiceRolePolicy",
        ),
    ),
    ServiceCatalogRole(
        part="CodeBuild",
        services=("codebuild",),
        aws_policies=(f"{PREFIX}CodeBuildServiceRolePolicy",),
    ),
    *(
        ServiceCatalogRole(
            part=part,
            services=(part.lower(),),
            aws_policies=(f"{WITHIN_SERVICE_ROLE}{part}ServiceRolePolicy",),
        )
        for part in (
            *("ApiGateway", "Cloudformation", "CodePipeline", "Events", "Firehose", "Glue"),
            "Lambda",
        )
    ),
    # AWS gives this one full access to SageMaker; here it may do what a data scientist's jobs may.
    ServiceCatalogRole(
        part="Execution",
        services=("sagemaker",),
        bounded=True,
        persona_policies=(
            *(EXPLORE, RUN_JOBS, DEVELOP_MODELS, USE_DATA, USE_CODE),
            DENY_DECISIONS,
        ),
    ),
)
REASON: Final = (
    "AWS's project templates name their roles and are tested with this policy, which AWS wrote "
    "for them and keeps in step with the templates (SageMaker Developer Guide)"
)


class ServiceCatalogRoles(Construct):
    """All roles of the table, in an account that no other stack gives them to."""

    def __init__(self, scope: Construct, construct_id: str, *, personas: PersonaRoles) -> None:
        super().__init__(scope, construct_id)
        for row in SERVICE_CATALOG_ROLES:
            role = _role(self, row, personas)
            if row.part == "Execution":
                assert role.assume_role_policy
                role.assume_role_policy.add_statements(set_source_identity())
                managed_policy(
                    self,
                    "PassRole",
                    pass_role(role.role_arn),
                    description="Project templates of AWS: jobs run as this role and as no other",
                    roles=[role],
                )


def _role(scope: Construct, row: ServiceCatalogRole, personas: PersonaRoles) -> iam.Role:
    services = [_service(service) for service in row.services]
    role = iam.Role(
        scope,
        row.part,
        role_name=row.name,
        path="/service-role/",
        description=f"Project templates of AWS: {', '.join(row.services)}",
        assumed_by=services[0] if len(services) == 1 else iam.CompositePrincipal(*services),
        # AWS's own role for jobs does a data scientist's work, so it ends where that ends.
        permissions_boundary=personas.boundary(Persona.EXECUTION) if row.bounded else None,
        managed_policies=[
            *(personas.denials if row.bounded else ()),
            *map(_aws_policy, row.aws_policies),
            *(personas.policy(policy) for policy in row.persona_policies),
        ],
    )
    keep_boundary(role)
    if row.aws_policies:
        acknowledge_each(role, {_finding(name): REASON for name in row.aws_policies})
    return role


@cache
def _service(name: str) -> iam.ServicePrincipal:
    """A service that acts for this account; one object for the roles of all stages."""
    # IfExists: not every one of these services says for which account it acts.
    from_here = {"StringEqualsIfExists": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
    return iam.ServicePrincipal(f"{name}.amazonaws.com", conditions=from_here)


@cache
def _aws_policy(name: str) -> iam.IManagedPolicy:
    return iam.ManagedPolicy.from_aws_managed_policy_name(name)


def _finding(aws_policy: str) -> str:
    """The id under which cdk-nag reports an AWS managed policy."""
    return f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{aws_policy}]"
