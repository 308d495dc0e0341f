"""The quotas that an account has before anybody asks for more, with `MINISTACK_FRESH_ACCOUNT`.

Each is the default of Service Quotas that the page says; what a new account gets below the defaults
(instances of SageMaker, builds at once) is decided by AWS for each account and is not in the table.
"""

import functools
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ministack_aws.cloudformation.records import all_of
from ministack_aws.engine import ec2, eventbridge, iam, s3
from ministack_aws.engine.types import Create, Properties, ResourceHandlers

SWITCH: Final = "MINISTACK_FRESH_ACCOUNT"
GUIDE: Final = "https://docs.aws.amazon.com"


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many of a type an account may have.

    Attributes:
        most: the default.
        there: what counts already, in the account and region of the request, or for whatever
            the properties of a new one say, such as its VPC.
        message: how the service refuses one more.
        source: the page of AWS's documentation with the default.
    """

    resource_type: str
    most: int
    there: Callable[[Properties], int]
    message: str
    source: str


def _records(resource_type: str) -> Callable[[Properties], int]:
    return lambda properties: len(all_of(resource_type))


def _of_vpc(store: Callable[[], Mapping[str, Any]], kind: str = "") -> Callable[[Properties], int]:
    def count(properties: Properties) -> int:
        if kind and properties.get("VpcEndpointType", "Gateway") != kind:
            return 0
        vpc = properties.get("VpcId")
        return sum(
            row["VpcId"] == vpc and (not kind or row.get("VpcEndpointType") == kind)
            for row in store().values()
        )

    return count


def _all(store: Callable[[], Collection[Any]]) -> Callable[[Properties], int]:
    return lambda properties: len(store())


def _networks(_properties: Properties) -> int:
    return 1 + sum(not row.get("IsDefault") for row in ec2.vpcs().values())


def _internet_gateways(_properties: Properties) -> int:
    default = {name for name, row in ec2.vpcs().items() if row.get("IsDefault")}
    own = [
        row
        for row in ec2.internet_gateways().values()
        if not default & {attached["VpcId"] for attached in row.get("Attachments") or ()}
    ]
    return 1 + len(own)


def _gateways(properties: Properties) -> int:
    zones = {name: row["AvailabilityZone"] for name, row in ec2.subnets().items()}
    zone = zones.get(properties.get("SubnetId", ""))
    here = [row for row in ec2.nat_gateways().values() if row.get("State") != "deleted"]
    return sum(zones.get(row["SubnetId"]) == zone for row in here)


_VPC: Final = f"{GUIDE}/vpc/latest/userguide/amazon-vpc-limits.html"
_IAM: Final = f"{GUIDE}/IAM/latest/UserGuide/reference_iam-quotas.html"

QUOTAS: Final = (
    # Every region of a new account has its default VPC with its gateway, which count.
    Quota(
        resource_type="AWS::EC2::VPC",
        most=5,
        there=_networks,
        message="VpcLimitExceeded: The maximum number of VPCs has been reached.",
        source=_VPC,
    ),
    Quota(
        resource_type="AWS::EC2::EIP",
        most=5,
        there=_all(ec2.addresses),
        message="AddressLimitExceeded: The maximum number of addresses has been reached.",
        source=f"{GUIDE}/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html",
    ),
    Quota(
        resource_type="AWS::EC2::InternetGateway",
        most=5,
        there=_internet_gateways,
        message="InternetGatewayLimitExceeded: The maximum number of internet gateways has been "
        "reached.",
        source=_VPC,
    ),
    Quota(
        resource_type="AWS::EC2::NatGateway",
        most=5,
        there=_gateways,
        message="NatGatewayLimitExceeded: Performing this operation would exceed the limit of 5 "
        "NAT gateways",
        source=_VPC,
    ),
    Quota(
        resource_type="AWS::EC2::VPCEndpoint",
        most=50,
        there=_of_vpc(ec2.vpc_endpoints, "Interface"),
        message="VpcEndpointLimitExceeded: The maximum number of VPC endpoints has been reached.",
        source=_VPC,
    ),
    Quota(
        resource_type="AWS::EC2::VPCCidrBlock",
        most=5,
        there=lambda properties: len(ec2.ranges(properties.get("VpcId", ""))),
        message="CidrLimitExceeded: The maximum number of CIDR blocks of a VPC has been reached.",
        source=_VPC,
    ),
    Quota(
        resource_type="AWS::EC2::RouteTable",
        most=200,
        there=_of_vpc(ec2.route_tables),
        message="RouteTableLimitExceeded: The maximum number of route tables has been reached.",
        source=_VPC,
    ),
    Quota(
        resource_type="AWS::EC2::Subnet",
        most=200,
        there=_of_vpc(ec2.subnets),
        message="SubnetLimitExceeded: The maximum number of subnets has been reached.",
        source=_VPC,
    ),
    Quota(
        resource_type="AWS::IAM::Role",
        most=1000,
        there=_all(iam.roles),
        message="Cannot exceed quota for RolesPerAccount: 1000",
        source=_IAM,
    ),
    Quota(
        resource_type="AWS::IAM::ManagedPolicy",
        most=1500,
        there=_all(iam.policies),
        message="Cannot exceed quota for PoliciesPerAccount: 1500",
        source=_IAM,
    ),
    Quota(
        resource_type="AWS::S3::Bucket",
        most=10_000,
        there=_all(s3.buckets),
        message="TooManyBuckets: You have attempted to create more buckets than allowed",
        source=f"{GUIDE}/AmazonS3/latest/userguide/BucketRestrictions.html",
    ),
    Quota(
        resource_type="AWS::Events::Rule",
        most=300,
        there=_all(eventbridge.rules),
        message="LimitExceededException: The requested resource exceeds the maximum number allowed",
        source=f"{GUIDE}/eventbridge/latest/userguide/eb-quota.html",
    ),
    Quota(
        resource_type="AWS::CodePipeline::Pipeline",
        most=1000,
        there=_records("AWS::CodePipeline::Pipeline"),
        message="LimitExceededException: The number of pipelines has exceeded the limit",
        source=f"{GUIDE}/codepipeline/latest/userguide/limits.html",
    ),
    Quota(
        resource_type="AWS::ServiceCatalog::Portfolio",
        most=100,
        there=_records("AWS::ServiceCatalog::Portfolio"),
        message="LimitExceededException: Portfolio limit exceeded",
        source=f"{GUIDE}/servicecatalog/latest/adminguide/limits.html",
    ),
)


def register(handlers: ResourceHandlers) -> None:
    """Count before anything is made, where the switch is on."""
    if not os.environ.get(SWITCH):
        return
    for quota in QUOTAS:
        handler = handlers[quota.resource_type]
        handler["create"] = _counting(handler["create"], quota)


def _counting(create: Create, quota: Quota) -> Create:
    @functools.wraps(create)
    def counting(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Any]:
        if quota.there(properties) >= quota.most:
            raise ValueError(f"{quota.message} (default quota: {quota.most}, {quota.source})")
        return create(logical_id, properties, stack_name)

    return counting
