"""What the endpoint of a stage looks like, from config/*.yml."""

import math
from typing import Annotated

from pydantic import Field, model_validator

from deploy_app.instances import gpus, is_accelerated, memory_megabytes, takes_volume_key
from deploy_app.kinds import Kind, misplaced
from deploy_app.known_instances import EndpointInstance, MachineImage, ProcessingInstance
from deploy_app.schedules import Expression
from deploy_app.stage_files import load
from deploy_app.values import Part, TopicArn

Percent = Annotated[int, Field(ge=1, le=100)]
FEWEST_PERCENT = 5
"""Of the copies in a batch (API Reference, InferenceComponentRollingUpdatePolicy)."""


class Variant(Part):
    """The machines behind the endpoint."""

    instance_type: EndpointInstance
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
    inference_ami: MachineImage | None = Field(
        default=None, description="the machine's image, which has the driver of its GPU"
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


class Shadow(Part):
    """The same version on other machines, which get copies of requests and answer nobody."""

    percent: Percent = Field(description="of the requests that are copied")
    instance_type: EndpointInstance
    instance_count: Annotated[int, Field(ge=1)] = 1


class Serverless(Part):
    """The size of an endpoint without machines (API Reference, ProductionVariantServerlessConfig)."""

    memory_megabytes: Annotated[int, Field(ge=1024, le=6144, multiple_of=1024)]
    maximum_concurrency: Annotated[int, Field(ge=1, le=200)] = Field(
        description="requests at a time; more are refused"
    )


class Asynchronous(Part):
    """How an endpoint works off what waits (API Reference, AsyncInferenceConfig)."""

    invocations_at_a_time: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="of each machine; nothing: SageMaker chooses"
    )
    backlog_per_instance: Annotated[float, Field(gt=0)] = Field(
        default=5, description="requests that wait for each machine, before another one starts"
    )
    notify: bool = Field(default=True, description="a topic for what is done and one for failures")


class Component(Part):
    """What each copy of the model takes of its machine (API Reference,
    InferenceComponentComputeResourceRequirements), and when there is another one."""

    memory_megabytes: Annotated[int, Field(ge=128)]
    accelerators: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="GPUs; on machines that have some"
    )
    concurrent_requests: Annotated[float, Field(gt=0)] = Field(
        default=4, description="of each copy, before another one starts"
    )


class AutoScaling(Part):
    """How the number of machines follows the load; minimum and maximum alike: it does not."""

    minimum_instances: Annotated[int, Field(ge=0)]
    maximum_instances: Annotated[int, Field(ge=1)]
    invocations_per_instance: Annotated[float, Field(gt=0)] = Field(description="each minute")


class DataCapture(Part):
    """The share of requests and answers that is kept, and how long."""

    sampling_percentage: Annotated[int, Field(ge=0, le=100)]
    days: Annotated[int, Field(ge=1, le=3650)] = Field(description="then S3 deletes them")


class Rollout(Part):
    """Blue and green machines: a share of the traffic first, everything after the wait."""

    canary: bool
    canary_percent: Annotated[int, Field(ge=1, le=50)]
    wait_minutes: Annotated[int, Field(ge=1, le=60)]


class Alarms(Part):
    """When a version is bad; during a rollout these alarms bring the old one back."""

    error_percent: Percent = Field(description="of the requests fail with 5xx")
    minimum_requests: Annotated[int, Field(ge=1)] = Field(
        description="in a minute, for the share to say something; of fewer, all have to fail"
    )
    latency_milliseconds: Annotated[int, Field(gt=0)] = Field(
        description="of the model, the 95th percentile"
    )
    overhead_milliseconds: Annotated[int, Field(gt=0)] = Field(
        description="of SageMaker around the model, the 95th percentile"
    )
    minutes: Annotated[int, Field(ge=1, le=60)] = Field(description="that are looked at")
    bad_minutes: Annotated[int, Field(ge=1, le=60)] = Field(description="of these, until it rings")
    notification_topic_arn: TopicArn = Field(
        default="", description="nothing: the topic of the project, in dev"
    )

    @model_validator(mode="after")
    def _can_ring(self) -> "Alarms":
        if self.bad_minutes > self.minutes:
            raise ValueError(
                f"alarms.bad_minutes: {self.bad_minutes} of {self.minutes} minutes cannot be bad"
            )
        return self


