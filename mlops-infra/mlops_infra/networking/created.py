"""A network that this stack creates."""

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.included_resources import IncludedResources
from mlops_commons.cdk.retention import retention
from mlops_commons.utilities.cloudformation import ref
from mlops_infra.networking.default_security_group import closed_default_security_group
from mlops_infra.networking.endpoints import (
    EndpointPlacement,
    endpoint_resources,
    selected_endpoints,
)
from mlops_infra.networking.findings import acknowledge_created_network
from mlops_infra.networking.flow_logs import flow_log_resources
from mlops_infra.networking.logs import log_key
from mlops_infra.networking.props import CreateNetworkProps, Egress
from mlops_infra.networking.security_groups import (
    WORKLOAD_SECURITY_GROUP,
    workload_security_group,
)
from mlops_infra.networking.subnets import SubnetKind, subnet_layout
from mlops_infra.networking.vpc import VPC, private_route_table, vpc_resources


class CreatedNetwork(Construct):
    """VPC, subnets, egress, endpoints, flow logs and the security group of workloads; one a stack.

    Exposes `vpc_id`, `vpc_cidr`, `private_subnet_ids` and `security_group_id`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        props: CreateNetworkProps,
        studio: bool,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        """Create the network.

        Args:
            studio: whether the stage has Studio, which widens the default set of endpoints.
            removal_policy: of the log groups and their key.

        Raises:
            ValueError: if the subnets do not fit into the VPC's range.
        """
        super().__init__(scope, construct_id)
        subnets = subnet_layout(props)
        private = [subnet for subnet in subnets if subnet.kind is SubnetKind.PRIVATE]
        kept = retention(removal_policy)
        placement = EndpointPlacement(
            vpc_id=ref(VPC),
            vpc_cidr=props.vpc_cidr,
            subnet_ids=[ref(subnet.logical_id) for subnet in private],
            route_table_ids=[ref(private_route_table(subnet)) for subnet in private],
            region=cdk.Stack.of(self).region,
        )
        resources = IncludedResources(
            self,
            "Resources",
            {
                **vpc_resources(props, subnets),
                **log_key(kept),
                **flow_log_resources(kept),
                **closed_default_security_group(kept),
                **workload_security_group(),
                **endpoint_resources(selected_endpoints(props.endpoints, studio=studio), placement),
            },
        )
        acknowledge_created_network(resources, internet_gateway=props.egress is Egress.NAT)
        self.vpc_id = cdk.Fn.ref(VPC)
        self.vpc_cidr = props.vpc_cidr
        self.private_subnet_ids = [cdk.Fn.ref(subnet.logical_id) for subnet in private]
        self.security_group_id = cdk.Fn.ref(WORKLOAD_SECURITY_GROUP)
