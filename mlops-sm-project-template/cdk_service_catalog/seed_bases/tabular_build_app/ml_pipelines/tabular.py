"""Preprocess, train, evaluate, gate, seal, register: what `project.yml` declares, as a pipeline."""

from ml_pipelines.jobs import SERVING, Jobs, RegisterStep  # isort: skip
from collections.abc import Mapping

from sagemaker.core.workflow.conditions import (
    Condition,
    ConditionGreaterThanOrEqualTo,
    ConditionLessThanOrEqualTo,
)
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep

from ml_pipelines import declared
from ml_pipelines.bounds import REPORT, Bound, bounds
from ml_pipelines.evidence import SealStep, evidence
from ml_pipelines.settings import Settings
from ml_pipelines.training.defaults import APPROVAL_STATUS

CONTENT_TYPES = ("text/csv", "application/json")
REPORT_FILE = PropertyFile(name="EvaluationReport", output_name="evaluation", path=REPORT)


def tabular_pipeline(
    settings: Settings,
    image: str,
    *,
    train_script: str = "train.py",
    serving: Mapping[str, str] = SERVING,
) -> Pipeline:
    """The pipeline of a project; compiling it calls nothing.

    Args:
        image: runs the jobs and serves the model.
        train_script: none for an image with a program `train` of its own.
        serving: the environment of the container that serves.
    """
    found = declared.read()
    jobs = Jobs(settings)
    processing_instance = ParameterString("ProcessingInstanceType", default_value="ml.m5.xlarge")
    training_instance = ParameterString("TrainingInstanceType", default_value="ml.m5.xlarge")
    approval = ParameterString("ModelApprovalStatus", default_value=APPROVAL_STATUS)
    data = ParameterString("InputDataUri", default_value=jobs.sources.uri(found.table.file))
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
        script=train_script,
        image=image,
        instance_type=training_instance,
        channels={name: parts[name].S3Output.S3Uri for name in ("train", "validation")},
        hyperparameters=found.hyperparameters,
    )
    model_data = train.properties.ModelArtifacts.S3ModelArtifacts
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
        property_files=(REPORT_FILE,),
    )
    metric = _read(evaluate, f"{declared.METRIC_GROUPS[found.task]}.{found.gate.metric}.value")
    evaluated = evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri
    seal = SealStep("Seal", settings=settings, model_data=model_data)
    register = RegisterStep(
        "Register",
        settings=settings,
        image=image,
        model_data=seal.uri,
        approval_status=approval,
        metrics_uri=Join(on="/", values=[evaluated, REPORT]),
        content_types=CONTENT_TYPES,
        response_types=CONTENT_TYPES,
        inference_instances=("ml.m5.large", "ml.m5.xlarge", "ml.c5.large"),
        environment=serving,
        description=settings.pipeline_description,
        evidence=evidence(settings, jobs.sources, seal, metric),
    )
    limits = {bound: ParameterFloat(bound.parameter, bound.limit) for bound in bounds(found)}
    gate = jobs.gate(
        "CheckMetric",
        conditions=[_condition(evaluate, bound, limit) for bound, limit in limits.items()],
        passed=[seal, register],
        message=Join(on=" ", values=["the model is not good enough:", *_words(limits)]),
    )
    return Pipeline(
        name=settings.pipeline_name,
        parameters=[processing_instance, training_instance, approval, data, *limits.values()],
        steps=[preprocess, train, evaluate, gate],
        # Experiments would need further permissions of the role and are not used here.
        pipeline_experiment_config=None,
        sagemaker_session=jobs.session,
    )


def _condition(evaluate: ProcessingStep, bound: Bound, limit: ParameterFloat) -> Condition:
    kind = ConditionLessThanOrEqualTo if bound.at_most else ConditionGreaterThanOrEqualTo
    return kind(left=_read(evaluate, bound.json_path), right=limit)


def _words(limits: dict[Bound, ParameterFloat]) -> list[object]:
    return [
        part
        for bound, limit in limits.items()
        for part in (f"{bound.what} must be", "at most" if bound.at_most else "at least", limit)
    ]


def _read(evaluate: ProcessingStep, path: str) -> JsonGet:
    return JsonGet(step_name=evaluate.name, property_file=REPORT_FILE, json_path=path)