class Monitoring(Part):
    """When the traffic is compared with what the version was trained on, and how much of it."""

    data_quality: bool
    schedule: Expression
    window_hours: Annotated[int, Field(ge=1, le=720)] = Field(description="before each comparison")
    minimum_rows: Annotated[int, Field(ge=30)] = Field(description="with fewer, nothing is said")
    label_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=30, description="labels of older requests are late"
    )
    minimum_labels: Annotated[int, Field(ge=30)] = Field(
        default=100, description="with fewer, nothing is measured"
    )
    instance_type: ProcessingInstance
    volume_gigabytes: Annotated[int, Field(ge=5, le=1000)] = Field(
        description="for all that is captured, and the model"
    )


class IntegrationTest(Part):
    """What the test after a deployment asks of the endpoint."""

    samples: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="of config/samples.json whose answers are judged; nothing: all"
    )
    invocations: Annotated[int, Field(ge=0, le=500)] = Field(
        description="that the latency is measured with; 0: it is not"
    )
    latency_milliseconds: Annotated[int, Field(gt=0)] = Field(description="95th percentile")
    answer_minutes: Annotated[int, Field(ge=1, le=45)] = Field(
        default=20, description="to wait for an asynchronous answer, or for a copy that sleeps"
    )
    mean_difference: Annotated[float, Field(ge=0)] | None = Field(
        default=None,
        description="of answers that are numbers, from those of the version before; nothing: any",
    )
    changed_share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="of answers that are texts or classes; nothing: any"
    )


