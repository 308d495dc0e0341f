"""The training on AWS's image for scikit-learn."""

from ml_pipelines.jobs import OFFLINE_INSTALL, SERVING  # isort: skip
from sagemaker.core import image_uris
from sagemaker.mlops.workflow.pipeline import Pipeline

from ml_pipelines.settings import Settings
from ml_pipelines.tabular import tabular_pipeline

FRAMEWORK_VERSION = "1.9-0"
"""The release of the scikit-learn container; requirements.in pins the same scikit-learn."""


def get_pipeline(settings: Settings) -> Pipeline:
    """The pipeline of a project; compiling it calls nothing."""
    image = image_uris.retrieve("sklearn", settings.region, version=FRAMEWORK_VERSION)
    return tabular_pipeline(settings, image, serving={**SERVING, **OFFLINE_INSTALL})
