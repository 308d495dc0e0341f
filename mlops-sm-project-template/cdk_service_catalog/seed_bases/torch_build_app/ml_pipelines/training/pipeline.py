"""The pipeline of this project: the fine-tuning that `project.yml` declares."""

from sagemaker.mlops.workflow.pipeline import Pipeline

from ml_pipelines.fine_tuning import fine_tuning_pipeline
from ml_pipelines.settings import Settings


def get_pipeline(settings: Settings) -> Pipeline:
    """The pipeline of a project; compiling it calls nothing."""
    return fine_tuning_pipeline(settings)
