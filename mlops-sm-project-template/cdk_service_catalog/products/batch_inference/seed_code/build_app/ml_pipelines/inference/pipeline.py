"""Check a batch, score it with a version of the model, check the scores.

It is compiled here and deployed by the deploy repository, in other accounts. What differs between
them stands in the definition as a placeholder, which the deployment replaces.
"""

from dataclasses import replace
from typing import Any

from ml_pipelines.jobs import Jobs  # isort: skip
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.core.workflow.properties import Properties
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ConfigurableRetryStep, StepTypeEnum

from ml_pipelines.operation import retries
from ml_pipelines.settings import Settings
from ml_pipelines.sources import Sources
from ml_pipelines.training.pipeline import image

STAGE_ROLE = "arn:aws:iam::000000000000:role/stage-execution-role"
STAGE_KEY = "stage-key-arn"
STAGE_BUCKET = "stage-data-bucket"
STAGE_SUBNETS = "stage-subnet-ids"
STAGE_SECURITY_GROUP = "stage-security-group-id"
STAGE_VERSION = "stage-model-package-arn"
"""What the deployment replaces in the text of the definition."""
SCORES = "scores"


def get_pipeline(settings: Settings) -> Pipeline:
    """The inference pipeline of a project; scripts stay where the build has uploaded them."""
    stage = replace(
        settings,
        pipeline_name=f"{settings.pipeline_name}-inference",
        role_arn=STAGE_ROLE,
        kms_key_arn=STAGE_KEY,
        artifact_bucket=STAGE_BUCKET,
        subnet_ids=(STAGE_SUBNETS,),
        security_group_ids=(STAGE_SECURITY_GROUP,),
    )
    jobs = Jobs(stage, Sources(settings))
    version = ParameterString("ModelPackageArn", default_value=STAGE_VERSION)
    data = ParameterString("InputDataUri", default_value=f"s3://{STAGE_BUCKET}/input/")
    processing_instance = ParameterString("ProcessingInstanceType", default_value="ml.m5.large")
    transform_instance = ParameterString("TransformInstanceType", default_value="ml.m5.large")
    count = ParameterInteger("TransformInstanceCount", default_value=1)
    check = jobs.processing_step(
        "CheckInput",
        script="check_batch.py",
        image=image(settings),
        instance_type=processing_instance,
        inputs={"input": data},
        outputs=("checked", "identifiers"),
        arguments=("--before",),
    )
    parts = check.properties.ProcessingOutputConfig.Outputs
    checked, identifiers = (parts[name].S3Output.S3Uri for name in ("checked", "identifiers"))
    model = ModelStep("CreateModel", settings=stage, version=version)
    scores = Join(
        on="/",
        values=[f"s3://{STAGE_BUCKET}/output", ExecutionVariables.PIPELINE_EXECUTION_ID, SCORES],
    )
    transform = TransformStep(
        "Score",
        settings=stage,
        model_name=model.properties.ModelName,
        input_uri=checked,
        output_uri=scores,
        instance_type=transform_instance,
        instance_count=count,
    )
    verify = jobs.processing_step(
        "CheckScores",
        script="check_batch.py",
        image=image(settings),
        instance_type=processing_instance,
        inputs={
            "checked": checked,
            "identifiers": identifiers,
            "scores": transform.properties.TransformOutput.S3OutputPath,
        },
        outputs=("report", "scored"),
        arguments=("--after",),
    )
    return Pipeline(
        name=stage.pipeline_name,
        parameters=[version, data, processing_instance, transform_instance, count],
        steps=[check, model, transform, verify],
        pipeline_experiment_config=None,
        sagemaker_session=jobs.session,
    )


class ModelStep(ConfigurableRetryStep):
    """A model of a registered version, isolated and in the private network."""

    def __init__(self, name: str, *, settings: Settings, version: Any) -> None:
        super().__init__(name, StepTypeEnum.CREATE_MODEL, retry_policies=retries())
        self._properties = Properties(step_name=name, step=self, shape_name="DescribeModelOutput")
        self._arguments = {
            "ExecutionRoleArn": settings.role_arn,
            "Containers": [{"ModelPackageName": version}],
            "EnableNetworkIsolation": True,
            "VpcConfig": {
                "Subnets": list(settings.subnet_ids),
                "SecurityGroupIds": list(settings.security_group_ids),
            },
        }

    @property
    def arguments(self) -> dict[str, Any]:
        """The request of the step (SageMaker API Reference, CreateModel)."""
        return self._arguments

    @property
    def properties(self) -> Properties:
        """What later steps may refer to."""
        return self._properties


class TransformStep(ConfigurableRetryStep):
    """A batch transform: each line of the input gets a line of the output, in the same order."""

    def __init__(
        self,
        name: str,
        *,
        settings: Settings,
        model_name: Any,
        input_uri: Any,
        output_uri: Any,
        instance_type: Any,
        instance_count: Any,
    ) -> None:
        super().__init__(name, StepTypeEnum.TRANSFORM, retry_policies=retries())
        self._properties = Properties(
            step_name=name, step=self, shape_name="DescribeTransformJobResponse"
        )
        self._arguments = {
            "ModelName": model_name,
            "BatchStrategy": "MultiRecord",
            "MaxPayloadInMB": 6,
            "TransformInput": {
                "ContentType": "text/csv",
                "SplitType": "Line",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": input_uri}},
            },
            "TransformOutput": {
                "S3OutputPath": output_uri,
                "Accept": "text/csv",
                "AssembleWith": "Line",
                "KmsKeyId": settings.kms_key_arn,
            },
            "TransformResources": {
                "InstanceCount": instance_count,
                "InstanceType": instance_type,
                "VolumeKmsKeyId": settings.kms_key_arn,
            },
        }

    @property
    def arguments(self) -> dict[str, Any]:
        """The request of the step (SageMaker API Reference, CreateTransformJob)."""
        return self._arguments

    @property
    def properties(self) -> Properties:
        """What later steps may refer to."""
        return self._properties
