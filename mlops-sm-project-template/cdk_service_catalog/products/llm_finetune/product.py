"""The product llm_finetune."""

from cdk_service_catalog.project.definition import ProductDefinition

PRODUCT = ProductDefinition(
    name="Fine-tune & Deploy LLMOps template",
    description="Fine-tunes a language model with LoRA, evaluates it, and deploys approved "
    "versions to real-time endpoints in every stage of its set.",
    version="1.0.0",
    build_layers=("build_app", "torch_build_app"),
    deploy_layers=("deploy_app", "endpoint_deploy_app"),
)
