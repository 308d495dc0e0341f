"""The model of a version in a stage's account, wherever it is served or scores."""

from typing import Any

from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from deploy_app.execution_role import ExecutionRole
from deploy_app.network import Network

ACKNOWLEDGED = "AIControls"
"""Key of metadata: AWS Security Hub's AI controls that a resource breaks, with the reasons."""
FROM_ECR = {
    "SageMaker.19": "the image is in ECR, which the VPC reaches through endpoints of its own; the "
    "control asks for a Docker registry outside of ECR, which a model package cannot name"
}


def version_model(
    scope: Construct,
    model_package_arn: str,
    role: ExecutionRole,
    *,
    network: Network | None,
    name: str | None = None,
) -> sagemaker.CfnModel:
    """The chosen version, which runs as a role.

    Args:
        network: whose private subnets it is in, without a network of its own.
        name: else it is CloudFormation's; a new version replaces the model, so it needs another.
    """
    model = sagemaker.CfnModel(
        scope,
        "Model",
        model_name=name,
        execution_role_arn=role.role.role_arn,
        containers=[{"modelPackageName": model_package_arn}],
        **(inside(network) if network else {}),
    )
    model.add_metadata(ACKNOWLEDGED, FROM_ECR)
    # The role must be able to read the model when CreateModel checks it.
    model.node.add_dependency(role.policy)
    return model


def inside(network: Network) -> dict[str, Any]:
    """In the private subnets, without a network of its own."""
    return {
        "enable_network_isolation": True,
        "vpc_config": {
            "subnets": network.subnet_ids,
            "securityGroupIds": [network.security_group_id],
        },
    }
