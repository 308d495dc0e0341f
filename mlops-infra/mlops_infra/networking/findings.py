"""The security findings of a created network that stand, each with the reason why."""

from typing import Final

from mlops_commons.cdk.included_resources import IncludedResources
from mlops_commons.cdk.nag import acknowledge_each
from mlops_infra.networking.security_groups import WORKLOAD_SECURITY_GROUP
from mlops_infra.networking.vpc import PUBLIC_ROUTE, VPC

_ONE_CALL: Final = (
    "CloudFormation calls the function once when the VPC is created and waits for its answer"
)
ALWAYS: Final = {
    f"{WORKLOAD_SECURITY_GROUP}Ingress": {
        "NIST.800.53.R5-EC2RestrictedCommonPorts": "the source is the group itself, not an "
        "address: the nodes of a distributed training job talk to each other on ports that they "
        "choose",
    },
    VPC: {
        "NIST.800.53.R5-VPCDefaultSecurityGroupClosed": "the group is closed by the custom "
        "resource ClosedDefaultSecurityGroup of this stack; the rule knows only the one that "
        "comes with the CDK's L2 VPC",
    },
}
"""Reasons by logical id and rule."""
ONLY_FUNCTION: Final = {
    "NIST.800.53.R5-LambdaConcurrency": f"{_ONE_CALL}; reserving concurrency would take it "
    "from the account's workloads, and fails in a new account, whose quota leaves nothing "
    "to reserve",
    "NIST.800.53.R5-LambdaDLQ": f"{_ONE_CALL}; a failure fails the deployment, where it is "
    "seen, and nothing is lost",
    "NIST.800.53.R5-LambdaInsideVPC": f"{_ONE_CALL}; it calls Amazon EC2's API and reaches "
    "nothing inside the VPC, which may have no way to that API",
}
"""Reasons by rule, for the one function of a network."""
WITH_INTERNET_GATEWAY: Final = {
    PUBLIC_ROUTE: {
        "NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW": "the route of the public subnets, which "
        "hold only NAT gateways and assign no public addresses; egress 'endpoints-only' removes "
        "route and gateway",
    },
}


def acknowledge_created_network(resources: IncludedResources, *, internet_gateway: bool) -> None:
    """Acknowledge the findings, resource by resource.

    Those of the function are acknowledged for all resources of the network, which have no other
    function: asking for its construct would import the bindings of AWS Lambda, a third of a second.
    """
    findings = {**ALWAYS, **(WITH_INTERNET_GATEWAY if internet_gateway else {})}
    for logical_id, reasons in findings.items():
        acknowledge_each(resources.get_resource(logical_id), reasons)
    acknowledge_each(resources, ONLY_FUNCTION)
