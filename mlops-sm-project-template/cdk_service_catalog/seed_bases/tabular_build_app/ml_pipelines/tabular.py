"""Preprocess, train, evaluate, gate, seal, register: what `project.yml` declares, as a pipeline."""

from ml_pipelines.jobs import SERVING, SOURCE_SCRIPTS, Jobs, RegisterStep  # isort: skip
from collections.abc import Mapping

from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep

from ml_pipelines import declared
from ml_pipelines.approved_parameters import ApprovedVersion
from ml_pipelines.bounds import REPORT, bounds
from ml_pipelines.evidence import SealStep, evidence
from ml_pipelines.limits import Limits
from ml_pipelines.operation import Operation
from ml_pipelines.settings import Settings
from ml_pipelines.training.defaults import APPROVAL_STATUS, of_product

CONTENT_TYPES = ("text/csv", "application/json")
REPORT_FILE = PropertyFile(name="EvaluationReport", output_name="evaluation", path=REPORT)
REGISTRATION_FILE = PropertyFile(
    name="Registration", output_name="evaluation", path="registration.json"
)
RECORDED = (
    *("DataUri", "DataSha256", "Rows", "Hyperparameters", "Seeds", "Libraries"),
    *("Threshold", "Skill", "ComparedWith"),
)
"""What the evaluation finds out for the version."""


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
    machines = found.machines
    jobs = Jobs(settings, operation=Operation.of(machines))
    processing_instance = ParameterString("ProcessingInstanceType", machines.processing)
    training_instance = ParameterString("TrainingInstanceType", machines.training)
    approved = ApprovedVersion(nothing=jobs.sources.uri(SOURCE_SCRIPTS))
    data = ParameterString("InputDataUri", default_value=jobs.sources.uri(found.table.file))
    preprocess = jobs.processing_step(
        "Preprocess",
        script="preprocess.py",
        image=image,
        instance_type=processing_instance,
        inputs={"input": data},
        outputs=("train", "validation", "test", "facts"),
        cached=True,
    )
    outputs = preprocess.properties.ProcessingOutputConfig.Outputs
    parts = {name: outputs[name].S3Output.S3Uri for name in ("train", "test", "facts")}
    train = jobs.training_step(
        "Train",
        script=train_script,
        image=image,
        instance_type=training_instance,
        channels={name: outputs[name].S3Output.S3Uri for name in ("train", "validation", "facts")},
        hyperparameters=found.given,
        metrics=_logged(found),
    )
    model_data = train.properties.ModelArtifacts.S3ModelArtifacts
    evaluate = jobs.processing_step(
        "Evaluate",
        script="evaluate.py",
        image=image,
        instance_type=processing_instance,
        inputs={"model": model_data, **parts, "approved": approved.model},
        outputs=("evaluation",),
        arguments=("--data-uri", data, *approved.arguments),
        property_files=(REPORT_FILE, REGISTRATION_FILE),
    )
    metric = _read(evaluate, f"{declared.METRIC_GROUPS[found.task]}.{found.gate.metric}.value")
    evaluated = evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri
    limits = Limits(bounds(found))
    seal = SealStep("Seal", settings=settings, model_data=model_data)
    register = RegisterStep(
        "Register",
        settings=settings,
        image=image,
        model_data=seal.uri,
        approval_status=APPROVAL_STATUS,
        metrics_uri=Join(on="/", values=[evaluated, REPORT]),
        content_types=CONTENT_TYPES,
        response_types=CONTENT_TYPES,
        inference_instances=("ml.m5.large", "ml.m5.xlarge", "ml.c5.large"),
        environment=serving,
        description=settings.pipeline_description,
        card=_read(evaluate, "ModelCard", REGISTRATION_FILE),
        bias_uri=(
            Join(on="/", values=[evaluated, declared.BIAS]) if found.compares_groups else None
        ),
        baseline={
            name: {
                "ContentType": "application/json",
                "ContentDigest": _read(evaluate, f"{name}Digest", REGISTRATION_FILE),
                "S3Uri": Join(on="/", values=[evaluated, f"{name.lower()}.json"]),
            }
            for name in ("Statistics", "Constraints")
        },
        evidence={
            **evidence(settings, jobs.sources, seal, metric),
            "Report": Join(on="/", values=[evaluated, "report.html"]),
            **{name: _read(evaluate, name, REGISTRATION_FILE) for name in RECORDED},
            **limits.recorded,
            **of_product(settings),
        },
    )
    gate = jobs.gate(
        "CheckMetric",
        conditions=limits.conditions(lambda path: _read(evaluate, path)),
        passed=[seal, register],
        message=limits.message,
    )
    return Pipeline(
        name=settings.pipeline_name,
        parameters=[
            *(processing_instance, training_instance, data),
            *approved.parameters,
        ],
        steps=[preprocess, train, evaluate, gate],
        # Experiments would need further permissions of the role and are not used here.
        pipeline_experiment_config=None,
        sagemaker_session=jobs.session,
    )


def _logged(found: declared.Declaration) -> dict[str, str]:
    """What SageMaker shows of a training: the metrics on the validation rows, as the log has them.

    Of an image with algorithms of its own, such as that for XGBoost, it allows no others than these.
    """
    if found.algorithm == declared.XGBOOST:
        return {}
    return {
        f"validation:{name}": f"^validation_{name}=([-+0-9.e]+)"
        for name in declared.METRICS[found.task]
    }


def _read(evaluate: ProcessingStep, path: str, file: PropertyFile = REPORT_FILE) -> JsonGet:
    return JsonGet(step_name=evaluate.name, property_file=file, json_path=path)
