"""One execution of a pipeline, action by action."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from botocore.exceptions import ClientError

from mlops_commons.rehearsal.player.artifacts import Artifact, put
from mlops_commons.rehearsal.player.build import play_build
from mlops_commons.rehearsal.player.cloudformation import play_cloudformation
from mlops_commons.rehearsal.player.source import content, tip
from mlops_commons.rehearsal.player.structure import Action, Pipeline, read_pipeline
from mlops_commons.rehearsal.player.variables import PIPELINE_LEVEL, may_enter, resolved
from mlops_commons.rehearsal.world import Credentials, World
from mlops_commons.utilities.errors import PlatformError

SERVICE: Final = "codepipeline.amazonaws.com"
SKIPPED: Final = "skipped"
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


@dataclass
class Execution:
    """An execution while it runs; `artifacts` are those that actions have made so far."""

    world: World
    pipeline: Pipeline
    credentials: Credentials
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)

    def caller(self, action: Action) -> Credentials:
        """The credentials of an action: its own role's, assumed by that of the pipeline."""
        if not action.role:
            return self.credentials
        return self.world.assume(
            self.credentials, action.role, "pipeline", action.region or self.pipeline.region
        )

    def upload(self, name: str, template: bytes) -> str:
        """Store a template in the artifact bucket, with the role of the pipeline."""
        bucket, key_id = self.pipeline.stores[""]
        s3 = self.world.client("s3", self.pipeline.region, self.credentials)
        key = f"{self.pipeline.name[:20]}/templates/{name}"
        encryption = {"SSEKMSKeyId": key_id} if key_id else {}
        s3.put_object(
            Bucket=bucket, Key=key, Body=template, ServerSideEncryption="aws:kms", **encryption
        )
        return f"https://s3.{self.pipeline.region}.amazonaws.com/{bucket}/{key}"


def play_pipeline(
    world: World,
    name: str,
    account: str,
    region: str,
    variables: Mapping[str, str] | None = None,
) -> tuple[str, list[PlayedAction]]:
    """Run a pipeline from its source to its last stage.

    Args:
        variables: values of variables that the pipeline declares, as whoever starts it gives them.

    Returns:
        the commit that it ran with, and its actions; a pipeline that has changed itself runs
        again from its source, as `RestartExecutionOnUpdate` says.

    Raises:
        PlatformError: an action has failed or was rejected; the message says which and why.
    """
    reader = world.administrator("codepipeline", account, region)
    for _ in range(RESTARTS):
        pipeline = read_pipeline(reader, name, account, region)
        played: list[PlayedAction] = []
        credentials = world.emulator.service_credentials(pipeline.role, SERVICE, name[:64])
        given = {**pipeline.defaults, **(variables or {})}
        execution = Execution(world, pipeline, credentials, variables={PIPELINE_LEVEL: given})
        for action in pipeline.actions():
            if not may_enter(pipeline.conditions[action.stage], execution.variables):
                played.append(PlayedAction(action.stage, action.name, action.provider, 0, SKIPPED))
                continue
            played.append(_play(execution, action))
            changed = action.provider == "CodeBuild" and pipeline != read_pipeline(
                reader, name, account, region
            )
            if changed:
                world.say(f"{name} has changed itself and starts again")
                break
        else:
            sources = [a for a in pipeline.actions() if a.provider == "CodeCommit"]
            return tip(world, pipeline, sources[0]), played
    raise PlatformError(
        f"pipeline '{name}' changes itself in every run",
        hint="something in its synth is not the same twice; compare two: cdk diff",
    )


def _play(execution: Execution, action: Action) -> PlayedAction:
    world, name = execution.world, execution.pipeline.name
    world.say(f"{name}: {action.stage} / {action.name}")
    start = time.monotonic()
    settings = {
        key: resolved(value, execution.variables) for key, value in action.configuration.items()
    }
    action = replace(action, configuration=settings)
    play = PLAYERS.get(action.provider)
    if play is None:
        raise PlatformError(f"actions of {action.provider} are not played: '{action.name}'")
    try:
        result = play(execution, action)
    except ClientError as error:
        raise PlatformError(
            f"{name}: {action.stage} / {action.name}: {error}",
            hint="see the policies of the role that the message names",
        ) from error
    except PlatformError as error:
        message = f"{name}: {action.stage} / {action.name}: {error.message}"
        raise PlatformError(message, hint=error.hint) from error
    seconds = time.monotonic() - start
    return PlayedAction(action.stage, action.name, action.provider, seconds, result)


def _source(execution: Execution, action: Action) -> str:
    world, pipeline = execution.world, execution.pipeline
    s3 = world.client("s3", pipeline.region, execution.caller(action))
    packed = content(world, pipeline, action)
    for output in action.outputs:
        execution.artifacts[output] = put(s3, pipeline.name, output, pipeline.stores[""], packed)
    commit = tip(world, pipeline, action)
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
    return play_cloudformation(
        world.client("cloudformation", region, credentials),
        world.client("s3", execution.pipeline.region, credentials),
        action,
        execution.artifacts,
        execution.upload,
    )


def _approval(execution: Execution, action: Action) -> str:
    if not execution.world.approve(f"{execution.pipeline.name}: {action.name}"):
        raise PlatformError("rejected", hint="run the rehearsal again and approve it")
    return "approved"


PLAYERS: Final[Mapping[str, Callable[[Execution, Action], str]]] = {
    "CodeCommit": _source,
    "CodeBuild": _build,
    "CloudFormation": _cloudformation,
    "Manual": _approval,
}
"""What plays the actions of a provider; a further provider is a row and a function."""
