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

SHORTEST, LONGEST = 5.0, 60.0
"""Seconds that a baking period lasts here, where a stage asks for minutes."""
REQUESTS: Final = 60
"""How many it has to see within them: a slow model answers few in the shortest."""
LOOK: Final = 0.2
FULL: Final = 100


@dataclass
class Rollout:
    """A deployment under way; every `100 / percent`-th request is the canary's.

    Attributes:
        name: of the new configuration, or of a component's new model.
    """

    name: str
    percent: int
    requests: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    seen: int = 0

    def takes_next(self) -> bool:
        """Whether the new fleet answers the next request."""
        self.seen = number = next(self.requests)
        return number * self.percent // FULL > (number - 1) * self.percent // FULL


ROLLOUTS: Final[dict[Key, Rollout]] = {}
"""The deployments under way by the endpoint's key in the records."""


def answering(key: Key, serving: str) -> str:
    """The name of the configuration, or of a component's model, that answers the next request."""
    rollout = ROLLOUTS.get(key)
    return rollout.name if rollout and rollout.takes_next() else serving


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
    rollout = Rollout(properties["EndpointConfigName"], int(routing["CanarySize"]["Value"]))
    what = f"endpoint {properties['EndpointName']}"
    watch(key, rollout, deployment, float(routing["WaitIntervalInSeconds"]), what)


def watch(key: Key, rollout: Rollout, deployment: Properties, wait: float, what: str) -> None:
    """Let a rollout take its share of the traffic while alarms watch.

    Args:
        wait: the seconds of the baking period.
        what: is deployed, in the words of a failed stack.

    Raises:
        ValueError: an alarm was tripped.
    """
    rollback = deployment.get("AutoRollbackConfiguration") or {}
    names = [alarm["AlarmName"] for alarm in rollback.get("Alarms", ())]
    ROLLOUTS[key] = rollout
    try:
        start, seconds = time.monotonic(), min(SHORTEST, wait)
        while (passed := time.monotonic() - start) < seconds:
            time.sleep(LOOK)
            seconds = min(period_of(rollout.seen, passed + LOOK), wait)
            _refuse(what, endpoint_metrics.tripped(names, speed=wait / seconds))
    finally:
        del ROLLOUTS[key]


def period_of(requests: int, passed: float) -> float:
    """The seconds of a baking period in which an endpoint has had so many requests so far.

    An alarm counts in minutes, which are shorter here by as much as the period is: without enough
    requests in each of them it would see nothing of a version that fails for all.

    Args:
        passed: seconds since the period has started.
    """
    if not requests:
        return SHORTEST
    return min(max(SHORTEST, REQUESTS * passed / requests), LONGEST)


def _refuse(what: str, tripped: list[str]) -> None:
    if tripped:
        raise ValueError(
            f"The deployment of {what} was rolled back: the alarm {', '.join(tripped)} was tripped"
        )
