"""The one door to a stage's network, whether it is created or imported."""

from typing import Protocol

import aws_cdk as cdk
from constructs import Construct

from mlops_infra.networking.created import CreatedNetwork
from mlops_infra.networking.imported import ImportedNetwork
from mlops_infra.networking.props import CreateNetworkProps, NetworkProps


class Network(Protocol):
    """What the rest of a stage needs to know of its network.

    Attributes:
        vpc_cidr: such as `10.0.0.0/16`; empty for an imported network without it.
        security_group_id: the group of workloads.
    """

    vpc_id: str
    vpc_cidr: str
    private_subnet_ids: list[str]
    security_group_id: str


def network(
    scope: Construct,
    construct_id: str,
    props: NetworkProps,
    *,
    studio: bool,
    removal_policy: cdk.RemovalPolicy,
) -> Network:
    """Create or import the network that `props` describes.

    Args:
        studio: whether the stage has Studio, which widens a created network's endpoints.
        removal_policy: of what a created network stores.

    Raises:
        ValueError: if the subnets do not fit, or an endpoint lacks what it needs.
    """
    if isinstance(props, CreateNetworkProps):
        return CreatedNetwork(
            scope, construct_id, props=props, studio=studio, removal_policy=removal_policy
        )
    return ImportedNetwork(scope, construct_id, props=props)
