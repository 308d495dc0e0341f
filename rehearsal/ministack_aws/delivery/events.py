"""What a rule of EventBridge may start that MiniStack cannot: pipelines of CodePipeline."""

import functools
import json
import logging

import ministack.services.eventbridge as eventbridge

from ministack_aws.cloudformation.service_role import denied
from ministack_aws.delivery import pipeline_executions

logger = logging.getLogger("ministack_aws")


def register():
    """Let rules start pipelines of CodePipeline with the role of the target."""
    eventbridge._invoke_target = _starting_pipelines(eventbridge._invoke_target)


def _starting_pipelines(invoke):
    @functools.wraps(invoke)
    def invoked(target, event, rule, view=None):
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
            shown = view or eventbridge._pattern_event_view(event)
            text = eventbridge._apply_input_transformer(target["InputTransformer"], rule, shown)
            request = json.loads(text)
        name = pipeline.rpartition(":")[2]
        pipeline_executions.start(name, request.get("variables", ()), f"rule {rule.get('Name')}")
        return None

    return invoked
