"""The training in the project's own image."""

from sagemaker.mlops.workflow.pipeline import Pipeline

from ml_pipelines.settings import Settings
from ml_pipelines.tabular import tabular_pipeline


def get_pipeline(settings: Settings) -> Pipeline:
    """The pipeline of a project; compiling it calls nothing.

    The image is the one that the build before this has pushed, whatever tags say meanwhile, and
    has a program `train` of its own.
    """
    return tabular_pipeline(settings, settings.image, train_script="")
