"""The launch and use roles without which AWS's own project templates cannot start."""

from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.utilities.cloudformation import Resources, ref, sub


@dataclass(frozen=True, kw_only=True)
class ServiceCatalogRole:
    """A role with the fixed name by which AWS's templates know it.

    Attributes:
        policies: AWS managed policies, made for exactly this role (SageMaker Developer Guide,
            "AWS managed policies for SageMaker projects and JumpStart").
    """

    name: str
    description: str
    services: tuple[str, ...]
    policies: tuple[str, ...]


SERVICE_CATALOG_ROLES: Final = (
    ServiceCatalogRole(
        name="AmazonSageMakerServiceCatalogProductsLaunchRole",
        description="Service Catalog launches the project templates of SageMaker with it",
        services=("servicecatalog",),
        policies=("AmazonSageMakerAdmin-ServiceCatalogProductsServiceRolePolicy",),
    ),
    ServiceCatalogRole(
        name="AmazonSageMakerServiceCatalogProductsUseRole",
        description="The resources of launched project templates of SageMaker run with it",
        services=("cloudformation", "codebuild", "codepipeline", "events", "sagemaker"),
        policies=(
            "AmazonSageMakerServiceCatalogProductsCodeBuildServiceRolePolicy",
            "service-role/AmazonSageMakerServiceCatalogProductsCloudformationServiceRolePolicy",
            "service-role/AmazonSageMakerServiceCatalogProductsCodePipelineServiceRolePolicy",
        ),
    ),
)
REASON: Final = (
    "AWS's project templates name this role and are tested with these policies, which AWS wrote "
    "for it and keeps in step with the templates (SageMaker Developer Guide)"
)


def service_catalog_role_resources() -> Resources:
    """Both roles as plain resources."""
    return {_logical_id(role): _resource(role) for role in SERVICE_CATALOG_ROLES}


def findings() -> list[tuple[str, str, str]]:
    """Logical id, finding and reason of each AWS managed policy."""
    return [
        (_logical_id(role), f"AwsSolutions-IAM4[Policy::{shown}]", REASON)
        for role in SERVICE_CATALOG_ROLES
        for shown in (f"arn:<AWS::Partition>:iam::aws:policy/{name}" for name in role.policies)
    ]


def _logical_id(role: ServiceCatalogRole) -> str:
    return role.name.removeprefix("AmazonSageMaker")


def _resource(role: ServiceCatalogRole) -> dict[str, Any]:
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
            "Description": role.description,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "ManagedPolicyArns": [
                sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{name}") for name in role.policies
            ],
        },
    }
