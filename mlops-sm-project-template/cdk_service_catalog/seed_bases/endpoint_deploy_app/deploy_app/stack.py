"""Everything that a stage's account gets for the model: endpoint, scaling, alarms, roles."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from deploy_app import names
from deploy_app.boundary import apply_boundary
from deploy_app.data_bucket import DataBucket
from deploy_app.endpoint import Endpoint
from deploy_app.execution_role import ExecutionRole, acknowledge_wildcards
from deploy_app.monitoring import add_monitoring
from deploy_app.network import network
from deploy_app.settings import Settings
from deploy_app.stage_config import StageConfig
from deploy_app.test_role import TestRole


class DeploymentStack(cdk.Stack):
    """One stage: a version of the model behind a real-time endpoint."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        stage: str,
        config: StageConfig,
        model_package_arn: str,
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        apply_boundary(self, settings, stage)
        found = network(self, settings, stage)
        data = DataBucket(self, "Data", settings=settings, stage=stage)
        execution = ExecutionRole(
            self,
            "Execution",
            settings=settings,
            stage=stage,
            bucket=data.bucket,
            key=data.key,
            network=found,
        )
        acknowledge_wildcards(
            execution,
            f"arn:<AWS::Partition>:s3:::{settings.artifact_bucket}/*",
            f"<{self.get_logical_id(data.bucket.node.default_child)}.Arn>/*",
        )
        endpoint = Endpoint(
            self,
            "Endpoint",
            name=names.endpoint(settings, stage),
            config=config,
            model_package_arn=model_package_arn,
            network=found,
            role=execution,
            bucket=data.bucket,
            key=data.key,
        )
        add_monitoring(
            self,
            config=config.monitoring,
            endpoint=endpoint,
            role=execution,
            bucket=data.bucket,
            key=data.key,
            network=found,
        )
        TestRole(
            self,
            "Test",
            settings=settings,
            stage=stage,
            statements=[
                {
                    "Sid": "AskTheEndpoint",
                    "Effect": "Allow",
                    "Action": ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
                    "Resource": endpoint.arn,
                },
                {
                    "Sid": "ReadItsConfiguration",
                    "Effect": "Allow",
                    "Action": ["sagemaker:DescribeEndpointConfig", "sagemaker:DescribeModel"],
                    "Resource": [endpoint.configuration_ref, endpoint.model_ref],
                },
            ],
        )
