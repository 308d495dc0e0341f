"""One execution of a pipeline, action by action."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from botocore.exceptions import ClientError

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.stack_failures import likely_fix
from mlops_rehearsal.player.artifacts import put
from mlops_rehearsal.player.build import play_build
from mlops_rehearsal.player.cloudformation import play_cloudformation
from mlops_rehearsal.player.deeds import ask_approval
from mlops_rehearsal.player.execution import Execution
from mlops_rehearsal.player.invocation import play_invocation
from mlops_rehearsal.player.source import SOURCES, fetched
from mlops_rehearsal.player.stack_log import stack_log
from mlops_rehearsal.player.structure import Action, read_pipeline
from mlops_rehearsal.player.variables import PIPELINE_LEVEL, may_enter, resolved
from mlops_rehearsal.world.approvals import granted
from mlops_rehearsal.world.recorded import ActionStatus
from mlops_rehearsal.world.world import World

SERVICE: Final = "codepipeline.amazonaws.com"
RESTARTS: Final = 3
"""How often a pipeline may change itself before that is taken for a mistake."""


@dataclass(frozen=True)
class PlayedAction:
    """An action that has ended well."""

    stage: str
    action: str
    provider: str
    seconds: float
    result: str


def play_pipeline(
    world: World,
    name: str,
    account: str,
    region: str,
    variables: Mapping[str, str] | None = None,
    run_id: str = "",
) -> tuple[str, list[PlayedAction]]:
    """Run a pipeline from its source to its last stage.

    Args:
        variables: values of variables that the pipeline declares, as whoever starts it gives them.
        run_id: as CodePipeline knows the run; a new one where nobody has started it there.

    Returns:
        the commit that it ran with, and its actions; a pipeline that has changed itself runs
        again from its source, as `RestartExecutionOnUpdate` says.

    Raises:
        PlatformError: an action has failed or was rejected; the message says which and why.
    """
    reader = world.administrator("codepipeline", account, region)
    for run in range(1, RESTARTS + 1):
        pipeline = read_pipeline(reader, name, account, region)
        played: list[PlayedAction] = []
        credentials = world.emulator.service_credentials(
            pipeline.role,
            SERVICE,
            name[:64],
            source=f"arn:aws:codepipeline:{region}:{account}:{name}",
        )
        given = {**pipeline.defaults, **(variables or {})}
        variables_of = {PIPELINE_LEVEL: given}
        execution = Execution(
            world, pipeline, credentials, run, run_id or str(uuid.uuid4()), variables=variables_of
        )
        for action in pipeline.actions():
            if not may_enter(pipeline.conditions[action.stage], execution.variables):
                played.append(_skipped(execution, action))
                continue
            played.append(_recorded(execution, action))
            changed = action.provider == "CodeBuild" and pipeline != read_pipeline(
                reader, name, account, region
            )
            if changed:
                world.say(f"{name} has changed itself and starts again")
                break
        else:
            return execution.revision, played
    raise PlatformError(
        f"pipeline '{name}' changes itself in every run",
        hint="something in its synth is not the same twice; compare two: cdk diff",
    )


def _revision(execution: Execution, action: Action) -> dict[str, str]:
    """What a source action has brought, as CodePipeline shows it of a run."""
    if action.provider not in SOURCES:
        return {}
    return {"commit": execution.revision, "summary": execution.summary}


def _skipped(execution: Execution, action: Action) -> PlayedAction:
    execution.progress(action, "Succeeded")
    execution.record(action, ActionStatus.SKIPPED, 0, ActionStatus.SKIPPED)
    return PlayedAction(action.stage, action.name, action.provider, 0, ActionStatus.SKIPPED)


def _recorded(execution: Execution, action: Action) -> PlayedAction:
    """Play an action and remember it, however it ends."""
    world, name = execution.world, execution.pipeline.name
    world.say(f"{name}: {action.stage} / {action.name}")
    # An earlier run of this pipeline may have left one.
    execution.log_file(action).unlink(missing_ok=True)
    execution.progress(action, "InProgress")
    start = time.monotonic()
    try:
        result = _play(execution, action)
    except PlatformError as error:
        execution.progress(action, "Failed", message=error.message)
        execution.record(action, ActionStatus.FAILED, time.monotonic() - start, error.message)
        message = f"{name}: {action.stage} / {action.name}: {error.message}"
        raise PlatformError(message, hint=error.hint) from error
    seconds = time.monotonic() - start
    execution.record(action, ActionStatus.SUCCEEDED, seconds, result)
    execution.progress(action, "Succeeded", **_revision(execution, action))
    execution.tell(action)
    return PlayedAction(action.stage, action.name, action.provider, seconds, result)


def _play(execution: Execution, action: Action) -> str:
    settings = {
        key: resolved(value, execution.variables) for key, value in action.configuration.items()
    }
    play = PLAYERS.get(action.provider)
    if play is None:
        raise PlatformError(f"actions of {action.provider} are not played")
    try:
        return play(execution, replace(action, configuration=settings))
    except ClientError as error:
        hint = likely_fix(str(error), otherwise="fix what the message names, then push")
        raise PlatformError(str(error), hint=hint) from error


def _source(execution: Execution, action: Action) -> str:
    world, pipeline = execution.world, execution.pipeline
    s3 = world.client("s3", pipeline.region, execution.caller(action))
    packed, commit, summary = fetched(world, pipeline, action, s3)
    for output in action.outputs:
        execution.artifacts[output] = put(s3, pipeline.name, output, pipeline.stores[""], packed)
    if not execution.revision:
        execution.revision, execution.summary = commit, summary
    if action.namespace:
        execution.variables[action.namespace] = {"CommitId": commit}
    return f"commit {commit[:12]}"


def _build(execution: Execution, action: Action) -> str:
    result, made, exported = play_build(
        execution.world,
        execution.pipeline,
        action,
        execution.artifacts,
        execution.caller(action),
    )
    execution.artifacts.update(made)
    if action.namespace:
        execution.variables[action.namespace] = exported
    return result


def _cloudformation(execution: Execution, action: Action) -> str:
    world, credentials = execution.world, execution.caller(action)
    region = action.region or execution.pipeline.region
    account = action.role.split(":")[4] if action.role else execution.pipeline.account
    start = datetime.now(UTC)
    try:
        return play_cloudformation(
            world.client("cloudformation", region, credentials),
            world.client("s3", region, credentials),
            action,
            execution.copied(action),
            partial(execution.upload, action),
        )
    finally:
        reader = world.administrator("cloudformation", account, region)
        log = stack_log(reader, action, start)
        execution.log_file(action).write_text(log, encoding="utf-8")


def _approval(execution: Execution, action: Action) -> str:
    asked = action.configuration.get("CustomData", "")
    ask_approval(execution.world, execution.pipeline, action)
    question = f"{execution.pipeline.name}: {action.name}"
    execution.world.say(f"{question}: {asked}" if asked else question)
    answer = granted(execution.world.approve(question), action.timeout_minutes)
    return f"{answer}: {asked}" if asked else answer


PLAYERS: Final[Mapping[str, Callable[[Execution, Action], str]]] = {
    **dict.fromkeys(SOURCES, _source),
    "CodeBuild": _build,
    "CloudFormation": _cloudformation,
    "Lambda": play_invocation,
    "Manual": _approval,
}
"""What plays the actions of a provider; a further provider is a row and a function."""
