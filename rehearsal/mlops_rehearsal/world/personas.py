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
    """A client of a service with the role that Studio gives somebody who works on a project."""
    return world.client(service, project.dev.region, member_credentials(world, project, who))


def persona_credentials(world: World, dev: Stage, who: Persona) -> Mapping[str, str]:
    """The credentials of a session in Studio, of somebody who is listed for no project."""
    return _session(world, who, persona_role(world, dev, who))


def member_credentials(world: World, project: Project, who: Persona) -> Mapping[str, str]:
    """The credentials of a session in Studio, of somebody who works on a project."""
    return _session(world, who, member_role(world, project, who))


def persona_role(world: World, dev: Stage, who: Persona) -> str:
    """The role of a persona that is listed for no project, by the parameter of the contract."""
    ssm = world.administrator("ssm", dev.account, dev.region)
    name = who.parameter.within(dev.parameter_namespace)
    return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])


def member_role(world: World, project: Project, who: Persona) -> str:
    """The role of the profile that is listed for a project; the persona's where none is."""
    studio = world.config.studio(project.deployment.set_name, project.dev.stage_name)
    on_it = (project.project_id, who)
    users = studio.users if studio else ()
    listed = {user.profile_name for user in users if (user.project, user.persona) == on_it}
    sagemaker = world.administrator("sagemaker", project.dev.account, project.dev.region)
    for found in sagemaker.list_user_profiles()["UserProfiles"] if listed else ():
        if found["UserProfileName"] in listed:
            named = {key: found[key] for key in ("DomainId", "UserProfileName")}
            return str(sagemaker.describe_user_profile(**named)["UserSettings"]["ExecutionRole"])
    return persona_role(world, project.dev, who)


def _session(world: World, who: Persona, role: str) -> Mapping[str, str]:
    # Studio sets the name of the person's profile as source identity.
    name = f"studio-{who}"[:64]
    return world.emulator.service_credentials(role, STUDIO, name, source_identity=name)
