"""The training on the image that AWS has for the declared algorithm."""

from ml_pipelines.jobs import OFFLINE_INSTALL, SERVING  # isort: skip
from sagemaker.core import image_uris
from sagemaker.mlops.workflow.pipeline import Pipeline

from ml_pipelines import declared
from ml_pipelines.settings import Settings
from ml_pipelines.tabular import tabular_pipeline

SCIKIT_LEARN = ("sklearn", "1.9-0")
IMAGES = {
    "gradient-boosting": SCIKIT_LEARN,
    "own": SCIKIT_LEARN,
    "xgboost": ("xgboost", "3.0-5"),
}
"""Framework and release of the container; requirements.in pins the scikit-learn of the first and
the XGBoost of the second (aws/sagemaker-xgboost-container, docker/3.0-5)."""


def image(settings: Settings) -> str:
    """The image that runs the jobs and serves the model."""
    framework, release = IMAGES[declared.read().algorithm]
    return str(image_uris.retrieve(framework, settings.region, version=release))


def get_pipeline(settings: Settings) -> Pipeline:
    """The pipeline of a project; compiling it calls nothing."""
    return tabular_pipeline(settings, image(settings), serving={**SERVING, **OFFLINE_INSTALL})
