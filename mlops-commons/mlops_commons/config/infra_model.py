"""The models of `cdk-infra-app.yml`, as they stand in the file; Studio is a module of its own."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from mlops_commons.config.studio_model import SageMakerFile
from mlops_commons.config.values import (
    RESOURCE_ID,
    WHOLE,
    Account,
    ConfigModel,
    NetworkRange,
    RouteRange,
    SecurityGroupId,
    SetName,
    Shape,
    StageText,
    SubnetId,
    Text,
    VpcId,
    lowered,
    nearest,
)
from mlops_commons.stage import (
    CentralEndpoints,
    CreateNetwork,
    DnsFirewall,
    EgressMode,
    EndpointRules,
    TransitGateway,
)
from mlops_commons.vpc_endpoints import INTERFACE_ENDPOINT_KEYS, VPC_ENDPOINT_KEYS

RouteTableId = Annotated[Text, Shape(f"rtb-{RESOURCE_ID}", "a route table id")]
TransitGatewayId = Annotated[Text, Shape(f"tgw-{RESOURCE_ID}", "a transit gateway id")]
ProfileId = Annotated[Text, Shape("rp-[0-9a-z-]{1,61}", "the id of a Profile of Route 53")]
ResolverRuleId = Annotated[
    Text, Shape("rslvr-rr-[0-9a-f]{1,55}", "the id of a rule of Route 53 Resolver")
]
"""API_route53resolver_AssociateResolverRule, ResolverRuleId: 64 characters at most."""
OrganizationId = Annotated[Text, Shape("o-[a-z0-9]{10,32}", "an organization id")]
DomainName = Annotated[
    Text,
    Shape(
        r"([*]\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
        "a domain name, '*.' in front for all names below it",
    ),
]
SubnetMask = Annotated[int, Field(ge=16, le=28), WHOLE]
OLD_ENDPOINT_SWITCHES = {
    "vpc_add_s3_endpoint": "s3",
    "vpc_add_kms_endpoint": "kms",
    "vpc_add_ecr_endpoint": "ecr",
    "vpc_add_ecr_docker_endpoint": "ecr_docker",
}
"""The four switches of the reference system, and the keys that mean the same today."""


def _known_endpoint(key: str) -> None:
    if key not in VPC_ENDPOINT_KEYS:
        hint = nearest(key, list(VPC_ENDPOINT_KEYS))
        allowed = ", ".join(VPC_ENDPOINT_KEYS)
        raise ValueError(f"'{key}' is not an endpoint; {hint or f'allowed: {allowed}'}")


class EndpointSwitches(ConfigModel):
    """A block with switches of VPC endpoints, and what their policies let pass."""

    endpoints: dict[str, bool] = Field(
        default_factory=dict,
        description="VPC endpoints on or off, by their key",
        json_schema_extra={"propertyNames": {"enum": list(VPC_ENDPOINT_KEYS)}},
    )
    trusted_accounts: tuple[Account, ...] = Field(
        (), description="accounts outside the set whose buckets and packages workloads may use"
    )
    trusted_organization: OrganizationId | None = Field(
        None, description="an organization whose buckets and packages workloads may use"
    )
    custom_resources: bool = Field(
        EndpointRules.custom_resources,
        description="whether functions in the VPC may answer CloudFormation, of any account",
    )
    package_publishing: bool = Field(
        EndpointRules.package_publishing,
        description="whether workloads may publish packages through the CodeArtifact endpoints",
    )

    @field_validator("endpoints")
    @classmethod
    def _known_keys(cls, value: dict[str, bool]) -> dict[str, bool]:
        for key in value:
            _known_endpoint(key)
        return value


class TransitGatewayFile(ConfigModel):
    """The organization's transit gateway, shared with the stage's account."""

    id: TransitGatewayId = Field(description="such as tgw-0123456789abcdef0")
    routes: tuple[RouteRange, ...] = Field(
        (), description="ranges that private subnets reach through it, such as 10.0.0.0/8"
    )
    subnet_cidr_mask: SubnetMask = Field(
        TransitGateway.subnet_cidr_mask,
        description="size of the attachment's own subnet in each zone",
    )
    private_nat_gateways: Annotated[int, Field(ge=0, le=6), WHOLE] = Field(
        TransitGateway.private_nat_gateways,
        description="how many translate addresses of secondary_cidrs on their way to it; 0 where "
        "the organization routes these ranges",
    )


class CentralEndpointsFile(ConfigModel):
    """The organization's interface endpoints, which take the place of the VPC's own."""

    route53_profile_id: ProfileId = Field(
        description="of the Profile that answers their names, shared with the stage's account"
    )
    endpoints: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        CentralEndpoints.endpoints,
        description="keys of those that are central; default: every interface endpoint of a stage",
        json_schema_extra={"items": {"enum": list(INTERFACE_ENDPOINT_KEYS)}},
    )

    @field_validator("endpoints")
    @classmethod
    def _interfaces(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for key in value:
            _known_endpoint(key)
            if key not in INTERFACE_ENDPOINT_KEYS:
                raise ValueError(
                    f"'{key}' is a gateway endpoint, which serves its own VPC alone (AWS "
                    "PrivateLink Guide, 'Gateway endpoints'); leave it out"
                )
        return value


class CreateNetworkFile(EndpointSwitches):
    """A VPC to create; what is absent comes from `default_create_network`."""

    vpc_cidr: NetworkRange = Field(CreateNetwork.vpc_cidr, description="its address range")
    secondary_cidrs: tuple[NetworkRange, ...] = Field(
        CreateNetwork.secondary_cidrs,
        description="further ranges, in which the private subnets lie, such as 100.64.0.0/16",
    )
    vpc_max_azs: Annotated[int, Field(ge=1, le=6), WHOLE] = Field(
        CreateNetwork.max_azs, description="how many availability zones"
    )
    vpc_endpoint_azs: Annotated[int, Field(ge=1, le=6), WHOLE] = Field(
        CreateNetwork.endpoint_azs,
        description="in how many of them interface endpoints have an address, which is paid by the "
        "hour; the other zones reach them too",
    )
    vpc_private_subnet_cidr_mask: SubnetMask = Field(
        CreateNetwork.private_subnet_cidr_mask, description="size of each private subnet"
    )
    vpc_public_subnet_cidr_mask: SubnetMask = Field(
        CreateNetwork.public_subnet_cidr_mask, description="size of each public subnet"
    )
    vpc_enable_dns_hostnames: bool = Field(
        CreateNetwork.enable_dns_hostnames, description="whether instances have DNS names"
    )
    vpc_enable_dns_support: bool = Field(
        CreateNetwork.enable_dns_support, description="whether AWS's DNS server answers in the VPC"
    )
    vpc_nat_gateways: Annotated[int, Field(ge=0, le=6), WHOLE] = Field(
        CreateNetwork.nat_gateways, description="0 for none"
    )
    vpc_add_s3_endpoint: bool | None = Field(None, description="same as endpoints.s3")
    vpc_add_kms_endpoint: bool | None = Field(None, description="same as endpoints.kms")
    vpc_add_ecr_endpoint: bool | None = Field(None, description="same as endpoints.ecr")
    vpc_add_ecr_docker_endpoint: bool | None = Field(
        None, description="same as endpoints.ecr_docker"
    )
    egress: Annotated[EgressMode, BeforeValidator(lowered)] = Field(
        CreateNetwork.egress,
        description="endpoints-only: neither NAT nor internet gateway; nat lets data go anywhere; "
        "inspection: everything goes to the transit gateway, behind which the organization decides",
    )
    availability_zones: tuple[Text, ...] = Field(
        (),
        description="zones by name, such as eu-west-1a, or by id, such as euw1-az1, which is the "
        "same zone in every account; default: the first vpc_max_azs of the region",
    )
    dns_firewall: Annotated[DnsFirewall, BeforeValidator(lowered)] = Field(
        CreateNetwork.dns_firewall,
        description="what happens to questions for names that are not allowed; by-egress: block "
        "with endpoints-only, off otherwise",
    )
    dns_allowed_domains: tuple[DomainName, ...] = Field(
        (), description="names besides AWS's that the DNS firewall lets pass, such as *.example.com"
    )
    transit_gateway: TransitGatewayFile | None = None
    resolver_rule_ids: tuple[ResolverRuleId, ...] = Field(
        (), description="rules of Route 53 Resolver that hold in the VPC, shared with the account"
    )
    central_endpoints: CentralEndpointsFile | None = None

    def switches(self) -> dict[str, bool]:
        """The endpoint switches; an entry below `endpoints` wins over an old switch."""
        old = {key: getattr(self, name) for name, key in OLD_ENDPOINT_SWITCHES.items()}
        return {**{key: on for key, on in old.items() if on is not None}, **self.endpoints}


class ImportNetworkFile(EndpointSwitches):
    """A VPC that exists, by its attributes."""

    vpc_id: VpcId = Field(description="such as vpc-0123456789abcdef0")
    subnets: tuple[SubnetId, ...] = Field(min_length=1, description="its private subnets")
    base_security_group: SecurityGroupId = Field(description="for workloads and for Studio")
    vpc_cidr: NetworkRange | None = Field(None, description="needed for interface endpoints")
    secondary_cidrs: tuple[NetworkRange, ...] = Field(
        (), description="further ranges of the VPC, from which interface endpoints are reached too"
    )
    endpoint_subnets: tuple[SubnetId, ...] = Field(
        (),
        description="where interface endpoints have their addresses, one of each zone at most; "
        "default: subnets",
    )
    route_table_ids: tuple[RouteTableId, ...] = Field(
        (),
        description="needed for endpoint s3: one for all subnets, or one for each in their order",
    )


class NetworkStageFile(ConfigModel):
    """The network of one stage; an import wins over a creation."""

    stage_name: StageText = Field(description="a stage of cdk-app.yml")
    create_network: CreateNetworkFile | None = None
    import_network: ImportNetworkFile | None = None

    @field_validator("import_network", mode="before")
    @classmethod
    def _without_values(cls, value: Any) -> Any:
        """A block whose keys are all empty is a form that nobody has filled in."""
        return None if value == {} else value


class NetworkDeploymentFile(ConfigModel):
    """The networks of one set."""

    set_name: SetName = Field(description="a set of cdk-app.yml")
    stages: tuple[NetworkStageFile, ...] = Field((), description="what holds in some stages only")


class NetworkFile(ConfigModel):
    """All networks."""

    default_create_network: CreateNetworkFile = Field(default_factory=lambda: CreateNetworkFile())
    deployments: tuple[NetworkDeploymentFile, ...] = Field(
        (), description="what holds in some sets only"
    )


class CdkInfraAppConfig(ConfigModel):
    """The content below `cdk_infra_app_config`."""

    network: NetworkFile = Field(default_factory=lambda: NetworkFile())
    sagemaker: SageMakerFile = Field(default_factory=lambda: SageMakerFile())


class CdkInfraAppFile(ConfigModel):
    """`cdk-infra-app.yml`."""

    cdk_infra_app_config: CdkInfraAppConfig = Field(default_factory=lambda: CdkInfraAppConfig())
