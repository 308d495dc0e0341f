"""Who attacks: a data scientist's session, and the sessions that may do the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.contract import Persona
from mlops_rehearsal.world.personas import member_credentials, member_role, persona_credentials
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

LOOT: Final = b"loot"


@dataclass(frozen=True)
class Attacker:
    """A data scientist with bad intentions, in a world with a project."""

    world: World
    project: Project

    @property
    def credentials(self) -> Mapping[str, str]:
        """Of the session in Studio."""
        return member_credentials(self.world, self.project, Persona.DATA_SCIENTIST)

    def client(self, service: str) -> Any:
        """A client in the dev account."""
        return self.world.client(service, self.project.dev.region, self.credentials)

    def taking(self, credentials: Mapping[str, str]) -> "Attacker":
        """The same calls by somebody else, who may make them."""
        return Somebody(self.world, self.project, credentials)

    def role_of_project(self, name: str, service: str) -> "Attacker":
        """The same calls by a role of the project."""
        roles = self.world.config.org.roles
        own = roles.resource(roles.pattern(f"sagemaker-{self.project.project_id}-{name}"))
        arn = f"arn:aws:iam::{self.project.dev.account}:{own}"
        return self.taking(
            self.world.emulator.service_credentials(arn, f"{service}.amazonaws.com", "control")
        )

    def look(self, service: str) -> Any:
        """What only somebody knows who has looked around; never used for an attempt."""
        return self.world.administrator(service, self.project.dev.account, self.project.dev.region)

    def bucket(self, part: str) -> str:
        """The bucket of dev whose name holds a text."""
        found = [b["Name"] for b in self.look("s3").list_buckets()["Buckets"]]
        return str(next(name for name in sorted(found) if part in name))

    def overwrite(self, part: str, key: str) -> object:
        """Write an object of a bucket."""
        return self.client("s3").put_object(Bucket=self.bucket(part), Key=key, Body=LOOT)

    def role(self, who: Persona) -> str:
        """The role of a persona in the project."""
        return member_role(self.world, self.project, who)


@dataclass(frozen=True)
class Somebody(Attacker):
    """The same calls by a session that may make them."""

    session: Mapping[str, str]

    @property
    def credentials(self) -> Mapping[str, str]:
        """Of that session."""
        return self.session


def administrator(who: Attacker) -> Attacker:
    """The administrator of dev."""
    return who.taking(who.world.administrators[who.project.dev.account])


def governance(who: Attacker) -> Attacker:
    """The administrator of governance."""
    return who.taking(who.world.administrators[who.world.config.pipeline.account])


def lead(who: Attacker) -> Attacker:
    """The lead of the project, in Studio."""
    return who.taking(member_credentials(who.world, who.project, Persona.LEAD_DATA_SCIENTIST))


def launcher(who: Attacker) -> Attacker:
    """A lead who launches projects, in Studio."""
    dev = who.project.dev
    return who.taking(persona_credentials(who.world, dev, Persona.LEAD_DATA_SCIENTIST))


def deploy_pipeline(who: Attacker) -> Attacker:
    """The project's deploy pipeline."""
    return who.role_of_project("deploy-pipeline", "codepipeline")


def synth(who: Attacker) -> Attacker:
    """What runs the code of the project's deploy repository."""
    return who.role_of_project("synth", "codebuild")
