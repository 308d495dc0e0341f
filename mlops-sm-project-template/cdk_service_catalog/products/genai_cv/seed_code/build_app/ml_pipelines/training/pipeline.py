"""The pipeline of this project: the fine-tuning of its product."""

from sagemaker.mlops.workflow.pipeline import Pipeline

from ml_pipelines.fine_tuning import fine_tuning_pipeline
from ml_pipelines.settings import Settings
from ml_pipelines.training.product import PRODUCT


def get_pipeline(settings: Settings) -> Pipeline:
    """The pipeline of a project; compiling it calls nothing."""
    return fine_tuning_pipeline(settings, PRODUCT)
