"""Who works on a launched project, where `separation: project` keeps projects apart."""

from typing import Final

from mlops_commons.config import Deployment, PlatformConfig, Stage
from mlops_commons.contract import Persona
from mlops_commons.stage import Separation
from mlops_rehearsal.world.projects import Project

NEEDED: Final = (Persona.DATA_SCIENTIST, Persona.LEAD_DATA_SCIENTIST)
"""Without whom no change is written and no version approved."""


def complete_projects(config: PlatformConfig, deployment: Deployment, dev: Stage) -> list[str]:
    """The ids of a stage's Studio that have a data scientist and a lead, in the file's order."""
    studio = config.studio(deployment.set_name, dev.stage_name)
    users = studio.users if studio else ()
    ids = dict.fromkeys(user.project for user in users if user.project)
    return [
        found
        for found in ids
        if {(found, who) for who in NEEDED} <= {(user.project, user.persona) for user in users}
    ]


def missing_people(project: Project, config: PlatformConfig) -> str:
    """Who is to be listed before anybody can work on a project; empty where somebody can."""
    deployment = project.deployment
    if deployment.projects.separation is not Separation.PROJECT:
        return ""
    if project.project_id in complete_projects(config, deployment, project.dev):
        return ""
    return f"a data scientist and a lead with 'project: {project.project_id}' in cdk-infra-app.yml"
