"""The stack with a set's delivery pipeline, in the governance account."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_codecommit as codecommit
from constructs import Construct

from mlops_commons.cdk.delivery_pipeline import DeliveryPipeline
from mlops_infra.core_stage import APP_DIRECTORY

SYNTH_COMMANDS = (
    "bash mlops-multi-account.sh test --fast",
    "bash mlops-multi-account.sh infra synth --force --quiet",
)


@dataclass(frozen=True, kw_only=True)
class DeliveredStage:
    """A stage of the pipeline: how to make it, and whether a person approves first."""

    create: Callable[[Construct], cdk.Stage]
    manual_approval: bool


class PipelineStack(cdk.Stack):
    """Repository to accounts: one self-mutating pipeline; exposes `delivery`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        env: cdk.Environment,
        set_name: str,
        pipeline_name: str,
        artifact_bucket_name: str,
        repository_name: str,
        branch_name: str,
        cdk_version: str,
        cdk_assets_version: str,
        stages: Sequence[DeliveredStage],
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description=f"MLOps infra: the delivery pipeline of account set '{set_name}'",
        )
        self.delivery = DeliveryPipeline(
            self,
            "Delivery",
            pipeline_name=pipeline_name,
            artifact_bucket_name=artifact_bucket_name,
            repository=codecommit.Repository.from_repository_name(
                self, "Repository", repository_name
            ),
            branch_name=branch_name,
            synth_commands=SYNTH_COMMANDS,
            assembly_directory=f"{APP_DIRECTORY}/cdk.out",
            cdk_version=cdk_version,
            cdk_assets_version=cdk_assets_version,
        )
        for stage in stages:
            self.delivery.add_stage(stage.create(self), manual_approval=stage.manual_approval)
        self.delivery.build()
