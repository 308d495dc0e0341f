"""Check what is new of a batch, score it with the stage's model, check the scores, mark the files.

A run that fails leaves no mark, so the next one scores the same files: marks are written by a step
of their own, after everything else is in S3. Where nothing is new, a run ends after the first step.

It is compiled here and deployed by the deploy repository, in other accounts. What differs between
them stands in the definition as a placeholder, which the deployment replaces.
"""

from dataclasses import replace
from typing import Any

from ml_pipelines.jobs import Jobs  # isort: skip
from sagemaker.core.workflow.conditions import ConditionGreaterThan
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.core.workflow.properties import Properties, PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ConfigurableRetryStep, ProcessingStep, StepTypeEnum

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
STAGE_MODEL = "stage-model-name"
"""What the deployment replaces in the text of the definition."""
SCORES = "scores"
MARKS = "_scored"
"""Below the input: see `source_scripts/scored_marks.py`."""
PLAN = PropertyFile(name="Plan", output_name="plan", path="plan.json")


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
    data = ParameterString("InputDataUri", default_value=f"s3://{STAGE_BUCKET}/input/")
    again = ParameterString("ScoreAgain", default_value="no")
    processing_instance = ParameterString("ProcessingInstanceType", default_value="ml.m5.large")
    transform_instance = ParameterString("TransformInstanceType", default_value="ml.m5.large")
    count = ParameterInteger("TransformInstanceCount", default_value=1)
    script = {
        "script": "check_batch.py",
        "image": image(settings),
        "instance_type": processing_instance,
    }
    check = jobs.processing_step(
        "CheckInput",
        **script,
        inputs={"input": data},
        outputs=("checked", "identifiers", "plan"),
        arguments=("before", "--input-uri", data, "--bucket", STAGE_BUCKET, "--again", again),
        property_files=[PLAN],
    )
    checked, identifiers, plan = _places(check, "checked", "identifiers", "plan")
    execution = ExecutionVariables.PIPELINE_EXECUTION_ID
    transform = TransformStep(
        "Score",
        settings=stage,
        # A text: whoever starts a run does not choose the model, which has a role of its own.
        model_name=STAGE_MODEL,
        input_uri=checked,
        output_uri=Join(on="/", values=[f"s3://{STAGE_BUCKET}/output", execution, SCORES]),
        instance_type=transform_instance,
        instance_count=count,
    )
    verify = jobs.processing_step(
        "CheckScores",
        **script,
        inputs={
            "checked": checked,
            "identifiers": identifiers,
            "plan": plan,
            "scores": transform.properties.TransformOutput.S3OutputPath,
        },
        outputs=("report", "scored", "marks"),
        arguments=("after", "--execution", execution, "--version", STAGE_VERSION),
    )
    (found,) = _places(verify, "marks")
    mark = jobs.processing_step(
        "MarkScored",
        **script,
        inputs={"found": found},
        outputs=("marks",),
        arguments=("mark",),
        # The first step has refused an input that does not end with one slash.
        places={"marks": Join(on="", values=[data, MARKS])},
    )
    new = JsonGet(step_name=check.name, property_file=PLAN, json_path="new")
    condition = ConditionStep(
        name="IsAnythingNew",
        conditions=[ConditionGreaterThan(left=new, right=0)],
        if_steps=[transform, verify, mark],
        else_steps=[],
    )
    return Pipeline(
        name=stage.pipeline_name,
        parameters=[data, again, processing_instance, transform_instance, count],
        steps=[check, condition],
        pipeline_experiment_config=None,
        sagemaker_session=jobs.session,
    )


def _places(step: ProcessingStep, *outputs: str) -> list[Properties]:
    """Where a step leaves its outputs."""
    found = step.properties.ProcessingOutputConfig.Outputs
    return [found[name].S3Output.S3Uri for name in outputs]


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
