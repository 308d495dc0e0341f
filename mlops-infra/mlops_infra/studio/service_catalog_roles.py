"""The roles without which AWS's own project templates cannot start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.utilities.cloudformation import Resources, attribute, ref, sub
from mlops_infra.access.roles import pass_role

PREFIX: Final = "AmazonSageMakerServiceCatalogProducts"
WITHIN_SERVICE_ROLE: Final = f"service-role/{PREFIX}"


@dataclass(frozen=True, kw_only=True)
class ServiceCatalogRole:
    """A role with the fixed name by which AWS's templates know it.

    Attributes:
        part: what the name ends with, after the common prefix and before `Role`.
        services: which may assume it.
        aws_policies: AWS managed policies, made for exactly this role.
        persona_policies: policies of the personas (see access/policies.py).
    """

    part: str
    services: tuple[str, ...]
    aws_policies: tuple[str, ...] = ()
    persona_policies: tuple[str, ...] = ("DenyDecisions",)

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
        persona_policies=(
            *("Explore", "RunJobs", "DevelopModels", "UseData", "UseCode"),
            *("DenyDecisions", "DenyDetours"),
        ),
    ),
)
PERSONA_POLICIES: Final = sorted(
    {name for role in SERVICE_CATALOG_ROLES for name in role.persona_policies}
)
REASON: Final = (
    "AWS's project templates name their roles and are tested with this policy, which AWS wrote "
    "for them and keeps in step with the templates (SageMaker Developer Guide)"
)


def service_catalog_role_resources(policy_arns: Mapping[str, str]) -> Resources:
    """All roles as plain resources.

    Args:
        policy_arns: the policies of the personas by name, `PERSONA_POLICIES` at least.
    """
    execution = next(_logical_id(r) for r in SERVICE_CATALOG_ROLES if r.part == "Execution")
    return {
        **{_logical_id(role): _resource(role, policy_arns) for role in SERVICE_CATALOG_ROLES},
        f"{execution}PassRole": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "Description": "Project templates of AWS: jobs run as this role and as no other",
                "PolicyDocument": pass_role(attribute(execution, "Arn")),
                "Roles": [ref(execution)],
            },
        },
    }


def findings() -> dict[str, str]:
    """The finding of each AWS managed policy by its exact id, with the reason why it stands."""
    names = sorted({name for role in SERVICE_CATALOG_ROLES for name in role.aws_policies})
    return {
        f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{name}]": REASON
        for name in names
    }


def _logical_id(role: ServiceCatalogRole) -> str:
    return role.name.removeprefix("AmazonSageMaker")


def _resource(role: ServiceCatalogRole, policy_arns: Mapping[str, str]) -> dict[str, Any]:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": [f"{service}.amazonaws.com" for service in role.services]},
        "Action": "sts:AssumeRole",
        # IfExists: not every one of these services says for which account it acts.
        "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": ref("AWS::AccountId")}},
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": role.name,
            "Path": "/service-role/",
            "Description": f"Project templates of AWS: {', '.join(role.services)}",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "ManagedPolicyArns": [
                *(sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{n}") for n in role.aws_policies),
                *(policy_arns[name] for name in role.persona_policies),
            ],
        },
    }
