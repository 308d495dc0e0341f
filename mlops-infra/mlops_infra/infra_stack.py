"""Everything that a stage's account gets, composed."""

import aws_cdk as cdk
from constructs import Construct

from mlops_infra.access.deployment_boundary import DeploymentBoundary
from mlops_infra.access.roles import PersonaRoles
from mlops_infra.networking.network import network
from mlops_infra.networking.parameters import NetworkParameters
from mlops_infra.networking.props import NetworkProps
from mlops_infra.studio.props import StudioProps
from mlops_infra.studio.studio import Studio


class InfraStack(cdk.Stack):
    """Network, SSM contract, deployment boundary; personas and Studio where there is Studio."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stack_name: str,
        description: str,
        app_prefix: str,
        boundary_name: str,
        network_props: NetworkProps,
        studio_props: StudioProps | None,
        parameter_namespace: str,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id, stack_name=stack_name, description=description)
        self.network = network(
            self,
            "Network",
            network_props,
            studio=studio_props is not None,
            removal_policy=removal_policy,
        )
        NetworkParameters(
            self, "NetworkParameters", network=self.network, namespace=parameter_namespace
        )
        DeploymentBoundary(
            self,
            "DeploymentBoundary",
            policy_name=boundary_name,
            app_prefix=app_prefix,
            namespace=parameter_namespace,
        )
        if studio_props:
            roles = PersonaRoles(
                self,
                "Personas",
                app_prefix=app_prefix,
                namespace=parameter_namespace,
                private_subnet_ids=self.network.private_subnet_ids,
            )
            Studio(
                self,
                "Studio",
                props=studio_props,
                vpc_id=self.network.vpc_id,
                private_subnet_ids=self.network.private_subnet_ids,
                roles=roles,
                removal_policy=removal_policy,
            )
