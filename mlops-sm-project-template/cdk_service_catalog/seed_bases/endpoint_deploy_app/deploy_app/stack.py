"""Everything that a stage's account gets for the model: endpoint, scaling, alarms, roles."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from deploy_app import names, pipelines
from deploy_app.acknowledge import acknowledge
from deploy_app.boundary import apply_boundary
from deploy_app.data_bucket import DataBucket
from deploy_app.endpoint import Endpoint
from deploy_app.execution_role import ExecutionRole, acknowledge_wildcards
from deploy_app.kinds import Kind, refuse_components, refuse_image_of_dev
from deploy_app.monitoring import JOBS, add_monitoring, is_monitored, permissions
from deploy_app.network import network
from deploy_app.role_names import name_roles
from deploy_app.settings import Settings
from deploy_app.stage_config import StageConfig
from deploy_app.test_role import TestRole
from deploy_app.topics import Topics, publish
from deploy_app.variants import Surroundings

OF_THE_TEST = (
    f"{names.REQUESTS}/integration-test-",
    f"{names.ASYNCHRONOUS}/answers/",
    f"{names.ASYNCHRONOUS}/failures/",
)
"""Where the test brings requests, and where it fetches what has come of them."""


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
        name_roles(self, settings)
        found = network(self, settings, stage)
        days = config.data_capture.days
        kept = dict.fromkeys((names.CAPTURED, names.ASYNCHRONOUS), days)
        data = DataBucket(self, "Data", settings=settings, stage=stage, expiring=kept)
        alarms = names.alarms(settings, stage)
        notifies = config.kind is Kind.ASYNCHRONOUS and (
            config.asynchronous is None or config.asynchronous.notify
        )
        monitored = is_monitored(config)
        execution = ExecutionRole(
            self,
            "Execution",
            settings=settings,
            stage=stage,
            bucket=data.bucket,
            key=data.key,
            network=found,
            statements=[
                _watch_rollouts(alarms),
                *([publish(settings, stage)] if notifies else []),
                *(permissions(settings, stage, found) if monitored else []),
            ],
        )
        acknowledge_wildcards(
            execution,
            f"arn:<AWS::Partition>:s3:::{settings.artifact_bucket}/registered/*",
            f"<{self.get_logical_id(data.bucket.node.default_child)}.Arn>/*",
            *(pipelines.wildcards(*JOBS) if monitored else ()),
        )
        acknowledge(
            execution.policy,
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudwatch:<AWS::Region>:"
            f"<AWS::AccountId>:alarm:{alarms}]",
            reason="the alarms of this one endpoint, by the beginning of their names",
        )
        if config.kind is Kind.NONE:
            return
        refuse_image_of_dev(config.kind, settings, stage)
        refuse_components(config.kind, settings, stage)
        topics = (
            Topics(self, "Topics", settings=settings, stage=stage, key=data.key)
            if notifies
            else None
        )
        surroundings = Surroundings(
            network=found,
            role=execution,
            bucket=data.bucket,
            key=data.key,
            topics=topics,
        )
        topic = config.alarms.notification_topic_arn or names.project_topic_arn(
            settings, region=cdk.Aws.REGION, partition=cdk.Aws.PARTITION
        )
        endpoint = Endpoint(
            self,
            "Endpoint",
            name=names.endpoint(settings, stage),
            config=config,
            model_package_arn=model_package_arn,
            stage=surroundings,
            topic_arn=topic,
        )
        if monitored:
            add_monitoring(
                self,
                settings,
                stage,
                config=config,
                endpoint=endpoint,
                surroundings=surroundings,
                topic_arn=topic,
            )
        TestRole(
            self,
            "Test",
            settings=settings,
            stage=stage,
            statements=_asking(config, endpoint, data),
        )
        if config.kind is Kind.ASYNCHRONOUS:
            bucket = self.get_logical_id(data.bucket.node.default_child)
            acknowledge(
                self.node.find_child("Test"),
                *(f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/{where}*]" for where in OF_THE_TEST),
                reason="requests and answers of the test, which get random names",
            )


def _asking(config: StageConfig, endpoint: Endpoint, data: DataBucket) -> list[dict[str, object]]:
    """What the integration test needs: to ask the endpoint, and to look at how it is made."""
    asks = "InvokeEndpointAsync" if config.kind is Kind.ASYNCHRONOUS else "InvokeEndpoint"
    rows: list[dict[str, object]] = [
        {
            "Sid": "AskTheEndpoint",
            "Effect": "Allow",
            "Action": ["sagemaker:DescribeEndpoint", f"sagemaker:{asks}"],
            "Resource": endpoint.arn,
        },
        {
            "Sid": "ReadItsConfiguration",
            "Effect": "Allow",
            "Action": ["sagemaker:DescribeEndpointConfig", "sagemaker:DescribeModel"],
            "Resource": [endpoint.configuration_ref, endpoint.model_ref],
        },
    ]
    if config.kind is Kind.COMPONENTS:
        # A request names both (Service Authorization Reference, InvokeEndpoint).
        actions = ["sagemaker:DescribeInferenceComponent", "sagemaker:InvokeEndpoint"]
        component = {"Effect": "Allow", "Action": actions, "Resource": endpoint.component_arn}
        return [*rows, {"Sid": "AskTheComponent", **component}]
    if config.kind is not Kind.ASYNCHRONOUS:
        return rows
    return [
        *rows,
        {
            "Sid": "BringRequests",
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": data.bucket.arn_for_objects(f"{OF_THE_TEST[0]}*"),
        },
        {
            # Answers have random names, and the test may not list them: it reads its own.
            "Sid": "FetchAnswers",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": [data.bucket.arn_for_objects(f"{place}*") for place in OF_THE_TEST[1:]],
        },
        {
            "Sid": "UseTheKey",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": data.key.key_arn,
        },
    ]


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
