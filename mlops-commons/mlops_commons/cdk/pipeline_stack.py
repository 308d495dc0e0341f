"""The stack with a set's delivery pipeline of one app, in the governance account."""

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.delivered_app import DeliveredApp, DeliveredStage
from mlops_commons.cdk.delivery_pipeline import DeliveryPipeline
from mlops_commons.cdk.existing_key import existing_key
from mlops_commons.cdk.pipeline_source import Begin
from mlops_commons.organization import NO_ORGANIZATION, KeyPurpose, Organization


class PipelineStack(cdk.Stack):
    """Source to accounts: one self-mutating pipeline; exposes `delivery`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        env: cdk.Environment,
        delivered_app: DeliveredApp,
        set_name: str,
        pipeline_name: str,
        artifact_bucket_name: str,
        begin: Begin,
        cdk_version: str,
        cdk_assets_version: str,
        stages: Sequence[DeliveredStage],
        notify: Sequence[str] = (),
        org: Organization = NO_ORGANIZATION,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description=f"{delivered_app.title}: the delivery pipeline of account set '{set_name}'",
        )
        self.delivery = DeliveryPipeline(
            self,
            "Delivery",
            pipeline_name=pipeline_name,
            artifact_bucket_name=artifact_bucket_name,
            source=begin(self),
            synth_commands=delivered_app.synth_commands,
            assembly_directory=f"{delivered_app.directory}/cdk.out",
            cdk_version=cdk_version,
            cdk_assets_version=cdk_assets_version,
            notify=notify,
            key=existing_key(self, "DeliveriesKey", org, KeyPurpose.DELIVERIES),
            builds=org.builds,
        )
        for stage in stages:
            self.delivery.add_stage(
                stage.create(self), manual_approval=stage.manual_approval, comment=stage.comment
            )
        self.delivery.build()
