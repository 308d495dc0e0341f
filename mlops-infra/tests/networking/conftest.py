"""Networks synthesised once, inside a Stage with the security rules on, and read as data."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mlops_commons.vpc_endpoints import VPC_ENDPOINT_KEYS
from mlops_infra.networking.props import (
    CreateNetworkProps,
    Egress,
    ImportNetworkProps,
    NetworkProps,
)

EVERY_ENDPOINT = dict.fromkeys(VPC_ENDPOINT_KEYS, True)
IMPORTED = ImportNetworkProps(
    vpc_id="vpc-0123456789abcdef0",
    subnets=("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
    base_security_group="sg-0123456789abcdef0",
    vpc_cidr="10.1.0.0/16",
    route_table_ids=("rtb-0123456789abcdef0",),
)
VARIANTS: Mapping[str, NetworkProps] = {
    "nat": CreateNetworkProps(),
    "three NAT gateways": CreateNetworkProps(nat_gateways=3),
    "no NAT gateway": CreateNetworkProps(nat_gateways=0),
    "endpoints only": CreateNetworkProps(egress=Egress.ENDPOINTS_ONLY),
    "every endpoint": CreateNetworkProps(endpoints=EVERY_ENDPOINT),
    "import": IMPORTED,
    "import with endpoints": ImportNetworkProps(
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

    def resources(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type, by logical id."""
        return {
            logical_id: resource.get("Properties", {})
            for logical_id, resource in self.template["Resources"].items()
            if resource["Type"] == resource_type
        }


Synthesise = Callable[..., SynthesisedNetwork]


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    """A function that synthesises a network in a Stage of its own and fails on open findings."""
    # Here, so that collecting the pure tests does not import the CDK.
    import aws_cdk as cdk

    from mlops_commons.cdk.nag import check_with_nag
    from mlops_infra.networking.network import network
    from mlops_infra.networking.parameters import NetworkParameters

    def run(
        props: NetworkProps,
        *,
        studio: bool = True,
        removal_policy: str = "RETAIN",
        namespace: str = "",
    ) -> SynthesisedNetwork:
        app = cdk.App(analytics_reporting=False, outdir=str(tmp_path_factory.mktemp("cdk.out")))
        check_with_nag(app)
        stage = cdk.Stage(
            app, "dev", env=cdk.Environment(account="111111111111", region="eu-west-1")
        )
        stack = cdk.Stack(stage, "infra")
        created = network(
            stack,
            "Network",
            props,
            studio=studio,
            removal_policy=cdk.RemovalPolicy[removal_policy],
        )
        NetworkParameters(stack, "NetworkParameters", network=created, namespace=namespace)
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
