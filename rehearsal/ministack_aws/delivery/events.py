"""What a rule of EventBridge may start that MiniStack cannot: pipelines and builds."""

import functools
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import botocore.session
from botocore.model import StructureShape
from botocore.validate import ParamValidator

from ministack_aws.access import deeds
from ministack_aws.delivery import pipeline_executions
from ministack_aws.engine import codebuild, eventbridge
from ministack_aws.engine.types import Record, Request
from ministack_aws.errors import ServiceError

Invoke = Callable[[Record, Record, Record, Record | None], object]

SERVICE: Final = "events.amazonaws.com"

logger = logging.getLogger("ministack_aws")


@dataclass(frozen=True)
class _Started:
    """What a rule starts, by the service in the ARN of its target.

    Attributes:
        deed: what EventBridge asks the role of the target for, on a resource of this kind.
        start: is given the name of what is started, the input, and the rule's name.
    """

    deed: str
    resource: str
    start: Callable[[str, Request, str], None]


def register() -> None:
    """Let rules start pipelines and builds with the role of the target."""
    eventbridge.invoke_target.wrap(_starting)


def _starting(invoke: Invoke) -> Invoke:
    @functools.wraps(invoke)
    def invoked(target: Record, event: Record, rule: Record, view: Record | None = None) -> object:
        arn = str(target.get("Arn", ""))
        started = _STARTED.get(":".join(arn.split(":")[2:3]))
        if started is None:
            return invoke(target, event, rule, view)
        refusal = _refusal(started, target, rule)
        if refusal:
            # EventBridge tells nobody but the metric FailedInvocations.
            logger.warning("rule %s does not start %s: %s", rule.get("Name"), arn, refusal)
            return None
        try:
            started.start(arn, _input(target, event, rule, view), f"rule {rule.get('Name')}")
        except ServiceError as error:
            # Nor of something that is not there yet, or takes no such input.
            logger.warning("rule %s does not start %s: %s", rule.get("Name"), arn, error)
        return None

    return invoked


def _input(target: Record, event: Record, rule: Record, view: Record | None) -> Request:
    if not target.get("InputTransformer"):
        return {}
    shown = view or eventbridge.view_of(event)
    text = eventbridge.transformed(target["InputTransformer"], rule, shown)
    found: Request = json.loads(text)
    return found


def _refusal(started: _Started, target: Record, rule: Record) -> str | None:
    role = target.get("RoleArn", "")
    if not role:
        return "no role"
    resources = {started.resource: (target["Arn"],)}
    return deeds.ask(SERVICE, started.deed, role, resources, source=rule.get("Arn", ""))


def _pipeline(arn: str, request: Request, rule: str) -> None:
    pipeline_executions.start(arn.rpartition(":")[2], request.get("variables", ()), rule)


def _build(arn: str, request: Request, _rule: str) -> None:
    """API_StartBuild: the input has its parameters, and the target names the project."""
    report = ParamValidator().validate({**request, "projectName": "of the target"}, _start_build())
    if report.has_errors() or "projectName" in request:
        raise ServiceError("InvalidInputException", report.generate_report() or "projectName")
    status, _, body = codebuild.start_build(
        {**request, "projectName": arn.rpartition(":")[2].removeprefix("project/")}
    )
    if status != 200:
        raise ServiceError("InvalidInputException", str(body))


@functools.cache
def _start_build() -> StructureShape:
    model = botocore.session.get_session().get_service_model("codebuild")
    shape = model.operation_model("StartBuild").input_shape
    assert isinstance(shape, StructureShape)
    return shape


_STARTED: Final[Mapping[str, _Started]] = {
    "codepipeline": _Started("start a pipeline", "pipeline", _pipeline),
    "codebuild": _Started("start a build", "project", _build),
}
