"""Where jobs run: without any network, or in the private one of the stage."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .check_model import PIPELINE, all_steps, arguments_of, definition
from .check_structure import CONTRACT
from .stage_view import Found, StageView, listed, objects_in
from .values import unknown

CLUSTERS: Final = ("JobResources", "MonitoringResources")
"""What the definition of a monitoring job has beside its network. SageMaker starts these jobs
itself, so no permission of a role ends where they run."""
_, SUBNETS, SECURITY_GROUP = CONTRACT


def networks(view: StageView) -> Found:
    """Jobs of pipelines and of monitoring reach nothing but what the private network lets them."""
    for logical_id, _, row in view.resources:
        for job in objects_in(row):
            if any(key in job for key in CLUSTERS):
                yield from ((logical_id, bad) for bad in _outside(job.get("NetworkConfig"), view))
    for logical_id, row in view.of(PIPELINE):
        for name, network in _of_steps(definition(row)):
            yield from ((logical_id, f"step {name}: {bad}") for bad in _outside(network, view))


def _of_steps(content: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    for step in all_steps(content.get("Steps", [])):
        if step.get("Type") == "Processing":
            yield step.get("Name"), arguments_of(step).get("NetworkConfig")


def _outside(network: Any, view: StageView) -> Iterator[str]:
    """What keeps a job from being closed in; nothing where it is."""
    given = network if isinstance(network, Mapping) else {}
    if given.get("EnableNetworkIsolation") in (True, "true"):
        return
    place = given.get("VpcConfig")
    vpc = place if isinstance(place, Mapping) else {}
    for key, parameter in (("Subnets", SUBNETS), ("SecurityGroupIds", SECURITY_GROUP)):
        found = listed(vpc.get(key, []))
        if not found or any(
            value != unknown(f"ssm:{view.parameter(parameter)}") for value in found
        ):
            yield f"no EnableNetworkIsolation, and {key} {found or 'missing'}"
