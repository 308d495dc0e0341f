"""An endpoint: model, configuration, rollout with alarms, scaling."""

from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from deploy_app.alarms import add_alarms
from deploy_app.kinds import Kind
from deploy_app.scaling import add_scaling
from deploy_app.stage_config import StageConfig
from deploy_app.variants import Surroundings, make_configuration, make_model

MAXIMUM_ROLLOUT = 28800
"""Seconds (SageMaker API Reference, BlueGreenUpdatePolicy)."""


class Endpoint(Construct):
    """Exposes `arn`, `name`, `configuration_ref` and `model_ref` (ARNs)."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        config: StageConfig,
        model_package_arn: str,
        stage: Surroundings,
        topic_arn: str,
    ) -> None:
        """Create the endpoint.

        Args:
            topic_arn: of the topic that hears of alarms.
        """
        super().__init__(scope, construct_id)
        model = make_model(self, config, model_package_arn, stage)
        configuration = make_configuration(self, config, model, stage)
        alarms = add_alarms(self, config, name, topic_arn)
        by_machines = config.kind is not Kind.SERVERLESS
        endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=name,
            endpoint_config_name=configuration.attr_endpoint_config_name,
            deployment_config=_deployment(config, alarms),
            # A scaled endpoint keeps its machines when a new version comes: to retain is true
            # (SageMaker API Reference, UpdateEndpoint). The rest is what the stage's file says.
            retain_all_variant_properties=True if by_machines else None,
            exclude_retained_variant_properties=(
                [{"variantPropertyType": kind} for kind in ("DesiredWeight", "DataCaptureConfig")]
                if by_machines
                else None
            ),
        )
        # SageMaker reads model, key and topics when the endpoint is made.
        endpoint.node.add_dependency(stage.role.policy)
        add_scaling(self, config, name, endpoint)
        self.name = name
        self.arn = endpoint.ref
        self.configuration_ref = configuration.ref
        self.model_ref = model.ref


def _deployment(config: StageConfig, alarms: list[cloudwatch.CfnAlarm]) -> Any:
    """A canary, while the alarms watch; without one the new version gets everything at once."""
    if not config.has_canary:
        return None
    rollout = config.rollout
    wait = rollout.wait_minutes * 60
    return {
        "blueGreenUpdatePolicy": {
            "trafficRoutingConfiguration": {
                "type": "CANARY",
                "canarySize": {"type": "CAPACITY_PERCENT", "value": rollout.canary_percent},
                "waitIntervalInSeconds": wait,
            },
            "terminationWaitInSeconds": 300,
            "maximumExecutionTimeoutInSeconds": min(MAXIMUM_ROLLOUT, 3600 + 2 * wait),
        },
        "autoRollbackConfiguration": {
            "alarms": [{"alarmName": alarm.ref} for alarm in alarms],
        },
    }
