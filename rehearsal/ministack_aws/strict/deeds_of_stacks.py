"""What AWS checks of the maker of a stack: keys of repositories, what scales, linked roles.

The roles are those with which an account attaches its first VPC to a transit gateway, and makes its
first domain of Studio.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ministack_aws.access import deeds
from ministack_aws.arns import arn
from ministack_aws.cloudformation import service_role
from ministack_aws.engine.requests import get_account_id
from ministack_aws.engine.types import Create, Properties, ResourceHandlers

Resources = Mapping[str, Sequence[str]]
Row = tuple[str, str, Callable[[Properties], Resources]]


def register(handlers: ResourceHandlers) -> None:
    """Ask for the permissions of who makes the stack."""
    for resource_type, row in ROWS.items():
        handlers[resource_type]["create"] = _asking(handlers[resource_type]["create"], row)


def _asking(create: Create, row: Row) -> Create:
    service, deed, resources_of = row

    @functools.wraps(create)
    def asking(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Any]:
        principal = service_role.principal_of(stack_name)
        resources = resources_of(properties)
        if principal and resources:
            text = deeds.ask_caller(service, deed, principal, resources)
            if text:
                raise ValueError(text)
        return create(logical_id, properties, stack_name)

    return asking


def _key(key: str | None) -> Resources:
    if not key:
        return {}
    return {"key": (key if key.startswith("arn:") else arn("kms", f"key/{key}"),)}


def _endpoint(properties: Properties) -> Resources:
    """`endpoint/<name>/variant/<name>` and `inference-component/<name>` of SageMaker; nothing for
    other services."""
    kind, name = [*str(properties.get("ResourceId", "")).split("/"), ""][:2]
    if kind == "inference-component":
        return {"component": (arn("sagemaker", f"{kind}/{name.lower()}"),)}
    if kind != "endpoint":
        return {}
    return {
        "endpoint": (arn("sagemaker", f"endpoint/{name.lower()}"),),
        "configuration": (arn("sagemaker", f"endpoint-config/{name.lower()}"),),
    }


def _alarm(properties: Properties) -> Resources:
    if properties.get("PolicyType") != "TargetTrackingScaling":
        return {}
    # The names that Application Auto Scaling gives its alarms begin so.
    return {"alarm": (arn("cloudwatch", "alarm:TargetTracking-endpoint"),)}


def _linked(service: str, name: str) -> Resources:
    """The role that a service makes in an account where it has none."""
    path = f"aws-service-role/{service}"
    return {"role": (f"arn:aws:iam::{get_account_id()}:role/{path}/{name}",)}


def _domain(properties: Properties) -> Resources:
    role = _linked(STUDIO, "AWSServiceRoleForAmazonSageMakerNotebooks")
    return {**role, **_key(properties.get("KmsKeyId"))}


STUDIO: Final = "sagemaker.amazonaws.com"
TRANSIT: Final = "transitgateway.amazonaws.com"
SCALING: Final = "application-autoscaling.amazonaws.com"
ROWS: Final[Mapping[str, Row]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (SCALING, "scale an endpoint", _endpoint),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (SCALING, "follow a metric", _alarm),
    "AWS::CodeCommit::Repository": (
        "codecommit.amazonaws.com",
        "encrypt a repository",
        lambda properties: _key(properties.get("KmsKeyId")),
    ),
    "AWS::EC2::TransitGatewayAttachment": (
        TRANSIT,
        "attach a VPC",
        lambda properties: _linked(TRANSIT, "AWSServiceRoleForVPCTransitGateway"),
    ),
    "AWS::ECR::Repository": (
        "ecr.amazonaws.com",
        "encrypt a repository",
        lambda properties: _key((properties.get("EncryptionConfiguration") or {}).get("KmsKey")),
    ),
    "AWS::SageMaker::Domain": (STUDIO, "make a domain", _domain),
}
"""By type the service, its deed, and what it is done with."""
