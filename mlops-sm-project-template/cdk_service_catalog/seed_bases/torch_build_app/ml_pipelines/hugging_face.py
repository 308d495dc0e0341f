"""Images of Hugging Face, with transformers, peft and diffusers in them: an isolated job cannot
install anything."""

from collections.abc import Mapping
from dataclasses import dataclass

from ml_pipelines.jobs import SERVING  # isort: skip
from sagemaker.core import image_uris

from ml_pipelines.declared import Declaration
from ml_pipelines.settings import Settings

TRAINING = {"version": "5.3.0", "base_framework_version": "pytorch2.9.0"}
INFERENCE = {"version": "5.5.3", "base_framework_version": "pytorch2.6.0"}
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


@dataclass(frozen=True, kw_only=True)
class Container:
    """What serves: an image and its variables."""

    image: str
    environment: Mapping[str, str]


def training_image(settings: Settings, instance_type: str) -> str:
    """The image that trains."""
    return image(settings, "huggingface", "training", instance_type, TRAINING)


def handlers(settings: Settings, found: Declaration) -> Container:
    """The server that calls the handlers in `inference.py`."""
    return Container(
        image=image(settings, "huggingface", "inference", found.machines.inference, INFERENCE),
        environment={**SERVING, **OFFLINE},
    )


def image(
    settings: Settings, name: str, scope: str, instance_type: str, versions: Mapping[str, str]
) -> str:
    """An image of AWS's in the region, as the SDK of the lock knows it."""
    uri: str = image_uris.retrieve(
        name,
        settings.region,
        image_scope=scope,
        instance_type=instance_type,
        py_version="py312",
        **versions,
    )
    return uri
