"""Steps of a pipeline, each in the private network, isolated and encrypted: one place says how."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

# First: it keeps the SDK from calling AWS while it is imported.
from ml_pipelines.session import pipeline_session  # isort: skip
from sagemaker.core.network import NetworkConfig
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import (
    ProcessingInput,
    ProcessingOutput,
    ProcessingS3Input,
    ProcessingS3Output,
)
from sagemaker.core.workflow.conditions import Condition
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.core.workflow.properties import Properties, PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.steps import (
    ConfigurableRetryStep,
    ProcessingStep,
    Step,
    StepTypeEnum,
    TrainingStep,
)
from sagemaker.train.configs import (
    Compute,
    InputData,
    Networking,
    OutputDataConfig,
    StoppingCondition,
)
from sagemaker.train.model_trainer import ModelTrainer

from ml_pipelines.operation import Operation, retries
from ml_pipelines.settings import Settings
from ml_pipelines.sources import Sources

VOLUME_GIGABYTES = 50
CODE_CHANNEL = "code"
SOURCE_SCRIPTS = "source_scripts"
LOCAL_NVME = (
    *("d", "g4dn", "g5", "g6", "g6e", "g7e", "gr6", "i3", "i3en", "i4i"),
    *("p4d", "p4de", "p5", "p5e", "p5en", "p6", "p6e", "trn1", "trn1n", "trn2"),
)
"""Instance families with local NVMe storage, which encrypts itself and refuses a volume key
(SageMaker API Reference, ResourceConfig, VolumeKmsKeyId)."""


def takes_volume_key(instance_type: str) -> bool:
    """Whether the storage volume of an instance type takes a key: `ml.m5.xlarge` does."""
    family = instance_type.split(".")[1].partition("-")[0]
    return family not in LOCAL_NVME and not family.endswith(("d", "dn"))


class Jobs:
    """Makes the steps of one pipeline.

    Attributes:
        settings: the project and its resources.
        sources: where scripts and seed data lie in S3.
        operation: spot machines, limits of time, results that are used again.
        session: compiles; it never calls AWS.
    """

    def __init__(
        self,
        settings: Settings,
        sources: Sources | None = None,
        operation: Operation | None = None,
    ) -> None:
        self.settings = settings
        self.sources = sources or Sources(settings)
        self.operation = operation or Operation()
        self.session = pipeline_session(settings)

    def processing_step(
        self,
        name: str,
        *,
        script: str,
        image: str,
        instance_type: ParameterString,
        inputs: Mapping[str, Any],
        outputs: Sequence[str],
        arguments: Sequence[Any] = (),
        property_files: Sequence[PropertyFile] = (),
        cached: bool = False,
        places: Mapping[str, Any] = MappingProxyType({}),
    ) -> ProcessingStep:
        """Run a script on folders: `/opt/ml/processing/<name>` for each input and output.

        Args:
            inputs: S3 URIs by the name of the folder.
            outputs: names of folders; each is kept below the execution's own prefix.
            cached: may be left out where an execution has done the same.
            places: S3 URIs of outputs that are kept elsewhere, by name.
        """
        processor = Processor(
            role=self.settings.role_arn,
            image_uri=image,
            # All scripts come along, not the one alone: they import each other.
            entrypoint=["python3", f"/opt/ml/processing/{CODE_CHANNEL}/{script}"],
            instance_type=instance_type,
            instance_count=1,
            volume_size_in_gb=VOLUME_GIGABYTES,
            volume_kms_key=self._volume_key(instance_type),
            output_kms_key=self.settings.kms_key_arn,
            sagemaker_session=self.session,
            network_config=NetworkConfig(
                enable_network_isolation=True,
                encrypt_inter_container_traffic=True,
                subnets=list(self.settings.subnet_ids),
                security_group_ids=list(self.settings.security_group_ids),
            ),
        )
        named = {**inputs, CODE_CHANNEL: self.sources.uri(SOURCE_SCRIPTS)}
        run = processor.run(
            inputs=[_processing_input(key, uri) for key, uri in named.items()],
            outputs=[self._processing_output(name, key, places.get(key)) for key in outputs],
            arguments=list(arguments) or None,
        )
        return ProcessingStep(
            name=name,
            step_args=run,
            property_files=list(property_files),
            cache_config=self.operation.cache if cached else None,
            retry_policies=retries(),
        )

    def training_step(
        self,
        name: str,
        *,
        script: str = "",
        image: str,
        instance_type: ParameterString,
        channels: Mapping[str, Any],
        hyperparameters: Mapping[str, Any],
        metrics: Mapping[str, str] = MappingProxyType({}),
    ) -> TrainingStep:
        """Run a training script; it finds the channels as SageMaker's contract says.

        The scripts are a channel too: an isolated container cannot fetch them itself.

        Args:
            script: none for an image with a program `train` of its own.
            channels: S3 URIs by the name of the channel.
            metrics: what SageMaker reads in the log: regular expressions with one group, by name.
        """
        scripts = {CODE_CHANNEL: self.sources.uri(SOURCE_SCRIPTS)} if script else {}
        named = {**channels, **scripts}
        trainer = _Trainer(
            sagemaker_session=self.session,
            role=self.settings.role_arn,
            base_job_name=name,
            training_image=image,
            entry_script=script,
            metrics=dict(metrics),
            hyperparameters={key: str(value) for key, value in hyperparameters.items()},
            compute=Compute(
                instance_type=instance_type,
                instance_count=1,
                volume_size_in_gb=VOLUME_GIGABYTES,
                volume_kms_key_id=self._volume_key(instance_type),
                enable_managed_spot_training=self.operation.spot,
            ),
            networking=Networking(
                subnets=list(self.settings.subnet_ids),
                security_group_ids=list(self.settings.security_group_ids),
                enable_network_isolation=True,
                enable_inter_container_traffic_encryption=True,
            ),
            stopping_condition=StoppingCondition(**self.operation.times()),
            **self.operation.checkpoints(self.settings, name),
            output_data_config=OutputDataConfig(
                s3_output_path=self.settings.uri("models"), kms_key_id=self.settings.kms_key_arn
            ),
            input_data_config=[
                InputData(channel_name=key, data_source=uri) for key, uri in named.items()
            ],
        )
        return TrainingStep(
            name=name,
            step_args=trainer.train(),
            cache_config=self.operation.cache,
            retry_policies=retries(),
        )

    def gate(
        self, name: str, *, conditions: Sequence[Condition], passed: Sequence[Step], message: Any
    ) -> ConditionStep:
        """Go on when every condition holds; fail with the message when one does not."""
        stop = FailStep(name=f"{name}Failed", error_message=message)
        return ConditionStep(
            name=name, conditions=list(conditions), if_steps=list(passed), else_steps=[stop]
        )

    def _volume_key(self, instance_type: ParameterString) -> str | None:
        """The default decides: a parameter's value is not known when the pipeline is compiled."""
        default = str(instance_type.default_value)
        return self.settings.kms_key_arn if takes_volume_key(default) else None

    def _processing_output(self, step: str, name: str, place: Any) -> ProcessingOutput:
        execution = ExecutionVariables.PIPELINE_EXECUTION_ID
        own = Join(on="/", values=[self.settings.uri("executions"), execution, step, name])
        return ProcessingOutput(
            output_name=name,
            s3_output=ProcessingS3Output(
                s3_uri=place or own,
                local_path=f"/opt/ml/processing/{name}",
                s3_upload_mode="EndOfJob",
            ),
        )


