"""What a product is: plain data that its folder declares, with a CDK stack where it brings one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # a definition is read without the CDK
    from aws_cdk import Stack

VERSION: Final = r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
MAXIMUM_NAME: Final = 100
MAXIMUM_DESCRIPTION: Final = 400
NAMES: Final = 'a tuple of names, such as ("build_app",) with its comma'


class DeployTrigger(StrEnum):
    """What starts the deploy pipeline besides a push to its repository."""

    MODEL_APPROVAL = "model-approval"
    TRAINING_SUCCESS = "training-success"


def _are_names(value: object) -> bool:
    return isinstance(value, tuple | list) and all(isinstance(name, str) for name in value)


@dataclass(frozen=True, kw_only=True)
class CatalogueEntry:
    """What every product tells the portfolio.

    Attributes:
        name: what Studio and Service Catalog show.
        description: one or two sentences for the person who chooses.
        version: semantic; a changed template needs a new one.
    """

    name: str
    description: str
    version: str

    @property
    def layers(self) -> Mapping[str, tuple[str, ...]]:
        """The seed bases of each repository, by the repository's folder in `seed_code`."""
        raise NotImplementedError

    @property
    def deploys_when(self) -> str:
        """What starts a deployment, for the table of products."""
        raise NotImplementedError

    def names_layers(self) -> bool:
        """Whether the seed bases are names, of which the content of repositories can be made."""
        rows: object = self.layers
        return isinstance(rows, Mapping) and all(map(_are_names, rows.values()))

    def problems(self) -> Mapping[str, str]:
        """Why this cannot be a product, by the field that is wrong; empty when it can."""
        texts = ("name", "description", "version")
        wrong = {
            field: f"'{field}' is {value!r}; allowed: a text in one line"
            for field in texts
            if not (isinstance(value := getattr(self, field), str) and value.isprintable())
        }
        if wrong:
            return wrong
        found = {
            field: f"'{field}' is longer than {maximum} characters"
            for field, maximum in (("name", MAXIMUM_NAME), ("description", MAXIMUM_DESCRIPTION))
            if len(getattr(self, field)) > maximum
        }
        found |= {
            field: f"'{field}' is empty; write a text that people see in Studio"
            for field in ("name", "description")
            if not getattr(self, field)
        }
        if not re.fullmatch(VERSION, self.version):
            found["version"] = f"'version' is '{self.version}', not three numbers such as 1.0.0"
        return found


@dataclass(frozen=True, kw_only=True)
class ProductDefinition(CatalogueEntry):
    """A SageMaker project with the standard pipelines, `PRODUCT` in a folder's `product.py`.

    Attributes:
        build_layers, deploy_layers: seed bases below the product's own `seed_code`, in order; a
            later layer's file replaces an earlier one's.
        deploy_trigger: what starts the deploy pipeline besides a push.
        image_repository: the project builds its own container images.
        inference_pipeline: the project promotes a SageMaker pipeline instead of an endpoint.
        samples: a version brings samples in its archive, which the tests of a deployment read.
        stack: a subclass of `ProjectStack` that adds constructs and parameters; none for the
            standard project.
    """

    build_layers: tuple[str, ...]
    deploy_layers: tuple[str, ...]
    deploy_trigger: DeployTrigger = DeployTrigger.MODEL_APPROVAL
    image_repository: bool = False
    inference_pipeline: bool = False
    samples: bool = False
    stack: "type[Stack] | None" = None

    @property
    def layers(self) -> Mapping[str, tuple[str, ...]]:
        """The seed bases of both repositories."""
        return {"build_app": self.build_layers, "deploy_app": self.deploy_layers}

    @property
    def decided_by_people(self) -> bool:
        """Whether a version waits for somebody; else its deployment asks, stage by stage."""
        return self.deploy_trigger is DeployTrigger.MODEL_APPROVAL

    @property
    def deploys_when(self) -> str:
        """The trigger in words."""
        return {
            DeployTrigger.MODEL_APPROVAL: "a version is approved or rejected",
            DeployTrigger.TRAINING_SUCCESS: "a training succeeds",
        }[self.deploy_trigger]

    def problems(self) -> Mapping[str, str]:
        """Why this cannot be a product."""
        found = dict(super().problems())
        for name in ("build_layers", "deploy_layers"):
            layers = getattr(self, name)
            if not _are_names(layers):
                found[name] = f"'{name}' is {layers!r}; allowed: {NAMES}"
            elif not layers:
                found[name] = f"'{name}' names no seed base"
        if not isinstance(self.deploy_trigger, DeployTrigger):
            allowed = ", ".join(f"DeployTrigger.{trigger.name}" for trigger in DeployTrigger)
            found["deploy_trigger"] = (
                f"'deploy_trigger' is {self.deploy_trigger!r}; allowed: {allowed}"
            )
        return found


@dataclass(frozen=True, kw_only=True)
class StackProduct(CatalogueEntry):
    """A product with a template of its own, `PRODUCT` in a folder's `product.py`.

    Attributes:
        stack: a subclass of `ProductStack` that creates everything in the template.
        repositories: the seed bases of each repository that the stack seeds, by its folder in
            `seed_code`; empty for a repository without a base.
    """

    stack: "type[Stack]"
    repositories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def layers(self) -> Mapping[str, tuple[str, ...]]:
        """The seed bases of its repositories."""
        return self.repositories

    def problems(self) -> Mapping[str, str]:
        """Why this cannot be a product."""
        found = dict(super().problems())
        if not self.names_layers():
            shown = f"'repositories' is {self.repositories!r}"
            found["repositories"] = f"{shown}; allowed: for each repository {NAMES}"
        return found

    @property
    def deploys_when(self) -> str:
        """Nobody but the stack knows."""
        return "its own pipelines say so"
