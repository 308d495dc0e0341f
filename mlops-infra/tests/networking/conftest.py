"""Networks synthesised once, inside a Stage with the security rules on, and read as data."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mlops_commons.organization import FlowLogArchive
from mlops_commons.stage import CreateNetwork, EgressMode, ImportNetwork, Network, TransitGateway
from mlops_commons.vpc_endpoints import VPC_ENDPOINT_KEYS

EVERY_ENDPOINT = dict.fromkeys(VPC_ENDPOINT_KEYS, True)
IMPORTED = ImportNetwork(
    vpc_id="vpc-0123456789abcdef0",
    subnets=("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
    base_security_group="sg-0123456789abcdef0",
    vpc_cidr="10.1.0.0/16",
    route_table_ids=("rtb-0123456789abcdef0",),
)
TRANSIT_GATEWAY = TransitGateway(id="tgw-0123456789abcdef0", routes=("10.0.0.0/8", "172.16.0.0/12"))
SECONDARY: Mapping[str, Any] = {
    "vpc_cidr": "10.1.0.0/24",
    "secondary_cidrs": ("100.64.0.0/20", "100.65.0.0/20"),
    "private_subnet_cidr_mask": 21,
    "public_subnet_cidr_mask": 28,
}
"""Two private subnets in the first range, one in the second."""
VARIANTS: Mapping[str, Network] = {
    "nat": CreateNetwork(),
    "three NAT gateways": CreateNetwork(nat_gateways=3),
    "no NAT gateway": CreateNetwork(nat_gateways=0),
    "endpoints only": CreateNetwork(egress=EgressMode.ENDPOINTS_ONLY),
    "inspection": CreateNetwork(egress=EgressMode.INSPECTION, transit_gateway=TRANSIT_GATEWAY),
    "nat and a transit gateway": CreateNetwork(transit_gateway=TRANSIT_GATEWAY),
    "secondary ranges": CreateNetwork(**SECONDARY),
    "secondary ranges and inspection": CreateNetwork(
        **SECONDARY, egress=EgressMode.INSPECTION, transit_gateway=TRANSIT_GATEWAY
    ),
    "secondary ranges, nat and a transit gateway": CreateNetwork(
        **SECONDARY, nat_gateways=2, transit_gateway=TRANSIT_GATEWAY
    ),
    "secondary ranges that are routed": CreateNetwork(
        **SECONDARY, transit_gateway=replace(TRANSIT_GATEWAY, private_nat_gateways=0)
    ),
    "every endpoint": CreateNetwork(endpoints=EVERY_ENDPOINT),
    "import": IMPORTED,
    "import with endpoints": ImportNetwork(
        vpc_id=IMPORTED.vpc_id,
        subnets=IMPORTED.subnets,
        base_security_group=IMPORTED.base_security_group,
        vpc_cidr=IMPORTED.vpc_cidr,
        route_table_ids=IMPORTED.route_table_ids,
        endpoints=EVERY_ENDPOINT,
    ),
}


@dataclass(frozen=True)
class SynthesisedNetwork:
    """The template of a stack with a network, its file, and what the stack could not know."""

    template: dict[str, Any]
    file: Path
    missing_context: list[Any]

    def only(self, resource_type: str) -> tuple[str, dict[str, Any]]:
        """Logical id and properties of the one resource of a type."""
        ((logical_id, properties),) = self.resources(resource_type).items()
        return logical_id, properties

    def described(self, description: str) -> tuple[str, dict[str, Any]]:
        """Logical id and properties of the security group with this description."""
        groups = self.resources("AWS::EC2::SecurityGroup").items()
        (found,) = (
            (key, group) for key, group in groups if group["GroupDescription"] == description
        )
        return found

    def subnets(self, group: str) -> dict[str, dict[str, Any]]:
        """The subnets of a group (`Private` or `Public`), in the order of their zones."""
        return {
            key: subnet
            for key, subnet in self.resources("AWS::EC2::Subnet").items()
            if {"Key": "aws-cdk:subnet-name", "Value": group} in subnet["Tags"]
        }

    def route_tables(self, group: str) -> list[str]:
        """The route tables of a group of subnets, in the order of their zones."""
        tables = {
            link["SubnetId"]["Ref"]: link["RouteTableId"]["Ref"]
            for link in self.resources("AWS::EC2::SubnetRouteTableAssociation").values()
        }
        return [tables[key] for key in self.subnets(group)]

    def resources(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type, by logical id."""
        return {
            logical_id: resource.get("Properties", {})
            for logical_id, resource in self.template["Resources"].items()
            if resource["Type"] == resource_type
        }


Synthesise = Callable[..., SynthesisedNetwork]


@pytest.fixture(scope="session")
def every_variant() -> tuple[str, ...]:
    """The names that `variant` knows."""
    return tuple(VARIANTS)


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    """A function that synthesises a network in a Stage of its own and fails on open findings.

    `with_network(stack, network)` adds what a test attaches to it; `rules=False` then leaves the
    security rules out.
    """
    # Here, so that collecting the pure tests does not import the CDK.
    import aws_cdk as cdk

    from mlops_commons.cdk.nag import check_with_nag
    from mlops_commons.cdk.template_context import FEATURE_FLAGS
    from mlops_commons.egress.statements import Neighbours
    from mlops_infra.networking.network import network
    from mlops_infra.networking.parameters import NetworkParameters
    from mlops_infra.networking.zones import ZonesByPosition

    def run(
        props: Network,
        *,
        studio: bool = True,
        removal_policy: str = "RETAIN",
        namespace: str = "",
        with_network: Callable[[Any, Any], object] = lambda stack, network: None,
        rules: bool = True,
        neighbours: Any = None,
        flow_logs: FlowLogArchive | None = None,
    ) -> SynthesisedNetwork:
        app = cdk.App(
            analytics_reporting=False,
            context=FEATURE_FLAGS,
            outdir=str(tmp_path_factory.mktemp("cdk.out")),
        )
        if rules:
            check_with_nag(app)
        stage = cdk.Stage(
            app, "dev", env=cdk.Environment(account="111111111111", region="eu-west-1")
        )
        stack = ZonesByPosition(stage, "infra")
        created = network(
            stack,
            "Network",
            props,
            studio=studio,
            neighbours=neighbours or Neighbours(),
            flow_logs=flow_logs,
            removal_policy=cdk.RemovalPolicy[removal_policy],
        )
        NetworkParameters(stack, "NetworkParameters", network=created, namespace=namespace)
        with_network(stack, created)
        assembly = app.synth().get_nested_assembly("assembly-dev")
        artifact = assembly.stacks[0]
        manifest = Path(assembly.directory) / "manifest.json"
        return SynthesisedNetwork(
            template=artifact.template,
            file=Path(artifact.template_full_path),
            missing_context=json.loads(manifest.read_text()).get("missing", []),
        )

    return run


@pytest.fixture(scope="session")
def variant(synthesise: Synthesise) -> Callable[[str], SynthesisedNetwork]:
    """A function from the name of a variant to its synthesised network, made once."""
    return cache(lambda name: synthesise(VARIANTS[name]))
