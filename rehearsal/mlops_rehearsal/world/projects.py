"""A SageMaker project in a rehearsal: what the acts of its life know about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.config import Deployment, Stage
from mlops_commons.contract import Persona, StageName
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.world.world import World

STUDIO: Final = "sagemaker.amazonaws.com"
"""Studio gives a person's session the role of the user profile."""
NAME: Final = "churn"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A launched project, in the dev account of a set.

    Attributes:
        product: as Studio shows it.
        project_id: as SageMaker would give it.
        missing: what its training needs and this machine cannot get; empty where nothing is.
    """

    deployment: Deployment
    dev: Stage
    product: str
    name: str
    project_id: str
    missing: str = ""

    @property
    def full_name(self) -> str:
        """What the names of everything that belongs to the project have in common."""
        return f"{self.name}-{self.project_id}"

    def pipeline(self, kind: str) -> str:
        """The project's pipeline, `build` or `deploy`."""
        return f"sagemaker-{self.full_name}-{kind}"

    def stages(self) -> tuple[Stage, ...]:
        """Where the project delivers, in order.

        Raises:
            PlatformError: the set lacks a stage.
        """
        found = tuple(
            stage
            for name in (StageName.DEV, StageName.PREPROD, StageName.PROD)
            if (stage := self.deployment.stage(name))
        )
        if len(found) < len(StageName):
            raise PlatformError(
                f"set '{self.deployment.set_name}' has not all of {', '.join(StageName)}",
                hint="rehearse it until act 5: rehearse --until world",
            )
        return found


def persona(world: World, project: Project, who: Persona, service: str) -> Any:
    """A client of a service with the role that Studio gives a persona in the dev account."""
    return world.client(service, project.dev.region, persona_credentials(world, project.dev, who))


def persona_credentials(world: World, dev: Stage, who: Persona) -> Mapping[str, str]:
    """The credentials of a persona's session in Studio."""
    ssm = world.administrator("ssm", dev.account, dev.region)
    name = who.parameter.within(dev.parameter_namespace)
    role = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    # Studio sets the name of the person's profile as source identity.
    name = f"studio-{who}"[:64]
    return world.emulator.service_credentials(role, STUDIO, name, source_identity=name)
