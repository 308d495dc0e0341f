"""Canary deployments of endpoints: a share of the traffic first, while alarms watch.

Developer Guide, "Use canary traffic shifting": the new fleet takes the canary's share for the
baking period; then it takes the rest. "If any alarms are tripped during a deployment, SageMaker
rolls back the deployment" (API_AutoRollbackConfig).
"""

import itertools
import time
from dataclasses import dataclass, field
from typing import Final

from ministack_aws.cloudformation.records import Key
from ministack_aws.engine.types import Properties
from ministack_aws.sagemaker import endpoint_metrics

LONGEST_WAIT: Final = 5.0
"""Seconds that a baking period lasts here at most: it only has to be longer than some requests."""
LOOK: Final = 0.2
FULL: Final = 100


@dataclass
class Rollout:
    """A deployment under way; every `100 / percent`-th request is the canary's."""

    config_name: str
    percent: int
    requests: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def takes_next(self) -> bool:
        """Whether the new fleet answers the next request."""
        number = next(self.requests)
        return number * self.percent // FULL > (number - 1) * self.percent // FULL


ROLLOUTS: Final[dict[Key, Rollout]] = {}
"""The deployments under way by the endpoint's key in the records."""


def config_name_of(key: Key, serving: str) -> str:
    """The name of the configuration that answers the next request to an endpoint."""
    rollout = ROLLOUTS.get(key)
    return rollout.config_name if rollout and rollout.takes_next() else serving


def bake(key: Key, properties: Properties) -> None:
    """Wait out the baking period of an update, if it is a canary's.

    Args:
        properties: those of the endpoint as it will be.

    Raises:
        ValueError: an alarm was tripped; the endpoint stays as it was.
    """
    deployment = properties.get("DeploymentConfig") or {}
    routing = (deployment.get("BlueGreenUpdatePolicy") or {}).get("TrafficRoutingConfiguration", {})
    if routing.get("Type") != "CANARY":
        return
    rollback = deployment.get("AutoRollbackConfiguration") or {}
    names = [alarm["AlarmName"] for alarm in rollback.get("Alarms", ())]
    percent = int(routing["CanarySize"]["Value"])
    ROLLOUTS[key] = Rollout(properties["EndpointConfigName"], percent)
    try:
        wait = float(routing["WaitIntervalInSeconds"])
        seconds = min(LONGEST_WAIT, wait)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(LOOK)
            _refuse(properties, endpoint_metrics.tripped(names, speed=wait / seconds))
    finally:
        del ROLLOUTS[key]


def _refuse(properties: Properties, tripped: list[str]) -> None:
    if tripped:
        raise ValueError(
            f"The deployment of endpoint {properties['EndpointName']} was rolled back: the alarm "
            f"{', '.join(tripped)} was tripped"
        )
