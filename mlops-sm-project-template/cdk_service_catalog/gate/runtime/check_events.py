"""Who hears of what: the topics of a template, its alarms, and what events and schedules start."""

import re
from collections.abc import Iterator
from typing import Any, Final

from .check_names import SCALING, is_own_name
from .stage_view import Found, StageView, objects_in, texts
from .values import is_known, own_resource

RULE, SCHEDULE = "AWS::Events::Rule", "AWS::Scheduler::Schedule"
ALTERNATIVES: Final = "$or"
WITH_ID: Final = "(?s:(.*[^a-z0-9])?{id}([^a-z0-9].*)?)"
BUS: Final = "EventBusName"
PROJECTS: Final = "sagemaker-"
"""With which the names of the topics of all projects begin."""
TOPIC: Final = ("TopicName", "DisplayName", "KmsMasterKeyId", "Tags")
"""All that a topic may say: whoever subscribes asks for it himself, with the right to."""
ALARM: Final = "AWS::CloudWatch::Alarm"
ALARM_ACTIONS: Final = ("AlarmActions", "InsufficientDataActions", "OKActions")
"""They stop machines, scale and invoke functions too, whosever these are (CloudWatch User Guide,
"Alarm actions")."""


def topics(view: StageView) -> Found:
    """A topic is encrypted with a key of the template, and sends to nobody that it names."""
    for logical_id, row in view.of("AWS::SNS::Topic"):
        for key in row:
            if key not in TOPIC:
                yield logical_id, key
        if not _is_own_key(row.get("KmsMasterKeyId"), view):
            yield logical_id, f"KmsMasterKeyId {row.get('KmsMasterKeyId', 'is missing')}"


def _is_own_key(value: Any, view: StageView) -> bool:
    return isinstance(value, str) and any(
        own_resource(value, view.scope, "AWS::KMS::Key", attribute=attribute)
        for attribute in ("Arn", "Ref")
    )


def alarm_actions(view: StageView) -> Found:
    """An alarm tells topics or scales what the template scales, and does nothing besides."""
    for logical_id, row in view.of(ALARM):
        for key, text in texts(row):
            if key in ALARM_ACTIONS and not _is_topic(text, view) and not _scales(text, view):
                yield logical_id, text


def targets(view: StageView) -> Found:
    """Events tell topics and what the template makes; schedules start the project's pipelines."""
    for kind, given, allowed in ((RULE, "Targets", _is_topic), (SCHEDULE, "Target", _is_pipeline)):
        for logical_id, row in view.of(kind):
            for key, text in texts(row.get(given)):
                if key == "Arn" and not _is_made_here(text, view) and not allowed(text, view):
                    yield logical_id, text


def events(view: StageView) -> Found:
    """A rule sees events of its own project, although the bus has those of the whole account."""
    for logical_id, row in view.of(RULE):
        if "EventPattern" in row and not _asks_for_its_own(row["EventPattern"], view):
            yield logical_id, row["EventPattern"]
        if BUS in row:
            yield logical_id, f"{BUS} {row[BUS]}"


def _scales(text: str, view: StageView) -> bool:
    return own_resource(text, view.scope, SCALING, attribute="Ref")


def _is_topic(text: str, view: StageView) -> bool:
    own = own_resource(text, view.scope, "AWS::SNS::Topic", attribute="Ref")
    return own or _is_topic_of_no_other(text, view)


def _is_topic_of_no_other(text: str, view: StageView) -> bool:
    """Whether a topic is the project's or that of no project.

    EventBridge tells a topic nothing about the rule that it acts for, so the topic of a project
    takes whatever a rule sends to it (EventBridge User Guide, "Troubleshooting").
    """
    service, name = text.split(":")[2:3], text.rpartition(":")[2]
    if service != ["sns"] or not is_known(text):
        return False
    own = name == f"{PROJECTS}{view.project.full_name}"
    of_stages = name.startswith(f"{PROJECTS}{view.project.id}-")
    return own or of_stages or not name.startswith(PROJECTS)


def _is_pipeline(text: str, view: StageView) -> bool:
    here = f"arn:{view.partition}:sagemaker:{view.settings.region}:{view.account}:pipeline/"
    return text.startswith(here) and is_own_name(text.removeprefix(here), view)


def _is_made_here(text: str, view: StageView) -> bool:
    return own_resource(text, view.scope, *_kinds(view), attribute="Arn")


def _kinds(view: StageView) -> set[str]:
    return {kind for _, kind, _ in view.resources}


def _asks_for_its_own(pattern: Any, view: StageView) -> bool:
    """Whether a field of the pattern takes nothing but the project's; all fields have to match.

    The values of a field are alternatives, and `$or` makes alternatives of fields (EventBridge User
    Guide, "Comparison operators for use in event patterns").
    """
    every = [field for found in objects_in(pattern) for field in found]
    return ALTERNATIVES not in every and any(
        values and all(_is_of_project(value, view) for value in values)
        for values in _alternatives(pattern)
    )


def _alternatives(pattern: Any) -> Iterator[list[Any]]:
    """The values of each field; a comparison among them, such as `anything-but`, is no field."""
    for values in pattern.values() if isinstance(pattern, dict) else ():
        if isinstance(values, list):
            yield values
        else:
            yield from _alternatives(values)


def _is_of_project(value: Any, view: StageView) -> bool:
    if not isinstance(value, str):
        return False
    kinds = _kinds(view)
    made = any(own_resource(value, view.scope, *kinds, attribute=name) for name in ("Arn", "Ref"))
    return made or re.fullmatch(WITH_ID.format(id=view.project.id), value) is not None
