"""What each resource type of our templates costs while it exists: nothing, by the hour, by use.

A type that is in no list is unknown: it is named, and never taken for free. Sources: the pricing
page of each service, as `prices.json` names them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from mlops_commons.assembly.intrinsics import Unknown

HOURS: Final = 730
"""Of a month, as AWS's calculator takes it: 365 days of 24 hours, a twelfth."""
Quantities = Mapping[str, float]
"""What a month of a resource takes, by the name of the price."""


def _endpoint(properties: Mapping[str, Any]) -> Quantities:
    """An interface endpoint is paid in each zone, a gateway endpoint not at all.

    Source: https://aws.amazon.com/privatelink/pricing/, "for each hour that your VPC endpoint
    remains provisioned in each Availability Zone".
    """
    if properties.get("VpcEndpointType", "Gateway") == "Gateway":
        return {}
    subnets = properties.get("SubnetIds", ())
    zones = 1 if isinstance(subnets, Unknown) else max(1, len(subnets))
    return {"endpoint_hour": zones * HOURS}


def _domains(properties: Mapping[str, Any]) -> Quantities:
    domains = properties.get("Domains", ())
    return {"dns_domain_month": 1 if isinstance(domains, Unknown) else len(domains)}


HOURLY: Final[Mapping[str, Callable[[Mapping[str, Any]], Quantities]]] = {
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::EC2::NatGateway": lambda _: {"nat_hour": HOURS},
    "AWS::EC2::TransitGatewayAttachment": lambda _: {"transit_gateway_hour": HOURS},
    "AWS::EC2::EIP": lambda _: {"ipv4_hour": HOURS},
    "AWS::KMS::Key": lambda _: {"kms_key_month": 1},
    "AWS::CloudWatch::Alarm": lambda _: {"alarm_month": 1},
    "AWS::Route53Resolver::FirewallDomainList": _domains,
}
"""Paid while they exist. A metric of our own is paid with its alarm."""
BY_USE: Final[Mapping[str, str]] = {
    "AWS::CodeBuild::Project": "build_minute",
    "AWS::CodePipeline::Pipeline": "pipeline_minute",
    "AWS::CodeCommit::Repository": "commit_user_month",
    "AWS::ECR::Repository": "ecr_gb_month",
    "AWS::EC2::FlowLog": "log_gb",
    "AWS::Lambda::Function": "lambda_gb_second",
    "AWS::Lambda::LayerVersion": "lambda_gb_second",
    "AWS::Logs::LogGroup": "log_gb",
    "AWS::Route53Resolver::FirewallRuleGroupAssociation": "dns_queries",
    "AWS::Route53Resolver::ResolverQueryLoggingConfig": "log_gb",
    "AWS::S3::Bucket": "s3_gb_month",
    "AWS::SQS::Queue": "sqs_requests",
    "AWS::SageMaker::Domain": "studio_hour",
    "AWS::SageMaker::MlflowApp": "s3_gb_month",
    "AWS::SageMaker::UserProfile": "studio_hour",
}
"""Paid by what is done with them, with the price that matters most; nothing when idle."""
FREE: Final = frozenset(
    {
        *(
            f"AWS::EC2::{kind}"
            for kind in (
                *("InternetGateway", "NetworkAcl", "NetworkAclEntry", "Route", "RouteTable"),
                *("SecurityGroup", "SecurityGroupEgress", "SecurityGroupIngress", "Subnet"),
                *("SubnetNetworkAclAssociation", "SubnetRouteTableAssociation", "VPC"),
                *("VPCCidrBlock", "VPCGatewayAttachment"),
                *("DHCPOptions", "VPCDHCPOptionsAssociation"),
            )
        ),
        *(f"AWS::IAM::{kind}" for kind in ("Group", "ManagedPolicy", "Policy", "Role")),
        *(
            f"AWS::ServiceCatalog::{kind}"
            for kind in (
                *("CloudFormationProduct", "LaunchRoleConstraint", "Portfolio"),
                *("PortfolioPrincipalAssociation", "PortfolioProductAssociation"),
                *("TagOption", "TagOptionAssociation"),
            )
        ),
        "AWS::Budgets::Budget",  # the first two of an account; $0.10 a day only with actions
        "AWS::CE::AnomalyMonitor",
        "AWS::CE::AnomalySubscription",
        "AWS::CDK::Metadata",
        "AWS::Events::Rule",  # events of AWS's services on the default bus
        "AWS::CodeConnections::Connection",
        "AWS::KMS::Alias",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Route53Profiles::ProfileAssociation",  # paid by the owner of the Profile
        "AWS::Route53Resolver::ResolverRuleAssociation",  # the endpoint behind it is its owner's
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
        "AWS::Logs::MetricFilter",
        "AWS::Logs::ResourcePolicy",
        "AWS::Logs::SubscriptionFilter",
        "AWS::Route53Resolver::FirewallRuleGroup",
        "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
        "AWS::Route53Resolver::ResolverDNSSECConfig",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SQS::QueuePolicy",
        "AWS::SNS::Topic",  # e-mails: the first 1,000 of a month
        "AWS::SNS::TopicPolicy",
        "AWS::SSM::Parameter",  # of the standard tier
        "AWS::SageMaker::ModelPackageGroup",
        "AWS::SageMaker::ModelPackageGroupPolicy",
    }
)
CUSTOM: Final = ("Custom::", "AWS::CloudFormation::CustomResource")
"""Custom resources: their functions are counted themselves."""


def is_free(type_: str) -> bool:
    """Whether a type is known to cost nothing of its own."""
    return type_ in FREE or type_.startswith(CUSTOM)


def is_known(type_: str) -> bool:
    """Whether a type is in any list."""
    return is_free(type_) or type_ in HOURLY or type_ in BY_USE
