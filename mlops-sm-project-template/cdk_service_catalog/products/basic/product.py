"""The product basic."""

from cdk_service_catalog.project.definition import ProductDefinition

PRODUCT = ProductDefinition(
    name="Build & Deploy MLOps parameterized template for real-time deployment",
    description="Trains, evaluates and registers a model on tabular data, then deploys approved "
    "versions to real-time endpoints in every stage of its set.",
    version="1.0.0",
    build_layers=("build_app", "tabular_build_app"),
    deploy_layers=("deploy_app", "endpoint_deploy_app"),
    samples=True,
)
