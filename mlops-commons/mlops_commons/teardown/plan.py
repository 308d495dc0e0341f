"""The order in which everything goes: what uses something before what it uses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.assembly.stacks import GOVERNANCE, StackSummary
from mlops_commons.teardown.inventory import Inventory


class Phase(StrEnum):
    """What goes together; the phases are in their order."""

    DEPLOYMENTS = "what projects have deployed"
    PROJECTS = "projects"
    STAGES = "the platform's stages"
    GOVERNANCE = "pipelines and repositories"


class Kind(StrEnum):
    """What a step removes."""

    STACK = "stack"
    PROJECT = "project"
    PRODUCT = "launched product"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One removal; `name` is what AWS calls it, `shown` what people do."""

    phase: Phase
    kind: Kind
    row: BootstrapRow
    name: str
    shown: str


def teardown_plan(
    inventories: Sequence[Inventory], apps: Mapping[str, Sequence[StackSummary]]
) -> tuple[Step, ...]:
    """The steps in their order; what is not there any more is not in the plan.

    Args:
        apps: the stacks of each app in the order of its assembly, what uses others last; the app
            that is deployed last comes first.
    """
    steps: list[Step] = []
    for phase, found in (
        (Phase.DEPLOYMENTS, _deployments(inventories)),
        (Phase.PROJECTS, _projects(inventories)),
        (Phase.STAGES, _platform(inventories, apps, governance=False)),
        (Phase.GOVERNANCE, _platform(inventories, apps, governance=True)),
    ):
        steps += [
            Step(phase=phase, kind=kind, row=row, name=name, shown=shown)
            for kind, row, name, shown in found
        ]
    return tuple(steps)


Found = Iterator[tuple[Kind, BootstrapRow, str, str]]


def _deployments(inventories: Sequence[Inventory]) -> Found:
    """The last stage first: what is in prod has come through the others."""
    for place in reversed(inventories):
        for stack in place.stacks:
            if stack.of_project:
                yield Kind.STACK, place.row, stack.name, stack.name


def _projects(inventories: Sequence[Inventory]) -> Found:
    for place in inventories:
        for project in place.projects:
            if project.project:
                yield Kind.PROJECT, place.row, project.project, project.name
            else:
                yield Kind.PRODUCT, place.row, project.provisioned_product, project.name


def _platform(
    inventories: Sequence[Inventory],
    apps: Mapping[str, Sequence[StackSummary]],
    *,
    governance: bool,
) -> Found:
    places = {(place.row.account, place.row.region): place for place in inventories}
    for stacks in apps.values():
        for stack in reversed(stacks):
            place = places.get((stack.account, stack.region))
            if (stack.role == GOVERNANCE) is not governance or place is None:
                continue
            if any(found.name == stack.stack for found in place.stacks):
                yield Kind.STACK, place.row, stack.stack, stack.stack
