"""Preprocess, train, evaluate, gate, seal, register: a regression on tabular data."""

from ml_pipelines.jobs import SERVING, Jobs, RegisterStep  # isort: skip
from sagemaker.core import image_uris
from sagemaker.core.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.pipeline import Pipeline

from ml_pipelines.evidence import SealStep, evidence
from ml_pipelines.settings import Settings
from ml_pipelines.training.defaults import (
    APPROVAL_STATUS,
    DATA,
    HYPERPARAMETERS,
    MAXIMUM_MEAN_SQUARED_ERROR,
)

FRAMEWORK_VERSION = "1.9-0"
"""The release of the scikit-learn container; requirements.in pins the same scikit-learn."""


def get_pipeline(settings: Settings) -> Pipeline:
    """The pipeline of a project; compiling it calls nothing."""
    jobs = Jobs(settings)
    image = image_uris.retrieve("sklearn", settings.region, version=FRAMEWORK_VERSION)
    processing_instance = ParameterString("ProcessingInstanceType", default_value="ml.m5.xlarge")
    training_instance = ParameterString("TrainingInstanceType", default_value="ml.m5.xlarge")
    approval = ParameterString("ModelApprovalStatus", default_value=APPROVAL_STATUS)
    data = ParameterString("InputDataUri", default_value=jobs.sources.uri(DATA))
    maximum = ParameterFloat("MaximumMeanSquaredError", default_value=MAXIMUM_MEAN_SQUARED_ERROR)
    preprocess = jobs.processing_step(
        "Preprocess",
        script="preprocess.py",
        image=image,
        instance_type=processing_instance,
        inputs={"input": data},
        outputs=("train", "validation", "test"),
    )
    parts = preprocess.properties.ProcessingOutputConfig.Outputs
    train = jobs.training_step(
        "Train",
        script="train.py",
        image=image,
        instance_type=training_instance,
        channels={name: parts[name].S3Output.S3Uri for name in ("train", "validation")},
        hyperparameters=HYPERPARAMETERS,
    )
    model_data = train.properties.ModelArtifacts.S3ModelArtifacts
    report = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
    evaluate = jobs.processing_step(
        "Evaluate",
        script="evaluate.py",
        image=image,
        instance_type=processing_instance,
        inputs={
            "model": model_data,
            "train": parts["train"].S3Output.S3Uri,
            "test": parts["test"].S3Output.S3Uri,
        },
        outputs=("evaluation",),
        property_files=(report,),
    )
    error = JsonGet(
        step_name=evaluate.name, property_file=report, json_path="regression_metrics.mse.value"
    )
    evaluated = evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri
    seal = SealStep("Seal", settings=settings, model_data=model_data)
    register = RegisterStep(
        "Register",
        settings=settings,
        image=image,
        model_data=seal.uri,
        approval_status=approval,
        metrics_uri=Join(on="/", values=[evaluated, "evaluation.json"]),
        content_types=("text/csv", "application/json"),
        response_types=("text/csv", "application/json"),
        inference_instances=("ml.m5.large", "ml.m5.xlarge", "ml.c5.large"),
        environment=SERVING,
        description=settings.pipeline_description,
        evidence=evidence(settings, jobs.sources, seal, error),
    )
    gate = jobs.gate(
        "CheckMeanSquaredError",
        conditions=[ConditionLessThanOrEqualTo(left=error, right=maximum)],
        passed=[seal, register],
        message=Join(
            on=" ", values=["the mean squared error on the test set is greater than", maximum]
        ),
    )
    return Pipeline(
        name=settings.pipeline_name,
        parameters=[processing_instance, training_instance, approval, data, maximum],
        steps=[preprocess, train, evaluate, gate],
        # Experiments would need further permissions of the role and are not used here.
        pipeline_experiment_config=None,
        sagemaker_session=jobs.session,
    )
