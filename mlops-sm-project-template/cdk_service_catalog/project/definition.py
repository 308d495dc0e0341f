"""What a product is: plain data that its folder declares."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

VERSION: Final = r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
MAXIMUM_NAME: Final = 100
MAXIMUM_DESCRIPTION: Final = 400
MAXIMUM_BUILD_MINUTES: Final = 2160
"""The longest that a CodeBuild build may take (API_CreateProject, timeoutInMinutes)."""


class DeployTrigger(StrEnum):
    """What starts the deploy pipeline besides a push to its repository."""

    MODEL_APPROVAL = "model-approval"
    BUILD_SUCCESS = "build-success"


@dataclass(frozen=True, kw_only=True)
class ProductDefinition:
    """A SageMaker project template, `PRODUCT` in a folder's `product.py`.

    Attributes:
        name: what Studio and Service Catalog show.
        description: one or two sentences for the person who chooses.
        version: semantic; a changed template needs a new one.
        build_layers, deploy_layers: seed bases below the product's own `seed_code`, in order; a
            later layer's file replaces an earlier one's.
        deploy_trigger: what starts the deploy pipeline besides a push.
        image_repository: the project builds its own container images.
        inference_pipeline: the project promotes a SageMaker pipeline instead of an endpoint.
        build_minutes: how long a training run may take.
    """

    name: str
    description: str
    version: str
    build_layers: tuple[str, ...]
    deploy_layers: tuple[str, ...]
    deploy_trigger: DeployTrigger = DeployTrigger.MODEL_APPROVAL
    image_repository: bool = False
    inference_pipeline: bool = False
    build_minutes: int = 480

    def problems(self) -> list[str]:
        """Why this cannot be a product; empty when it can."""
        found = [
            f"'{field}' is empty" for field in ("name", "description") if not getattr(self, field)
        ]
        for field, maximum in (("name", MAXIMUM_NAME), ("description", MAXIMUM_DESCRIPTION)):
            if len(getattr(self, field)) > maximum:
                found.append(f"'{field}' is longer than {maximum} characters")
        if not re.fullmatch(VERSION, self.version):
            found.append(f"'version' is '{self.version}', not three numbers such as 1.0.0")
        if not 5 <= self.build_minutes <= MAXIMUM_BUILD_MINUTES:
            found.append(
                f"'build_minutes' is {self.build_minutes}, not 5 to {MAXIMUM_BUILD_MINUTES}"
            )
        for field in ("build_layers", "deploy_layers"):
            if not getattr(self, field):
                found.append(f"'{field}' names no seed base")
        return found
