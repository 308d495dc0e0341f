"""Checks of what stages are for, and of the names that projects know them by."""

from collections.abc import Iterator
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.model import DeploymentFile, StageFile
from mlops_commons.config.resolve import role_of
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.contract import StageRole
from mlops_commons.stage import Deployment, Stage
from mlops_commons.utilities.errors import Problem

ROLES: Final = ", ".join(StageRole)
MOST_OF_A_NAME: Final = 13
"""An endpoint is `<project>-<project id>-<stage>` with 63 characters at most (API_CreateEndpoint,
EndpointName), of which the name of a project may have 32 and its id 16."""
MOST_STAGES: Final = 5
"""Dev and four more: each is named in policies of a project, whose lengths IAM limits."""
RESERVED: Final = frozenset({"deployment"})
"""`DeploymentRegion` is a parameter of projects, and would be the region of such a stage."""
PURPOSES: Final = frozenset(
    {"build", "deploy", "events", "execution", "image", "synth", "test"},
)
"""How the names of a project's roles in dev go on after its id; see `project/access/roles.py`."""


def roles_are_known(sources: Sources) -> Iterator[Problem]:
    """A role is the name of the stage, or written beside it; never two different ones."""
    for path, _, stage in _written(sources):
        named, message = stage.stage_name.lower(), ""
        if _is_unknown(stage):
            message = (
                f"nothing says what the stage '{stage.stage_name}' is for; write 'role:' below "
                f"its name, with one of: {ROLES}"
            )
        elif named in set(StageRole) and stage.role not in (None, named):
            message = (
                f"the stage '{stage.stage_name}' cannot play '{stage.role}': everybody would take "
                f"it for {named}; remove the line, or give the stage another name"
            )
        if message:
            yield sources.app_document.problem((*path, "role"), message)


def one_dev(sources: Sources) -> Iterator[Problem]:
    """An enabled set has one stage that plays dev, though it may be disabled for now."""
    for index, deployment in enumerate(sources.app.deployments):
        if not deployment.enabled or any(map(_is_unknown, deployment.stages)):
            continue
        found = [n for n, s in enumerate(deployment.stages) if role_of(s) is StageRole.DEV]
        path: KeyPath = (APP_ROOT, "deployments", index, "stages")
        if not found:
            message = (
                f"set '{deployment.set_name}' has no stage that plays dev; it is where people "
                "work and projects begin, so every enabled set needs one: name it 'dev', or write "
                "'role: dev' below another name"
            )
            yield sources.app_document.problem(path, message)
        for position in found[1:]:
            first, stage = deployment.stages[found[0]], deployment.stages[position]
            message = (
                f"set '{deployment.set_name}' has a stage that plays dev already, "
                f"'{first.stage_name}'; give '{stage.stage_name}' the role preprod or prod, or a "
                "set of its own"
            )
            yield sources.app_document.problem((*path, position, _key(stage)), message)


def in_order_of_delivery(sources: Sources) -> Iterator[Problem]:
    """Stages are delivered as the file lists them, so that who reads it knows the order."""
    order = list(StageRole)
    for path, deployment, stage in _written(sources):
        before = deployment.stages[: _position(path)]
        later = [s for s in before if order.index(role_of(s)) > order.index(role_of(stage))]
        if later and not any(map(_is_unknown, deployment.stages)):
            message = (
                f"'{stage.stage_name}' ({role_of(stage)}) stands after "
                f"'{later[0].stage_name}' ({role_of(later[0])}); stages are delivered in the order "
                f"of the file: {ROLES}"
            )
            yield sources.app_document.problem((*path, "stage_name"), message)


def names_of_projects_fit(sources: Sources) -> Iterator[Problem]:
    """What projects make in a stage has its name in theirs."""
    for path, deployment, stage in _of_projects(sources):
        name, where = stage.stage_name, (*path, "stage_name")
        if len(name) > MOST_OF_A_NAME:
            message = (
                f"'{name}' has {len(name)} characters, {MOST_OF_A_NAME} at most where projects "
                "deploy: their endpoints have it in their names"
            )
            yield sources.app_document.problem(where, message)
        if "--" in name or name.endswith("-"):
            message = (
                f"'{name}' has no letter or digit after a hyphen; endpoints of projects, which "
                "have it in their names, need one"
            )
            yield sources.app_document.problem(where, message)
        if name.lower() in RESERVED:
            message = f"'{name}' is a word of the templates of projects; take another name"
            yield sources.app_document.problem(where, message)
        if deployment.enabled_stages.index(stage) == MOST_STAGES:
            message = (
                f"projects of set '{deployment.set_name}' deploy to {MOST_STAGES} stages at most; "
                "put further ones into another set, or write 'enabled: false' under 'projects'"
            )
            yield sources.app_document.problem(where, message)


def names_stay_apart(sources: Sources) -> Iterator[Problem]:
    """Policies know what projects have in a stage by the beginning of a name."""
    for path, deployment, stage in _of_projects(sources):
        message = _confused(deployment, stage)
        if message:
            yield sources.app_document.problem((*path, "stage_name"), message)


def _confused(deployment: Deployment, stage: Stage) -> str:
    name, dev = stage.stage_name.lower(), deployment.dev
    if dev and dev.account == stage.account and name.partition("-")[0] in PURPOSES:
        return (
            f"'{stage.stage_name}' in the account of '{dev.stage_name}' would be taken for a role "
            "of projects there; take a name that begins with none of: "
            + ", ".join(sorted(PURPOSES))
        )
    for other in deployment.enabled_stages[: deployment.enabled_stages.index(stage)]:
        first, second = sorted((name, other.stage_name.lower()), key=len)
        if first.replace("-", "") == second.replace("-", "") and first != second:
            return f"'{stage.stage_name}' and '{other.stage_name}' differ in hyphens only"
        if stage.account == other.account and _within(first, second):
            return (
                f"'{stage.stage_name}' and '{other.stage_name}' are in one account, and what "
                f"begins with '{first}' or ends with it would be either's; take names of which "
                "none is a part of the other"
            )
    return ""


def _within(first: str, second: str) -> bool:
    """Whether the parts of one name stand in the other, in a row."""
    return f"-{first}-" in f"-{second}-" and first != second


def _is_unknown(stage: StageFile) -> bool:
    return stage.role is None and stage.stage_name.lower() not in set(StageRole)


def _written(sources: Sources) -> Iterator[tuple[KeyPath, DeploymentFile, StageFile]]:
    """The stages of enabled sets as they are written, those that are disabled too."""
    for index, deployment in enumerate(sources.app.deployments):
        for position, stage in enumerate(deployment.stages if deployment.enabled else ()):
            yield (APP_ROOT, "deployments", index, "stages", position), deployment, stage


def _of_projects(sources: Sources) -> Iterator[tuple[KeyPath, Deployment, Stage]]:
    return (row for row in sources.stages() if row[1].projects.enabled)


def _position(path: KeyPath) -> int:
    position = path[-1]
    assert isinstance(position, int)
    return position


def _key(stage: StageFile) -> str:
    return "role" if stage.role else "stage_name"
