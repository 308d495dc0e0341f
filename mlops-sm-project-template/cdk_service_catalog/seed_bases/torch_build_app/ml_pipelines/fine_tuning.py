"""Preprocess, fine-tune, evaluate, gate, seal, register: the pipeline of a pre-trained model."""

from collections.abc import Mapping

from ml_pipelines.jobs import SERVING, Jobs, RegisterStep  # isort: skip
from sagemaker.core import image_uris
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.pipeline import Pipeline

from ml_pipelines.evidence import SealStep, evidence
from ml_pipelines.product import FineTuning
from ml_pipelines.settings import Settings

TRAINING_IMAGE = {"version": "5.3.0", "base_framework_version": "pytorch2.9.0"}
INFERENCE_IMAGE = {"version": "5.5.3", "base_framework_version": "pytorch2.6.0"}
"""Hugging Face's images of today, with transformers, peft and diffusers in them: an isolated job
cannot install anything."""


def fine_tuning_pipeline(settings: Settings, product: FineTuning) -> Pipeline:
    """The pipeline of a project; compiling it calls nothing."""
    jobs = Jobs(settings)
    image = _image(settings, "training", TRAINING_IMAGE, product.training_instance)
    serving = _image(settings, "inference", INFERENCE_IMAGE, product.inference_instance)
    cpu = ParameterString("ProcessingInstanceType", default_value="ml.m5.xlarge")
    gpu = ParameterString("TrainingInstanceType", default_value=product.training_instance)
    scoring = ParameterString("EvaluationInstanceType", default_value=product.inference_instance)
    approval = ParameterString("ModelApprovalStatus", default_value="PendingManualApproval")
    data = ParameterString("InputDataUri", default_value=jobs.sources.uri(product.data))
    base_model = ParameterString("BaseModelUri", default_value=settings.data_uri("base-model/"))
    minimum = ParameterFloat("MinimumScore", default_value=product.minimum)
    preprocess = jobs.processing_step(
        "Preprocess",
        script="preprocess.py",
        image=image,
        instance_type=cpu,
        inputs={"data": data},
        outputs=("train", product.held_out),
    )
    parts = preprocess.properties.ProcessingOutputConfig.Outputs
    train = jobs.training_step(
        "FineTune",
        script="train.py",
        image=image,
        instance_type=gpu,
        channels={"train": parts["train"].S3Output.S3Uri, "model": base_model},
        hyperparameters=product.hyperparameters,
    )
    model_data = train.properties.ModelArtifacts.S3ModelArtifacts
    report = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
    evaluate = jobs.processing_step(
        "Evaluate",
        script="evaluate.py",
        image=image,
        instance_type=scoring,
        inputs={
            "model": model_data,
            product.held_out: parts[product.held_out].S3Output.S3Uri,
            **({"base_model": base_model} if product.base_model_input else {}),
        },
        outputs=("evaluation",),
        property_files=(report,),
    )
    score = JsonGet(
        step_name=evaluate.name,
        property_file=report,
        json_path=f"metrics.{product.metric}.value",
    )
    evaluated = evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri
    seal = SealStep("Seal", settings=settings, model_data=model_data)
    register = RegisterStep(
        "Register",
        settings=settings,
        image=serving,
        model_data=seal.uri,
        approval_status=approval,
        metrics_uri=Join(on="/", values=[evaluated, "evaluation.json"]),
        content_types=("application/json",),
        response_types=("application/json",),
        inference_instances=(product.inference_instance,),
        environment={**SERVING, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"},
        description=settings.pipeline_description,
        evidence=evidence(settings, jobs.sources, seal, score),
    )
    gate = jobs.gate(
        "CheckScore",
        conditions=[ConditionGreaterThanOrEqualTo(left=score, right=minimum)],
        passed=[seal, register],
        message=Join(on=" ", values=[f"{product.metric} is less than", minimum]),
    )
    return Pipeline(
        name=settings.pipeline_name,
        parameters=[cpu, gpu, scoring, approval, data, base_model, minimum],
        steps=[preprocess, train, evaluate, gate],
        # Experiments would need further permissions of the role and are not used here.
        pipeline_experiment_config=None,
        sagemaker_session=jobs.session,
    )


def _image(settings: Settings, scope: str, versions: Mapping[str, str], instance_type: str) -> str:
    uri: str = image_uris.retrieve(
        "huggingface",
        settings.region,
        image_scope=scope,
        instance_type=instance_type,
        py_version="py312",
        **versions,
    )
    return uri
