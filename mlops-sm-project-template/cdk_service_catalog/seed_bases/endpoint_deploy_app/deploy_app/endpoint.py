"""An endpoint: model, configuration, rollout with alarms, scaling."""

from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from deploy_app.alarms import add_alarms
from deploy_app.kinds import Kind
from deploy_app.scaling import add_scaling
from deploy_app.stage_config import StageConfig
from deploy_app.variants import (
    MAXIMUM_ROLLOUT,
    Surroundings,
    make_component,
    make_configuration,
    make_model,
)

BY_NUMBER = (Kind.REALTIME, Kind.ASYNCHRONOUS)
"""Kinds of which scaling has chosen a number of machines. Those of components follow their copies."""


class Endpoint(Construct):
    """Exposes `name`, and the ARNs `arn`, `configuration_ref`, `model_ref`, and `component_arn`,
    which is empty where there is no component."""

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
        has_components = config.kind is Kind.COMPONENTS
        by_machines = config.kind in BY_NUMBER
        endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=name,
            endpoint_config_name=configuration.attr_endpoint_config_name,
            deployment_config=None if has_components else _deployment(config, alarms),
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
        served = (
            make_component(self, config, name, endpoint, model, alarms)
            if has_components
            else endpoint
        )
        add_scaling(self, config, name, served)
        self.name = name
        self.arn = endpoint.ref
        self.component_arn = served.ref if has_components else ""
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