class RegisterStep(ConfigurableRetryStep):
    """Registers a version of the model, which a person then approves or rejects."""

    def __init__(
        self,
        name: str,
        *,
        settings: Settings,
        image: str,
        model_data: Any,
        approval_status: str,
        metrics_uri: Any,
        content_types: Sequence[str],
        response_types: Sequence[str],
        inference_instances: Sequence[str],
        environment: Mapping[str, str],
        description: str,
        evidence: Mapping[str, Any],
        card: Any = None,
        bias_uri: Any = None,
        baseline: Mapping[str, Any] | None = None,
    ) -> None:
        """Create the step.

        Args:
            model_data: the S3 URI of the sealed `model.tar.gz`, which holds the serving code.
            metrics_uri: the S3 URI of `evaluation.json`.
            approval_status: how a version is born.
            environment: of the serving container.
            evidence: what the version is made of.
            card: the text of its model card, where it has one.
            bias_uri: the S3 URI of how it treats groups, where it knows some.
            baseline: what traffic is compared with (API Reference, DriftCheckModelDataQuality).
        """
        super().__init__(name, StepTypeEnum.REGISTER_MODEL, retry_policies=retries())
        self._properties = Properties(step_name=name, step=self, shape_name="ModelPackage")
        # What CreateModelPackage takes (SageMaker API Reference).
        self._arguments = {
            "ModelPackageGroupName": settings.model_package_group_name,
            "ModelPackageDescription": description,
            "ModelApprovalStatus": approval_status,
            "CustomerMetadataProperties": dict(evidence),
            "MetadataProperties": {
                "CommitId": settings.commit_id,
                "ProjectId": settings.project_id,
            },
            **(
                {"ModelCard": {"ModelCardContent": card, "ModelCardStatus": "Draft"}}
                if card
                else {}
            ),
            "InferenceSpecification": {
                "Containers": [
                    {
                        "Image": image,
                        "ModelDataUrl": model_data,
                        "Environment": dict(environment),
                    }
                ],
                "SupportedContentTypes": list(content_types),
                "SupportedResponseMIMETypes": list(response_types),
                "SupportedRealtimeInferenceInstanceTypes": list(inference_instances),
                "SupportedTransformInstanceTypes": list(inference_instances),
            },
            "ModelMetrics": {
                "ModelQuality": {
                    "Statistics": {"ContentType": "application/json", "S3Uri": metrics_uri}
                },
                **(
                    {
                        "Bias": {
                            "PostTrainingReport": {
                                "ContentType": "application/json",
                                "S3Uri": bias_uri,
                            }
                        }
                    }
                    if bias_uri
                    else {}
                ),
                **({"ModelDataQuality": dict(baseline)} if baseline else {}),
            },
            **({"DriftCheckBaselines": {"ModelDataQuality": dict(baseline)}} if baseline else {}),
        }

    @property
    def arguments(self) -> dict[str, Any]:
        """The request of the step."""
        return self._arguments

    @property
    def properties(self) -> Properties:
        """What later steps may refer to."""
        return self._properties


