"""Where an attack begins, and what its targets are."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from mlops_commons.config.values import nearest
from mlops_commons.utilities.errors import PlatformError
from mlops_reachability.accounts import PROJECTS
from mlops_reachability.edges import EXIT, branch, pushed, started
from mlops_reachability.model import FOREIGN, World
from mlops_reachability.pipelines import OUTSIDE, PIPELINE, outside

OWN, OTHER = PROJECTS.values()
PERSONA_PARAMETERS: Final = "/mlops/role/"
PROJECT_TAG: Final = "sagemaker:project-id"
HASH: Final = re.compile(r"[0-9A-F]{8}$")
"""With which the CDK ends a logical id."""
PERSONAS: Final = ("ds", "lead", "ml-engineer", "auditor", "execution")
"""A test compares with the contract, from which nothing is computed here."""
BRANCHES: Final = ("build", "deploy")
FORMS: Final = (
    *(f"persona {name}" for name in PERSONAS),
    *(f"persona {name} of project NAME" for name in PERSONAS),
    "persona approver",
    *OUTSIDE.values(),
    "pusher to the repository NAME",
    *(f"pusher to a project's {kind} repository" for kind in BRANCHES),
    *(f"pusher of branches to a project's {kind} repository" for kind in BRANCHES),
    "code that runs as a project's ROLE",
    "whoever starts a project's deploy pipeline",
    "foreign account",
)
"""What `starts` calls them, where a word in capitals or in braces is a name of what is deployed."""


class Target(StrEnum):
    """Classes of what can be reached."""

    OWN = "own project in dev"
    OTHER = "other project in dev"
    PERSONAS = "other personas"
    PLATFORM = "platform roles of dev"
    PREPROD = "preprod"
    PROD = "prod"
    GOVERNANCE = "governance"
    EXIT = "data to a foreign place"


PLACES: Final = {
    "governance": Target.GOVERNANCE,
    "preprod": Target.PREPROD,
    "prod": Target.PROD,
}


def starts(world: World) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the attacker has, in words, and the nodes that it means."""
    for name, arn in sorted(personas(world).items()):
        if OTHER not in name:
            yield f"persona {name}", (arn,)
    yield from _pushers(world)
    for role in sorted(world.roles.values(), key=lambda r: r.name):
        if OWN in role.name:
            place, label = world.places[role.account], role.name.rpartition(f"sagemaker-{OWN}-")[2]
            where = "" if place == "dev" else f" in {place}"
            yield f"code that runs as a project's {label}{where}", (role.arn,)
    for pipeline in world.of_type(PIPELINE):
        if OWN in pipeline.name and pipeline.name.endswith("deploy"):
            yield "whoever starts a project's deploy pipeline", (started(pipeline.arn),)
    yield "foreign account", (FOREIGN,)


def check_start(start: str) -> None:
    """Refuse what no configuration has, before minutes go into finding that out.

    Raises:
        PlatformError: no start is called so.
    """
    patterns = (re.sub(r"[A-Z]{4}|\\{\w+\\}", ".+", re.escape(form)) for form in FORMS)
    if not any(re.fullmatch(pattern, start) for pattern in patterns):
        shown = [form for form in FORMS if "of project" not in form]
        known = nearest(start, shown) or f"there are: {', '.join(shown)}"
        raise PlatformError(
            f"there is no start '{start}'; {known}", hint="leave --start out to see all"
        )


def _pushers(world: World) -> Iterator[tuple[str, tuple[str, ...]]]:
    for repository, who in sorted(outside(world).items()):
        yield who, (pushed(repository),)
    for repository in sorted(r.arn for r in world.of_type("AWS::CodeCommit::Repository")):
        name = repository.rpartition(":")[2]
        if world.places[repository.split(":")[4]] == "governance":
            yield f"pusher to the repository {name}", (pushed(repository),)
        elif OWN in name:
            kind = name.rpartition("-")[2]
            yield f"pusher to a project's {kind} repository", (pushed(repository),)
            yield f"pusher of branches to a project's {kind} repository", (branch(repository),)


def personas(world: World) -> dict[str, str]:
    """The roles of people by what the SSM contract calls them, and roles of approvers.

    A persona may have a role for each project beside it, which has the project's tag.
    """
    dev = world.account("dev")
    found = {
        parameter.name.rpartition("/")[2]: str(parameter.properties["Value"])
        for parameter in world.of_type("AWS::SSM::Parameter")
        if PERSONA_PARAMETERS in parameter.name
        and parameter.account == dev
        and parameter.properties["Value"] in world.roles
    }
    for name, arn in tuple(found.items()):
        beside = HASH.sub("", world.resources[arn].logical_id)
        for role in world.roles.values():
            project = role.tags.get(PROJECT_TAG)
            if project and world.resources[role.arn].logical_id.startswith(beside):
                found[f"{name} of project {project}"] = role.arn
    named = set(found.values())
    for role in world.roles.values():
        if role.account == dev and role.arn not in named and "pprover" in role.name:
            found["approver"] = role.arn
    return found


def target(world: World, node: str) -> Target | None:
    """The class of a node; None for what is only on the way."""
    kind, _, rest = node.partition(" ")
    if node == EXIT:
        return Target.EXIT
    if node in world.roles or kind in ("wide", "unbound", "made"):
        return _of_role(world, rest.partition(" ")[0] if rest else node)
    if kind == "push":
        return _of_name(world, rest, rest.split(":")[4])
    if kind == "data" and re.search(r"-?p-[a-z]+-", rest):
        bucket = world.resources[f"arn:aws:s3:::{rest}"]
        return _of_name(world, rest, bucket.account)
    return None


def _of_role(world: World, arn: str) -> Target:
    if arn in personas(world).values():
        return Target.PERSONAS
    return _of_name(world, arn, arn.split(":")[4]) or Target.PLATFORM


def _of_name(world: World, name: str, account: str) -> Target | None:
    place = PLACES.get(world.places[account])
    if place:
        return place
    if re.search(rf"\b{OTHER}\b", name):
        return Target.OTHER
    return Target.OWN if re.search(r"\bp-[a-z]*-", name) else Target.PLATFORM
