"""What the endpoint of a stage looks like, from config/*.yml."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from deploy_app.instances import takes_volume_key
from deploy_app.stage_files import load

InstanceType = Annotated[str, Field(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")]


class Part(BaseModel):
    """A part of the configuration; a key that is not known is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Variant(Part):
    """The machines behind the endpoint."""

    instance_type: InstanceType
    initial_instance_count: Annotated[int, Field(ge=1)]
    volume_gigabytes: Annotated[int, Field(ge=1, le=512)] | None = Field(
        default=None, description="for a model that the default volume does not hold"
    )
    model_download_seconds: Annotated[int, Field(ge=60, le=3600)] | None = Field(
        default=None, description="to fetch and unpack the model"
    )
    startup_seconds: Annotated[int, Field(ge=60, le=3600)] | None = Field(
        default=None, description="until the container answers"
    )
    inference_ami: Annotated[str, Field(pattern=r"^al[0-9]+-ami-sagemaker-inference-")] | None = (
        Field(default=None, description="the machine's image, which has the driver of its GPU")
    )

    @model_validator(mode="after")
    def _volume_can_be_chosen(self) -> "Variant":
        """Machines with local NVMe storage have a fixed size and refuse another.

        Source: SageMaker Developer Guide, "Host instance storage volumes".
        """
        if self.volume_gigabytes and not takes_volume_key(self.instance_type):
            raise ValueError(
                f"variant.volume_gigabytes cannot be chosen for {self.instance_type}, which has "
                "local storage of a fixed size: leave it out"
            )
        return self


class AutoScaling(Part):
    """How the number of machines follows the load; minimum and maximum alike: it does not."""

    minimum_instances: Annotated[int, Field(ge=1)]
    maximum_instances: Annotated[int, Field(ge=1)]
    invocations_per_instance: Annotated[float, Field(gt=0)] = Field(description="each minute")


class DataCapture(Part):
    """The share of requests and answers that is kept."""

    sampling_percentage: Annotated[int, Field(ge=0, le=100)]


class Rollout(Part):
    """Blue and green machines: a share of the traffic first, everything after the wait."""

    canary: bool
    canary_percent: Annotated[int, Field(ge=1, le=50)]
    wait_minutes: Annotated[int, Field(ge=1, le=60)]


class Alarms(Part):
    """When a version is bad; during a rollout these alarms bring the old one back."""

    server_errors: Annotated[int, Field(ge=1)] = Field(description="answers with 5xx in a minute")
    latency_milliseconds: Annotated[int, Field(gt=0)] = Field(description="the 95th percentile")
    notification_topic_arn: str = ""


class Monitoring(Part):
    """Schedules of SageMaker Model Monitor; both need what a baseline job has left in S3."""

    data_quality: bool
    model_quality: bool
    schedule: Annotated[str, Field(pattern=r"^cron\(.+\)$")]
    instance_type: InstanceType
    statistics_uri: str = ""
    constraints_uri: str = ""
    ground_truth_uri: str = ""
    problem_type: Annotated[
        str, Field(pattern="^(Regression|BinaryClassification|MulticlassClassification)$")
    ]


class IntegrationTest(Part):
    """What the test after a deployment asks of the endpoint."""

    invocations: Annotated[int, Field(ge=1, le=500)]
    latency_milliseconds: Annotated[int, Field(gt=0)] = Field(description="95th percentile")


class StageConfig(Part):
    """Everything about one stage's endpoint."""

    variant: Variant
    auto_scaling: AutoScaling
    data_capture: DataCapture
    rollout: Rollout
    alarms: Alarms
    monitoring: Monitoring
    integration_test: IntegrationTest
    ai_controls: dict[str, Annotated[str, Field(min_length=1)]] = Field(
        default={},
        description="ids of AWS's AI controls that the endpoint breaks, with the reasons",
    )

    @model_validator(mode="after")
    def _machines_fit(self) -> "StageConfig":
        """The smallest canary is one machine, and it may be half of them at most.

        Source: SageMaker API Reference, TrafficRoutingConfig, CanarySize.
        """
        machines, scaling = self.variant.initial_instance_count, self.auto_scaling
        if self.rollout.canary and min(machines, scaling.minimum_instances) < 2:
            raise ValueError(
                "rollout.canary needs two machines at least: variant.initial_instance_count is "
                f"{machines}, auto_scaling.minimum_instances {scaling.minimum_instances}"
            )
        if not scaling.minimum_instances <= machines <= scaling.maximum_instances:
            raise ValueError(
                f"variant.initial_instance_count is {machines}, not between "
                f"auto_scaling.minimum_instances ({scaling.minimum_instances}) and "
                f"maximum_instances ({scaling.maximum_instances})"
            )
        return self


def load_stage_config(stage: str) -> StageConfig:
    """The configuration of a stage."""
    return load(StageConfig, stage)