SERVING = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
"""The serving code lies in the model's own archive, so an isolated container needs no other."""
OFFLINE_INSTALL = {"PIP_NO_BUILD_ISOLATION": "false", "PIP_NO_INDEX": "1"}
"""For images that serve with sagemaker-containers, as the one for scikit-learn: it installs the
serving code with pip at every start, and pip would ask the package index for setuptools. The first
value reads the wrong way round: pip takes the text "false" for the option --no-build-isolation."""


class _Trainer(ModelTrainer):
    """A trainer whose script comes by a channel that is uploaded already."""

    entry_script: str
    metrics: dict[str, str]

    def train(self) -> Any:
        """The request, without the decorator that reports each call to a bucket of AWS.

        The SDK's own opt-out, `TelemetryOptOut`, makes it check its whole configuration at every
        look into it, which costs five seconds for each pipeline.
        """
        return ModelTrainer.train.__wrapped__(self)

    def _create_training_job_args(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        request: dict[str, Any] = super()._create_training_job_args(*arguments, **named)
        if self.entry_script:
            request["AlgorithmSpecification"]["ContainerEntrypoint"] = [
                "python3",
                f"/opt/ml/input/data/{CODE_CHANNEL}/{self.entry_script}",
            ]
        if self.metrics:
            request["AlgorithmSpecification"]["MetricDefinitions"] = [
                {"Name": name, "Regex": pattern} for name, pattern in self.metrics.items()
            ]
        return request


def _processing_input(name: str, uri: Any) -> ProcessingInput:
    return ProcessingInput(
        input_name=name,
        s3_input=ProcessingS3Input(
            s3_uri=uri,
            local_path=f"/opt/ml/processing/{name}",
            s3_data_type="S3Prefix",
            s3_input_mode="File",
        ),
    )
