"""The types that are records only: what Ref and GetAtt give of them, as they are documented."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from ministack_aws.arns import arn
from ministack_aws.engine.requests import get_region
from ministack_aws.engine.types import Attributes, Properties

Ref = Callable[[Properties, str], str]
"""What Ref gives, of the properties and of digits that are the resource's own."""


def digits(*parts: object, length: int = 12) -> str:
    """Digits that are the same for the same parts."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:length]


def _sagemaker(kind: str, property_name: str) -> Ref:
    return lambda p, h: arn("sagemaker", f"{kind}/{p[property_name].lower()}")


def _after_name(prefix: str) -> Ref:
    return lambda p, h: f"{prefix}{h}"


def artifact_ids(properties: Properties, product: str) -> list[str]:
    """The ids of a product's versions, in the order of its template."""
    found = properties.get("ProvisioningArtifactParameters", ())
    return [f"pa-{digits(product, artifact.get('Name', n))}" for n, artifact in enumerate(found)]


REFS: Final[Mapping[str, Ref]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": lambda p, h: "|".join(
        p[name] for name in ("ResourceId", "ScalableDimension", "ServiceNamespace")
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": lambda p, h: arn(
        "autoscaling", f"scalingPolicy:{h}:policyName/{p['PolicyName']}"
    ),
    "AWS::CodeConnections::Connection": lambda p, h: arn("codeconnections", f"connection/{h}"),
    "AWS::EC2::FlowLog": lambda p, h: f"fl-{digits(h, length=17)}",
    "AWS::SageMaker::Domain": _after_name("d-"),
    "AWS::SageMaker::Endpoint": lambda p, h: arn(
        "sagemaker", f"endpoint/{p.get('EndpointName', h).lower()}"
    ),
    "AWS::SageMaker::EndpointConfig": lambda p, h: arn(
        "sagemaker", f"endpoint-config/{p.get('EndpointConfigName', h).lower()}"
    ),
    "AWS::SageMaker::InferenceComponent": lambda p, h: arn(
        "sagemaker", f"inference-component/{p.get('InferenceComponentName', h).lower()}"
    ),
    "AWS::SageMaker::MlflowApp": lambda p, h: arn("sagemaker", f"mlflow-app/app-{digits(h)}"),
    "AWS::SageMaker::Model": lambda p, h: arn(
        "sagemaker", f"model/{p.get('ModelName', h).lower()}"
    ),
    "AWS::SageMaker::ModelPackageGroup": _sagemaker("model-package-group", "ModelPackageGroupName"),
    "AWS::SageMaker::Pipeline": lambda p, h: p["PipelineName"],
    # Two domains of an account have profiles of one name: the schema's identifier is both.
    "AWS::SageMaker::UserProfile": lambda p, h: f"{p['UserProfileName']}|{p['DomainId']}",
    "AWS::ServiceCatalog::CloudFormationProduct": _after_name("prod-"),
    "AWS::ServiceCatalog::LaunchRoleConstraint": _after_name("cons-"),
    "AWS::ServiceCatalog::Portfolio": _after_name("port-"),
    "AWS::ServiceCatalog::TagOption": _after_name("tag-"),
}
"""What Ref gives where it is not the primary identifier (the types' 'Return values')."""

ATTRIBUTES: Final[Mapping[str, Callable[[Properties, str], Attributes]]] = {
    "AWS::CodeConnections::Connection": lambda p, ref: {
        "ConnectionArn": ref,
        "ConnectionStatus": "PENDING",
        "OwnerAccountId": ref.split(":")[4],
    },
    "AWS::CodePipeline::Pipeline": lambda p, ref: {"Version": "1"},
    "AWS::EC2::FlowLog": lambda p, ref: {"Id": ref},
    "AWS::SageMaker::Domain": lambda p, ref: {
        "DomainId": ref,
        "DomainArn": arn("sagemaker", f"domain/{ref}"),
        "HomeEfsFileSystemId": f"fs-{ref[2:]}",
        "SecurityGroupIdForDomainBoundary": f"sg-{digits(ref, length=17)}",
        "SingleSignOnApplicationArn": "",
        "SingleSignOnManagedApplicationInstanceId": "",
        "Url": f"https://{ref}.studio.{get_region()}.sagemaker.aws",
    },
    "AWS::SageMaker::Endpoint": lambda p, ref: {"EndpointName": ref.rpartition("/")[2]},
    "AWS::SageMaker::EndpointConfig": lambda p, ref: {"EndpointConfigName": ref.rpartition("/")[2]},
    "AWS::SageMaker::InferenceComponent": lambda p, ref: {
        "InferenceComponentArn": ref,
        "InferenceComponentName": ref.rpartition("/")[2],
        "InferenceComponentStatus": "InService",
    },
    "AWS::SageMaker::MlflowApp": lambda p, ref: {
        "Arn": ref,
        "MlflowAppId": ref.rpartition("/")[2],
        "Status": "Created",
    },
    "AWS::SageMaker::Model": lambda p, ref: {"ModelName": ref.rpartition("/")[2]},
    "AWS::SageMaker::ModelPackageGroup": lambda p, ref: {
        "ModelPackageGroupArn": ref,
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": "2026-01-01T00:00:00Z",
    },
    "AWS::SageMaker::UserProfile": lambda p, ref: {
        "UserProfileArn": arn("sagemaker", f"user-profile/{p['DomainId']}/{p['UserProfileName']}")
    },
    "AWS::ServiceCatalog::CloudFormationProduct": lambda p, ref: {
        "Id": ref,
        "ProductName": p["Name"],
        "ProvisioningArtifactIds": ",".join(artifact_ids(p, ref)),
        "ProvisioningArtifactNames": ",".join(
            artifact.get("Name", "") for artifact in p.get("ProvisioningArtifactParameters", ())
        ),
    },
    "AWS::ServiceCatalog::LaunchRoleConstraint": lambda p, ref: {"Id": ref},
    "AWS::ServiceCatalog::Portfolio": lambda p, ref: {"Id": ref, "PortfolioName": p["DisplayName"]},
}
