"""The product genai_cv."""

from cdk_service_catalog.project.definition import ProductDefinition

PRODUCT = ProductDefinition(
    name="Build & Deploy MLOps parameterized template for Generative AI CV",
    description="Fine-tunes an image generation model on your pictures and deploys approved "
    "versions to real-time endpoints in every stage of its set.",
    version="1.0.0",
    build_layers=("build_app", "torch_build_app"),
    deploy_layers=("deploy_app", "endpoint_deploy_app"),
)
