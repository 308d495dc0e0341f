"""Obstacles to a delivery as findings."""

from collections.abc import Iterable, Iterator
from typing import Any

from mlops_commons.accounts.account_policies import stacks_of
from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.accounts.obstacle import Obstacle
from mlops_commons.accounts.taken_names import taken_names
from mlops_commons.doctor.expected import SYNTHESISE, Expected
from mlops_commons.doctor.finding import Finding, Level


def of_obstacles(area: str, obstacles: Iterable[Obstacle]) -> Iterator[Finding]:
    """A finding for each obstacle."""
    for found in obstacles:
        level = Level.ERROR if found.blocks else Level.WARNING
        yield Finding(level=level, area=area, message=found.message, remedy=found.remedy)


def look_at_names(
    area: str, row: BootstrapRow, session: Any, expected: Expected
) -> Iterator[Finding]:
    """Findings about the names that stacks would give and something else has.

    Raises:
        PlatformError: a service may not be asked.
    """
    if expected.assemblies is None:
        message = "names are not compared: the templates are not synthesised"
        yield Finding(level=Level.UNCHECKED, area=area, message=message, remedy=SYNTHESISE)
        return
    found = tuple(taken_names(row, stacks_of(row, expected.assemblies), session))
    yield from of_obstacles(area, found)
    if not found:
        message = "no name that the platform gives is taken"
        yield Finding(level=Level.OK, area=area, message=message)
