"""Every check, by the name under which it is reported."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from mlops_rehearsal.behaviour.checks import (
    access_logs,
    alarms,
    boundaries,
    buckets,
    builds,
    code_calls,
    decisions,
    deliveries,
    delivery_roles,
    endpoints_let_through,
    functions,
    groups,
    images,
    jobs,
    keys,
    launches,
    makers,
    names,
    order,
    persons,
    pipelines,
    places,
    posture,
    projects,
    queues,
    ranges,
    readers,
    rollouts,
    routes,
    rules,
    schedules,
    seeds,
    stage_roles,
    stages,
    studio,
    told,
    topics,
    trust,
    writers,
)
from mlops_rehearsal.behaviour.stack import Stack

Check = Callable[[Stack], Iterator[str]]
MODULES: Final = (
    *(places, posture, order, ranges, routes, groups, endpoints_let_through, keys, readers, topics),
    queues,
    *(buckets, access_logs, trust, builds, pipelines, functions, code_calls, rules, jobs),
    images,
    *(
        boundaries,
        names,
        writers,
        projects,
        rollouts,
        decisions,
        makers,
        stages,
        stage_roles,
        deliveries,
        launches,
        persons,
        studio,
        alarms,
        told,
        delivery_roles,
        schedules,
        seeds,
    ),
)
"""In the order in which they are asked: those that are quick first."""


def _checks() -> Iterator[tuple[str, Check]]:
    """A check takes a stack and nothing else, and gives texts."""
    for module in MODULES:
        for name, found in vars(module).items():
            own = inspect.isfunction(found) and found.__module__ == module.__name__
            if own and not name.startswith("_") and _asks_a_stack(found):
                yield name, found


def _asks_a_stack(found: Callable[..., object]) -> bool:
    signature = inspect.signature(found)
    taken = [parameter.annotation for parameter in signature.parameters.values()]
    return taken == [Stack] and signature.return_annotation == Iterator[str]


CHECKS: Final[Mapping[str, Check]] = dict(_checks())
