"""The product byoc."""

from cdk_service_catalog.project.definition import ProductDefinition

PRODUCT = ProductDefinition(
    name="Build & Deploy MLOps template for real-time deployment using your own container",
    description="Builds your own container for training and serving, registers models, and "
    "deploys approved versions to real-time endpoints in every stage of its set.",
    version="1.0.0",
    build_layers=("build_app", "tabular_build_app"),
    deploy_layers=("deploy_app", "endpoint_deploy_app"),
    image_repository=True,
    samples=True,
)
