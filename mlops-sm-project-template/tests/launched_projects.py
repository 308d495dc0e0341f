"""A launched project as it stands in an account: a product's template with values filled in."""

from dataclasses import replace
from functools import cache, cached_property
from typing import Any

from cdk_service_catalog.portfolio.discovery import Product, discover
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.props import Gate, ProjectProps, SeedLocation, TargetStage
from cdk_service_catalog.project.template import project_template
from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.contract import StageRole
from mlops_commons.utilities.cloudformation import RETAINED

DEV, PREPROD, PROD, REGION = "222222222222", "333333333333", "444444444444", "eu-west-1"
PROJECT_NAME, PROJECT_ID = "churn", "p-abc123def456"
PROJECT = f"{PROJECT_NAME}-{PROJECT_ID}"
SUBNETS = ("subnet-0a", "subnet-0b")
STAGES = (
    TargetStage(name="dev", role=StageRole.DEV, account_id=DEV),
    TargetStage(name="preprod", role=StageRole.PREPROD, account_id=PREPROD, namespace="bu1"),
    TargetStage(name="prod", role=StageRole.PROD, account_id=PROD),
)
PROPS = ProjectProps(
    app_prefix="mlops",
    set_name="bu",
    region=REGION,
    stages=STAGES,
    boundary="mlops-bu-project-boundary-euw1",
    access_logs_bucket="mlops-project-logs-bu-222222222222-euw1",
    retention=RETAINED,
    gate=Gate(
        choose="mlops-bu-gate-choose-euw1",
        verify="mlops-bu-gate-verify-euw1",
        seal="mlops-bu-gate-seal-euw1",
    ),
)
PARAMETERS: dict[str, Any] = {
    "SageMakerProjectName": PROJECT_NAME,
    "SageMakerProjectId": PROJECT_ID,
    "PreProdAccount": PREPROD,
    "ProdAccount": PROD,
    "DeploymentRegion": REGION,
    "VpcId": "vpc-0a",
    "PrivateSubnetIds": list(SUBNETS),
    "SecurityGroupId": "sg-0a",
}
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": DEV,
    "AWS::URLSuffix": "amazonaws.com",
}
ARNS = {
    "AWS::KMS::Key": "arn:aws:kms:{region}:{account}:key/{id}",
    "AWS::S3::Bucket": "arn:aws:s3:::{BucketName}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{RoleName}",
    "AWS::ECR::Repository": "arn:aws:ecr:{region}:{account}:repository/{RepositoryName}",
    "AWS::CodeCommit::Repository": "arn:aws:codecommit:{region}:{account}:{RepositoryName}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{TopicName}",
}
NAMES = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::IAM::Role": "RoleName",
    "AWS::CodeBuild::Project": "Name",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SageMaker::ModelPackageGroup": "ModelPackageGroupName",
}

ALL_PRODUCTS = discover()
PRODUCTS = tuple(p for p in ALL_PRODUCTS if isinstance(p.definition, ProductDefinition))
"""Those with the standard pipelines, whose blocks are tested as data."""


def template(definition: ProductDefinition, props: ProjectProps = PROPS) -> dict[str, Any]:
    """The template of a product, as data."""
    return project_template(
        definition,
        props,
        build_seed=SeedLocation(bucket="assets", key="build.zip"),
        deploy_seed=SeedLocation(bucket="assets", key="deploy.zip"),
    )


class LaunchedProject:
    """The resources of a project with every reference filled in."""

    def __init__(
        self,
        definition: ProductDefinition,
        parameters: dict[str, Any] | None = None,
        props: ProjectProps = PROPS,
    ) -> None:
        self.values = {**PARAMETERS, **(parameters or {})}
        self.source = template(definition, props)["Resources"]
        self.resources: dict[str, Any] = self.rendered(self.source)

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The properties of every resource of a type."""
        return [r["Properties"] for r in self.resources.values() if r["Type"] == kind]

    def arn(self, logical_id: str) -> str:
        """The ARN of a resource by its logical id."""
        resource = self.source[logical_id]
        properties = {
            name: value
            for name in ("BucketName", "RoleName", "RepositoryName", "TopicName")
            if isinstance(value := self._named(resource["Properties"].get(name)), str)
        }
        account = self.values.get("AWS::AccountId", DEV)
        return ARNS[resource["Type"]].format(
            id=logical_id, region=REGION, account=account, **properties
        )

    def statements(self, role: str) -> list[dict[str, Any]]:
        """The statements of a role's policy, by the beginning of its logical ids."""
        found: list[dict[str, Any]] = self.resources[f"{role}Policy"]["Properties"][
            "PolicyDocument"
        ]["Statement"]
        return found

    def rendered(self, value: Any) -> Any:
        """A value of the template, or of a policy of its launch, as it stands in the account."""
        return evaluate(value, self._scope)

    @cached_property
    def _scope(self) -> Scope:
        known = {**PSEUDO, **self.values}
        named = {logical_id: self._reference(logical_id) for logical_id in self.source}
        return Scope(
            values={**known, **named},
            attribute=lambda logical_id, name: (
                self.arn(logical_id) if name == "Arn" else f"{logical_id}.{name}"
            ),
        )

    def _named(self, value: Any) -> Any:
        """A name, which is made of parameters only."""
        return evaluate(value, Scope(values={**PSEUDO, **self.values}))

    def _reference(self, logical_id: str) -> Any:
        resource = self.source[logical_id]
        if resource["Type"] == "AWS::SNS::Topic":
            return self.arn(logical_id)
        named = NAMES.get(resource["Type"])
        return self._named(resource["Properties"][named]) if named else logical_id


@cache
def launched(slug: str) -> LaunchedProject:
    """A project of a product of this repository."""
    return LaunchedProject(product(slug).definition)


def product(slug: str) -> Product:
    """A product of this repository."""
    return next(found for found in PRODUCTS if found.slug == slug)


def longest() -> dict[str, Any]:
    """Parameters as long as they may be."""
    return {"SageMakerProjectName": "n" * 32, "SageMakerProjectId": "p-" + "i" * 14}


def with_prefix(app_prefix: str) -> ProjectProps:
    """The props of another platform."""
    return replace(PROPS, app_prefix=app_prefix)
