"""The one door to a stage's network, whether it is created or imported."""

from collections.abc import Sequence
from typing import Protocol

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from mlops_commons import stage
from mlops_commons.egress.statements import Neighbours
from mlops_commons.organization import FlowLogArchive
from mlops_infra.networking.created import CreatedNetwork
from mlops_infra.networking.imported import ImportedNetwork


class Network(Protocol):
    """What the rest of a stage, and constructs of your own, need to know of its network."""

    @property
    def vpc(self) -> ec2.IVpc:
        """The VPC, to which functions, databases and other constructs can be attached."""

    @property
    def workload_security_group(self) -> ec2.ISecurityGroup:
        """The group of jobs, model endpoints and builds."""

    @property
    def private_subnets(self) -> ec2.SubnetSelection:
        """Where workloads run, for the argument `vpc_subnets` of constructs."""

    @property
    def private_subnet_ids(self) -> list[str]:
        """The same subnets by their ids."""


def network(
    scope: Construct,
    construct_id: str,
    props: stage.Network,
    *,
    studio: bool,
    neighbours: Neighbours,
    ports_of_builds: Sequence[int] = (),
    flow_logs: FlowLogArchive | None = None,
    log_key: kms.IKey | None = None,
    removal_policy: cdk.RemovalPolicy,
) -> Network:
    """Create or import the network that `props` describes.

    Args:
        studio: whether the stage has Studio, which widens a created network's endpoints.
        neighbours: accounts of the set that endpoint policies let pass.
        ports_of_builds: besides 443, out of a created network, to proxy and package mirrors.
        flow_logs: the organization's bucket for those of a created network; none for a log group.
        log_key: an existing one for the log groups of a created network.
        removal_policy: of what a created network stores.

    Raises:
        ValueError: if the subnets do not fit, or an endpoint lacks what it needs.
    """
    if isinstance(props, stage.CreateNetwork):
        return CreatedNetwork(
            scope,
            construct_id,
            props=props,
            studio=studio,
            neighbours=neighbours,
            ports_of_builds=ports_of_builds,
            flow_logs=flow_logs,
            log_key=log_key,
            removal_policy=removal_policy,
        )
    return ImportedNetwork(scope, construct_id, props=props, neighbours=neighbours)
