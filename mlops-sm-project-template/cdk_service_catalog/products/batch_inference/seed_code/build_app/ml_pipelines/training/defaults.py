"""How a version is born; the rest stands in `project.yml`."""

from collections.abc import Mapping

from ml_pipelines.publish_inference_pipeline import plan
from ml_pipelines.settings import Settings

APPROVAL_STATUS = "Approved"
"""The gate decides alone here: people approve the deployment to preprod and to prod."""
INFERENCE_PIPELINE = "InferencePipelineUri"
"""The platform's gate reads this property of a version, and tells the deployment."""


def of_product(settings: Settings) -> Mapping[str, str]:
    """What a version records besides: the inference pipeline of the same commit."""
    return {INFERENCE_PIPELINE: plan(settings).uri}
