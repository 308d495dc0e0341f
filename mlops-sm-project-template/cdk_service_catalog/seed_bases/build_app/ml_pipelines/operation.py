"""How steps bear what a cloud does: full zones, machines taken away, results that are there."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

# First: it keeps the SDK from calling AWS while it is imported.
from ml_pipelines import session  # noqa: F401  # isort: skip
from sagemaker.core.shapes import CheckpointConfig
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.mlops.workflow.retry import (
    RetryPolicy,
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.mlops.workflow.steps import CacheConfig

from ml_pipelines.settings import Settings

CHECKPOINTS = "/opt/ml/checkpoints"
"""Where SageMaker keeps this folder in S3, and puts it back when a machine was taken away
(API Reference, CheckpointConfig, LocalPath)."""
WAITS_FOR_SPOT = 2
"""So many times the longest training may pass, with the times in which no machine is to be had."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What `project.yml` says of the machines of a training.

    Attributes:
        spot: train on spare machines, which AWS may take away; what the script keeps in the folder
            of checkpoints is there again on the next one.
        maximum_hours: a training that takes longer is stopped.
        cache_days: results of the same inputs that are not older are used again; 0 for never.
    """

    spot: bool = False
    maximum_hours: int = 24
    cache_days: int = 0

    @classmethod
    def of(cls, machines: Any) -> "Operation":
        """Of the block `machines` of a declaration."""
        return cls(**{own.name: getattr(machines, own.name) for own in fields(cls)})

    @property
    def cache(self) -> CacheConfig | None:
        """Of a step; none where every execution computes everything."""
        if not self.cache_days:
            return None
        return CacheConfig(enable_caching=True, expire_after=f"P{self.cache_days}D")

    def times(self) -> Mapping[str, int]:
        """The limits of a training job, in seconds."""
        longest = self.maximum_hours * 3600
        waits = {"max_wait_time_in_seconds": WAITS_FOR_SPOT * longest} if self.spot else {}
        return {"max_runtime_in_seconds": longest, **waits}

    def checkpoints(self, settings: Settings, step: str) -> Mapping[str, Any]:
        """Where a training on spot machines keeps what it would lose with one."""
        if not self.spot:
            return {}
        place = Join(
            on="/",
            values=[
                settings.uri("executions"),
                *(ExecutionVariables.PIPELINE_EXECUTION_ID, step, "checkpoints"),
            ],
        )
        return {"checkpoint_config": CheckpointConfig(s3_uri=place, local_path=CHECKPOINTS)}


def retries() -> list[RetryPolicy]:
    """Try again when AWS has no machine or no time; never when the job's own code has failed.

    The limits are those of the SageMaker Developer Guide, "Retry Policy for Pipeline Steps".
    """
    kinds = SageMakerJobExceptionTypeEnum
    return [
        StepRetryPolicy(
            exception_types=[StepExceptionTypeEnum.SERVICE_FAULT, StepExceptionTypeEnum.THROTTLING],
            interval_seconds=10,
            max_attempts=10,
        ),
        SageMakerJobStepRetryPolicy(
            exception_types=[kinds.INTERNAL_ERROR, kinds.CAPACITY_ERROR, kinds.RESOURCE_LIMIT],
            interval_seconds=60,
            max_attempts=6,
        ),
    ]
