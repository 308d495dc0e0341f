"""Everything that a stage's account gets for the model: endpoint, scaling, alarms, roles."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from deploy_app import names
from deploy_app.acknowledge import acknowledge
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
        alarms = names.alarms(settings, stage)
        execution = ExecutionRole(
            self,
            "Execution",
            settings=settings,
            stage=stage,
            bucket=data.bucket,
            key=data.key,
            network=found,
            statements=[_watch_rollouts(alarms)],
        )
        acknowledge_wildcards(
            execution,
            f"arn:<AWS::Partition>:s3:::{settings.artifact_bucket}/*",
            f"<{self.get_logical_id(data.bucket.node.default_child)}.Arn>/*",
        )
        acknowledge(
            execution.policy,
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudwatch:<AWS::Region>:"
            f"<AWS::AccountId>:alarm:{alarms}]",
            reason="the alarms of this one endpoint, by the beginning of their names",
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


def _watch_rollouts(alarms: str) -> dict[str, object]:
    """SageMaker looks with this role at the alarms that end a rollout.

    Source: SageMaker Developer Guide, "Auto-Rollback Configuration and Monitoring": "Ensure that
    your IAM execution role has permission to perform the cloudwatch:DescribeAlarms action on the
    auto-rollback alarms you specify".
    """
    place = f"{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
    return {
        "Sid": "WatchRollouts",
        "Effect": "Allow",
        "Action": "cloudwatch:DescribeAlarms",
        "Resource": f"arn:{cdk.Aws.PARTITION}:cloudwatch:{place}:alarm:{alarms}",
    }
