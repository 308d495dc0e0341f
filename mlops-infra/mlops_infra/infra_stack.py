"""Everything that a stage's account gets, composed."""

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.stage import Network, Studio
from mlops_infra.access.deployment_boundary import DeploymentBoundary
from mlops_infra.access.roles import PersonaRoles
from mlops_infra.networking.network import network as network_of
from mlops_infra.networking.parameters import NetworkParameters
from mlops_infra.networking.zones import ZonesByPosition
from mlops_infra.studio.studio import SageMakerStudio


class InfraStack(ZonesByPosition):
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
        network: Network,
        studio: Studio | None,
        parameter_namespace: str,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id, stack_name=stack_name, description=description)
        self.network = network_of(
            self,
            "Network",
            network,
            studio=studio is not None,
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
        if studio:
            roles = PersonaRoles(
                self,
                "Personas",
                app_prefix=app_prefix,
                namespace=parameter_namespace,
                private_subnet_ids=self.network.private_subnet_ids,
            )
            SageMakerStudio(
                self,
                "Studio",
                studio=studio,
                network=self.network,
                roles=roles,
                removal_policy=removal_policy,
            )
