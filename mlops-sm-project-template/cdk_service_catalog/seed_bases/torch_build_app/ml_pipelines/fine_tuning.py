"""Preprocess, fine-tune, evaluate, gate, seal, register: the pipeline of a pre-trained model."""

from ml_pipelines.jobs import SOURCE_SCRIPTS, Jobs, RegisterStep  # isort: skip
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.pipeline import Pipeline

from ml_pipelines import declared
from ml_pipelines.approved_parameters import ApprovedVersion
from ml_pipelines.bounds import REPORT, bounds
from ml_pipelines.evidence import SealStep, evidence
from ml_pipelines.hugging_face import training_image
from ml_pipelines.limits import Limits
from ml_pipelines.operation import Operation
from ml_pipelines.serving import container
from ml_pipelines.settings import Settings

LOGGED = {"train:loss": r"loss\D{1,4}(\d+\.\d+(?:e-?\d+)?)"}
"""What SageMaker reads in the log of a training, which writes `'loss': 0.5` or `loss 0.5`."""
REGISTRATION = "registration.json"
APPROVAL_STATUS = "PendingManualApproval"
"""How a version is born; a person decides."""
RECORDED = (
    *("DataUri", "DataSha256", "Rows", "BaseModelUri", "BaseModelSha256", "Hyperparameters"),
    *("Seeds", "Libraries", "Device", "Server", "ComparedWith"),
)
"""What the evaluation finds out for the version."""


def fine_tuning_pipeline(settings: Settings) -> Pipeline:
    """The pipeline of a project; compiling it calls nothing."""
    found = declared.read()
    machines = found.machines
    jobs = Jobs(settings, operation=Operation.of(machines))
    image = training_image(settings, machines.training)
    serving = container(settings, found)
    cpu = ParameterString("ProcessingInstanceType", default_value="ml.m5.xlarge")
    gpu = ParameterString("TrainingInstanceType", default_value=machines.training)
    scoring = ParameterString("EvaluationInstanceType", default_value=machines.inference)
    data = ParameterString("InputDataUri", default_value=jobs.sources.uri(found.data.file))
    base_model = ParameterString("BaseModelUri", settings.data_uri(found.model.base))
    approved = ApprovedVersion(nothing=jobs.sources.uri(SOURCE_SCRIPTS))
    judge = {"judge": settings.data_uri(found.model.judge)} if found.model.judge else {}
    preprocess = jobs.processing_step(
        "Preprocess",
        script="preprocess.py",
        image=image,
        instance_type=cpu,
        inputs={"data": data},
        outputs=("train", "test", "facts"),
        cached=True,
    )
    parts = preprocess.properties.ProcessingOutputConfig.Outputs
    train = jobs.training_step(
        "FineTune",
        script="train.py",
        image=image,
        instance_type=gpu,
        channels={"train": parts["train"].S3Output.S3Uri, "model": base_model},
        hyperparameters=found.model.hyperparameters,
        metrics=LOGGED,
    )
    model_data = train.properties.ModelArtifacts.S3ModelArtifacts
    report, registration = (
        PropertyFile(name=name, output_name="evaluation", path=path)
        for name, path in (("EvaluationReport", REPORT), ("Registration", REGISTRATION))
    )
    # In the image that serves, so that what is measured is what is deployed.
    evaluate = jobs.processing_step(
        "Evaluate",
        script="evaluate.py",
        image=serving.image,
        instance_type=scoring,
        inputs={
            "model": model_data,
            "base_model": base_model,
            **{name: parts[name].S3Output.S3Uri for name in ("test", "facts")},
            "approved": approved.model,
            **judge,
        },
        outputs=("evaluation",),
        arguments=("--data-uri", data, "--base-model-uri", base_model, *approved.arguments),
        property_files=(report, registration),
    )

    def read(path: str, file: PropertyFile = report) -> JsonGet:
        return JsonGet(step_name=evaluate.name, property_file=file, json_path=path)

    evaluated = evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri
    limits = Limits(bounds(found))
    seal = SealStep("Seal", settings=settings, model_data=model_data)
    register = RegisterStep(
        "Register",
        settings=settings,
        image=serving.image,
        model_data=seal.uri,
        approval_status=APPROVAL_STATUS,
        metrics_uri=Join(on="/", values=[evaluated, REPORT]),
        content_types=("application/json",),
        response_types=("application/json",),
        inference_instances=(machines.inference,),
        environment=serving.environment,
        description=settings.pipeline_description,
        card=read("ModelCard", registration),
        evidence={
            **evidence(settings, jobs.sources, seal, read(f"metrics.{found.gate.label}.value")),
            "Report": Join(on="/", values=[evaluated, "report.html"]),
            **{name: read(name, registration) for name in RECORDED},
            **limits.recorded,
        },
    )
    gate = jobs.gate(
        "CheckScore",
        conditions=limits.conditions(read),
        passed=[seal, register],
        message=limits.message,
    )
    return Pipeline(
        name=settings.pipeline_name,
        parameters=[
            *(cpu, gpu, scoring, data, base_model),
            *approved.parameters,
        ],
        steps=[preprocess, train, evaluate, gate],
        # Experiments would need further permissions of the role and are not used here.
        pipeline_experiment_config=None,
        sagemaker_session=jobs.session,
    )
