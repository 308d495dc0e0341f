"""When and how a stage scores its data, from config/*.yml."""

from typing import Annotated

from pydantic import Field

from deploy_app.schedules import Expression, TimeZone
from deploy_app.stage_files import load
from deploy_app.values import Part, TopicArn


class Schedule(Part):
    """When the pipeline runs by itself (EventBridge Scheduler, schedule expressions)."""

    enabled: bool
    expression: Expression
    timezone: TimeZone = "UTC"


class IntegrationTest(Part):
    """Whether a deployment is tested with a run on sample data, and how long that may take."""

    enabled: bool = True
    timeout_minutes: Annotated[int, Field(ge=1, le=55)]


class StageConfig(Part):
    """Everything about one stage's inference pipeline."""

    schedule: Schedule
    notification_topic_arn: TopicArn = Field(
        "", description="told when a run has failed; nothing: the topic of the project, in dev"
    )
    model_number: Annotated[int, Field(ge=1)] = Field(
        1, description="another one names the model of the version otherwise"
    )
    integration_test: IntegrationTest


def load_parked(_stage: str, _role: str = "") -> None:
    """What a stage has while no version is approved: the pipeline stays, and scores nothing new."""


def load_stage_config(stage: str, role: str = "") -> StageConfig:
    """The configuration of a stage, which is that of its role and what it has for itself."""
    return load(StageConfig, stage, role=role)