class StageConfig(Part):
    """Everything about one stage's endpoint."""

    kind: Kind = Kind.REALTIME
    variant: Variant
    shadow: Shadow | None = None
    serverless: Serverless | None = None
    asynchronous: Asynchronous | None = None
    component: Component | None = None
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

    @property
    def is_captured(self) -> bool:
        """Whether requests and answers are kept: of real-time endpoints alone."""
        return self.kind is Kind.REALTIME and self.data_capture.sampling_percentage > 0

    @property
    def has_canary(self) -> bool:
        """Whether a new version gets a share of the traffic first: of machines alone."""
        return self.kind is not Kind.SERVERLESS and self.rollout.canary

    @model_validator(mode="after")
    def _kind_has_its_part(self) -> "StageConfig":
        if self.kind is Kind.SERVERLESS:
            if self.serverless is None:
                raise ValueError(
                    "kind: serverless needs its size: serverless.memory_megabytes and "
                    "serverless.maximum_concurrency"
                )
            if is_accelerated(self.variant.instance_type):
                raise ValueError(
                    "kind: serverless has no GPU, and this model runs on "
                    f"{self.variant.instance_type}; kind: asynchronous and components scale to zero"
                )
        return self

    @model_validator(mode="after")
    def _copies_fit_their_machines(self) -> "StageConfig":
        """A copy that asks for no GPU gets none: it would answer from the CPU of a GPU's machine."""
        if self.kind is not Kind.COMPONENTS:
            return self
        machine, copy = self.variant.instance_type, self.component
        if copy is None:
            raise ValueError(
                "kind: components needs what a copy takes: component.memory_megabytes, and "
                "component.accelerators on a machine with GPUs"
            )
        if is_accelerated(machine) and not copy.accelerators:
            raise ValueError(
                f"component.accelerators: a copy on {machine} gets no GPU unless it asks for one; "
                "set it to 1 or more"
            )
        if copy.accelerators and not is_accelerated(machine):
            raise ValueError(
                f"component.accelerators: {machine} has no GPU; leave it out, or choose other "
                "machines in variant.instance_type"
            )
        if self.has_canary and self.rollout.canary_percent < FEWEST_PERCENT:
            raise ValueError(
                f"rollout.canary_percent: {self.rollout.canary_percent} is too few; copies are "
                f"replaced in batches of {FEWEST_PERCENT} to 50 percent"
            )
        return self

    @model_validator(mode="after")
    def _a_copy_is_not_larger_than_its_machine(self) -> "StageConfig":
        """Of machines whose sizes are known; SageMaker would look for a place until it gives up."""
        machine, copy = self.variant.instance_type, self.component
        if self.kind is not Kind.COMPONENTS or copy is None:
            return self
        there, memory = gpus(machine), memory_megabytes(machine)
        if copy.accelerators and there is not None and copy.accelerators > there:
            raise ValueError(
                f"component.accelerators: {copy.accelerators} are more than {machine} has "
                f"(allowed: 1 to {there})"
            )
        if memory is not None and copy.memory_megabytes >= memory:
            raise ValueError(
                f"component.memory_megabytes: {copy.memory_megabytes} do not fit {machine}, which "
                f"has {memory} for copies, its system and SageMaker; take less"
            )
        return self

    @model_validator(mode="after")
    def _one_key_is_for_all_volumes(self) -> "StageConfig":
        """One key stands for both variants, and machines with local storage refuse it.

        Source: API Reference, CreateEndpointConfig, KmsKeyId: "If any of the models that you
        specify in the ProductionVariants parameter use nitro-based instances with local storage, do
        not specify a value for the KmsKeyId parameter".
        """
        if self.shadow is None:
            return self
        own, other = self.variant.instance_type, self.shadow.instance_type
        if takes_volume_key(own) != takes_volume_key(other):
            raise ValueError(
                f"shadow.instance_type: {own} and {other} are not both with local storage or both "
                "without, and one endpoint has one key for the volumes of all"
            )
        return self

    @model_validator(mode="after")
    def _what_is_compared_is_captured(self) -> "StageConfig":
        monitoring, capture = self.monitoring, self.data_capture
        if self.kind is not Kind.REALTIME or not monitoring.data_quality:
            return self
        if not self.is_captured:
            raise ValueError(
                "monitoring.data_quality: true needs what data_capture keeps; raise "
                "data_capture.sampling_percentage above 0, or set it to false"
            )
        if monitoring.window_hours > capture.days * 24:
            raise ValueError(
                f"monitoring.window_hours: {monitoring.window_hours} are longer than captures are "
                f"kept (data_capture.days: {capture.days})"
            )
        if monitoring.label_days > capture.days:
            raise ValueError(
                f"monitoring.label_days: {monitoring.label_days} are longer than captures are kept "
                f"(data_capture.days: {capture.days})"
            )
        return self

    @model_validator(mode="after")
    def _machines_fit(self) -> "StageConfig":
        machines, scaling = self.variant.initial_instance_count, self.auto_scaling
        if self.kind in (Kind.SERVERLESS, Kind.NONE):
            return self
        if self.kind is Kind.REALTIME and not scaling.minimum_instances:
            raise ValueError(
                "auto_scaling.minimum_instances: 0 is for kind: asynchronous and components; a "
                "real-time endpoint keeps one machine at least"
            )
        if not scaling.minimum_instances <= machines <= scaling.maximum_instances:
            raise ValueError(
                f"variant.initial_instance_count: {machines} is not between "
                f"auto_scaling.minimum_instances ({scaling.minimum_instances}) and "
                f"maximum_instances ({scaling.maximum_instances})"
            )
        return self

    @model_validator(mode="after")
    def _canary_fits(self) -> "StageConfig":
        """A canary is whole machines, half of them at most, whatever scaling has left there.

        Source: SageMaker API Reference, TrafficRoutingConfig, CanarySize: "Value must be less than
        or equal to 50% of the variant's total instance count".
        """
        if not self.has_canary or self.kind is Kind.NONE:
            return self
        scaling, percent = self.auto_scaling, self.rollout.canary_percent
        fewest = min(self.variant.initial_instance_count, scaling.minimum_instances)
        if fewest < 2:
            raise ValueError(
                "rollout.canary: a canary needs two machines at least; "
                f"variant.initial_instance_count is {self.variant.initial_instance_count}, "
                f"auto_scaling.minimum_instances {scaling.minimum_instances}"
            )
        counts = {count: "machines" for count in range(fewest, scaling.maximum_instances + 1)}
        if self.shadow:
            # SageMaker makes a canary of each variant.
            counts.setdefault(self.shadow.instance_count, "machines of the shadow")
        for count, of_what in counts.items():
            canary = math.ceil(count * percent / 100)
            if canary * 2 > count:
                raise ValueError(
                    f"rollout.canary_percent: {percent} percent of {count} {of_what} are {canary} "
                    "whole ones, and a canary may have half of them at most"
                )
        return self

    @model_validator(mode="after")
    def _alarms_see_a_canary(self) -> "StageConfig":
        """An alarm sees old and new machines together: a canary that always fails is its share."""
        if not self.has_canary or self.kind is Kind.NONE:
            return self
        if self.alarms.error_percent >= self.rollout.canary_percent:
            raise ValueError(
                f"alarms.error_percent: {self.alarms.error_percent} is never reached by a canary "
                f"with {self.rollout.canary_percent} percent of the traffic that always fails"
            )
        if self.alarms.bad_minutes >= self.rollout.wait_minutes:
            raise ValueError(
                f"alarms.bad_minutes: {self.alarms.bad_minutes} do not pass while a rollout waits "
                f"{self.rollout.wait_minutes} minutes"
            )
        return self


def load_stage_config(stage: str, role: str = "") -> StageConfig:
    """The configuration of a stage, which is that of its role and what it has for itself."""
    return load(StageConfig, stage, check=misplaced, role=role)


def load_parked(stage: str, role: str = "") -> StageConfig:
    """What a stage has while no version is approved: everything but what serves one."""
    return load_stage_config(stage, role).model_copy(update={"kind": Kind.NONE})
