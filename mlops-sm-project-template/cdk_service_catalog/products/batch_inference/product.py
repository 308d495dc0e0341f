"""The product batch_inference."""

from cdk_service_catalog.project.definition import DeployTrigger, ProductDefinition

PRODUCT = ProductDefinition(
    name="MLOps Batch Inference template to build and deploy SageMaker pipeline",
    description="Trains a model and promotes a scheduled batch inference pipeline to every stage "
    "of its set.",
    version="1.0.0",
    build_layers=("build_app", "tabular_build_app"),
    deploy_layers=("deploy_app", "batch_deploy_app"),
    deploy_trigger=DeployTrigger.TRAINING_SUCCESS,
    inference_pipeline=True,
    samples=True,
)
