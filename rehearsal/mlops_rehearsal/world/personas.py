"""The people of a rehearsal: sessions in Studio with the roles of their personas."""

from collections.abc import Mapping
from typing import Any, Final

from mlops_commons.config import Stage
from mlops_commons.contract import Persona
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

STUDIO: Final = "sagemaker.amazonaws.com"
"""Studio gives a person's session the role of the user profile."""


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
