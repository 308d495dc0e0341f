"""The SSM parameters through which a stage offers its network."""

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from mlops_commons.contract import ParameterName
from mlops_infra.networking.network import Network


class NetworkParameters(Construct):
    """The ids of VPC, private subnets (a StringList) and workloads' security group."""

    def __init__(
        self, scope: Construct, construct_id: str, *, network: Network, namespace: str = ""
    ) -> None:
        """Create the parameters.

        Args:
            namespace: goes in front of the contract's names.
        """
        super().__init__(scope, construct_id)
        for name, kind, value in (
            (ParameterName.VPC_ID, "String", network.vpc.vpc_id),
            (ParameterName.PRIVATE_SUBNET_IDS, "StringList", ",".join(network.private_subnet_ids)),
            (
                ParameterName.SECURITY_GROUP_ID,
                "String",
                network.workload_security_group.security_group_id,
            ),
        ):
            ssm.CfnParameter(
                self,
                "".join(word.capitalize() for word in name.name.split("_")),
                name=name.within(namespace),
                type=kind,
                value=value,
            )
