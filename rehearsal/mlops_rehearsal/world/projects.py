"""A SageMaker project in a rehearsal: what the acts of its life know about it."""

from dataclasses import dataclass
from typing import Final

from mlops_commons.config import Deployment, Stage

NAME: Final = "churn"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A launched project, in the dev account of a set.

    Attributes:
        product: as Studio shows it.
        project_id: as SageMaker would give it.
        nobody: who is to be listed for it before anybody can work on it; empty where somebody is.
        missing: what its training needs and this machine cannot get; empty where nothing is.
    """

    deployment: Deployment
    dev: Stage
    product: str
    name: str
    project_id: str
    missing: str = ""
    nobody: str = ""

    @property
    def full_name(self) -> str:
        """What the names of everything that belongs to the project have in common."""
        return f"{self.name}-{self.project_id}"

    def pipeline(self, kind: str) -> str:
        """The project's pipeline, `build` or `deploy`."""
        return f"sagemaker-{self.full_name}-{kind}"

    def stages(self) -> tuple[Stage, ...]:
        """Where the project delivers, in order."""
        return self.deployment.enabled_stages
