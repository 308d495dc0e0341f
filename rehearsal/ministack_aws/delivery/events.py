"""What a rule of EventBridge may start that MiniStack cannot: pipelines of CodePipeline."""

import functools
import json
import logging
from collections.abc import Callable
from typing import Final

from ministack_aws.access import deeds
from ministack_aws.delivery import pipeline_executions
from ministack_aws.engine import eventbridge
from ministack_aws.engine.types import Record
from ministack_aws.errors import ServiceError

Invoke = Callable[[Record, Record, Record, Record | None], object]

SERVICE: Final = "events.amazonaws.com"

logger = logging.getLogger("ministack_aws")


def register() -> None:
    """Let rules start pipelines of CodePipeline with the role of the target."""
    eventbridge.invoke_target.wrap(_starting_pipelines)


def _starting_pipelines(invoke: Invoke) -> Invoke:
    @functools.wraps(invoke)
    def invoked(target: Record, event: Record, rule: Record, view: Record | None = None) -> object:
        if ":codepipeline:" not in target.get("Arn", ""):
            return invoke(target, event, rule, view)
        pipeline, role = target["Arn"], target.get("RoleArn", "")
        refusal = _refusal(role, pipeline, rule.get("Arn", "")) if role else "no role"
        if refusal:
            # EventBridge tells nobody but the metric FailedInvocations.
            logger.warning("rule %s does not start %s: %s", rule.get("Name"), pipeline, refusal)
            return None
        request = {}
        if target.get("InputTransformer"):
            shown = view or eventbridge.view_of(event)
            text = eventbridge.transformed(target["InputTransformer"], rule, shown)
            request = json.loads(text)
        name = pipeline.rpartition(":")[2]
        try:
            pipeline_executions.start(
                name, request.get("variables", ()), f"rule {rule.get('Name')}"
            )
        except ServiceError as error:
            # Nor of a pipeline that is not there yet.
            logger.warning("rule %s does not start %s: %s", rule.get("Name"), pipeline, error)
        return None

    return invoked


def _refusal(role: str, pipeline: str, rule: str) -> str | None:
    resources = {"pipeline": (pipeline,)}
    return deeds.ask(SERVICE, "start a pipeline", role, resources, source=rule)
