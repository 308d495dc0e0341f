"""What a rule of EventBridge may start that MiniStack cannot: pipelines of CodePipeline."""

import functools
import json
import logging
from collections.abc import Callable

from ministack_aws.access.role_permissions import denied
from ministack_aws.delivery import pipeline_executions
from ministack_aws.engine import eventbridge
from ministack_aws.engine.types import Record

Invoke = Callable[[Record, Record, Record, Record | None], object]

logger = logging.getLogger("ministack_aws")


def register() -> None:
    """Let rules start pipelines of CodePipeline with the role of the target."""
    eventbridge.invoke_target.wrap(_starting_pipelines)


def _starting_pipelines(invoke: Invoke) -> Invoke:
    @functools.wraps(invoke)
    def invoked(target: Record, event: Record, rule: Record, view: Record | None = None) -> object:
        if ":codepipeline:" not in target.get("Arn", ""):
            return invoke(target, event, rule, view)
        pipeline, action = target["Arn"], "codepipeline:StartPipelineExecution"
        role = target.get("RoleArn", "")
        refusal = denied(role, action, (pipeline,), {}) if role else "the target has no role"
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
        pipeline_executions.start(name, request.get("variables", ()), f"rule {rule.get('Name')}")
        return None

    return invoked
