"""Act 9, continued: a version that fails in production is rolled back by the canary there.

A serverless endpoint takes a version at once, and so does a component without batches; a person who
rejects the version brings the former one back."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from mlops_commons.config import Stage
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.faulty_version import PARAMETER, register_faulty_version
from mlops_rehearsal.acts.invoking import component_of, configuration_of
from mlops_rehearsal.acts.promotion import approve, reject, started_by_event
from mlops_rehearsal.player.started import play_run
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

PAUSE: Final = 0.1
"""Seconds between two requests of production."""
ANSWERED: Final = "answered"
FAILED: Final = "failed"
HINT: Final = (
    "see 'rollout' and 'alarms' in the deploy repository's config, and deploy_app/endpoint.py"
)


@dataclass(frozen=True)
class Production:
    """A project's endpoint in its last stage, and how its clients invoke it.

    Attributes:
        question: the arguments of InvokeEndpoint.
    """

    project: Project
    stage: Stage
    endpoint: str
    question: Mapping[str, Any]

    @classmethod
    def of(cls, world: World, project: Project, asked: Mapping[str, Any]) -> "Production":
        """Clients write the content type otherwise than the project's tests.

        Args:
            asked: the samples of the project's own integration test.
        """
        stage = project.stages()[-1]
        name = f"{project.full_name}-{stage.stage_name.lower()}"
        question = {
            "EndpointName": name,
            **component_of(world, stage, name),
            "ContentType": asked["content_type"] + PARAMETER,
            "Accept": asked["accept"],
            "Body": asked["samples"][0]["body"].encode(),
        }
        return cls(project, stage, name, question)


def played_rollback(world: World, production: Production) -> Evidence | None:
    """Deliver a faulty version under traffic; None where the model cannot have the fault.

    Raises:
        PlatformError: the version has reached production, or production answers otherwise than
            before.
    """
    serving = _serving(world, production)
    version = register_faulty_version(world, production.project, serving)
    if not version:
        return None
    world.say(f"a version of {production.project.full_name} that fails in production")
    approve(world, production.project, version)
    with _traffic(world, production) as answers:
        said = _delivered(world, production)
        stopped_by = f"{production.endpoint}-server-errors"
        if _takes_versions_at_once(world, production) and not said:
            stopped_by = "its rejection by the lead"
            reject(world, production.project, version)
            said = _delivered(world, production) or stopped_by
    if stopped_by not in said or not answers[FAILED]:
        raise PlatformError(
            f"{version} has not been stopped in {production.stage.stage_name} by {stopped_by}: "
            f"{said or 'the pipeline has succeeded'}; {answers[FAILED]} requests have failed",
            hint=HINT,
        )
    if _serving(world, production) != serving or _ask(world, production) != ANSWERED:
        raise PlatformError(f"'{production.endpoint}' does not serve {serving} again", hint=HINT)
    row = {
        "endpoint": production.endpoint,
        "account": production.stage.account,
        "version": version.rpartition("/")[2],
        "answered": str(answers[ANSWERED]),
        "failed": str(answers[FAILED]),
        "stopped by": stopped_by,
        "serves again": serving.rpartition("/")[2],
    }
    return Evidence("rollbacks", (row,))


def _delivered(world: World, production: Production) -> str:
    """What the deploy pipeline has said at its failure; empty where it has succeeded."""
    try:
        play_run(world, started_by_event(world, production.project))
    except PlatformError as error:
        return error.message
    return ""


def _takes_versions_at_once(world: World, production: Production) -> bool:
    """As the stage's file of a rehearsal has it of serverless endpoints and of components."""
    return "ServerlessConfig" in _variant(world, production) or bool(_component(world, production))


def _serving(world: World, production: Production) -> str:
    """The version that the endpoint serves."""
    stage = production.stage
    sagemaker = world.administrator("sagemaker", stage.account, stage.region)
    component = _component(world, production)
    served = (
        sagemaker.describe_inference_component(**component)["Specification"]
        if component
        else _variant(world, production)
    )
    name = served["ModelName"]
    return str(sagemaker.describe_model(ModelName=name)["Containers"][0]["ModelPackageName"])


def _component(world: World, production: Production) -> Mapping[str, str]:
    return component_of(world, production.stage, production.endpoint)


def _variant(world: World, production: Production) -> Mapping[str, Any]:
    described = configuration_of(world, production.stage, production.endpoint)
    variant: Mapping[str, Any] = described["ProductionVariants"][0]
    return variant


def _ask(world: World, production: Production) -> str:
    stage = production.stage
    return _answer(
        world.administrator("sagemaker-runtime", stage.account, stage.region), production
    )


def _answer(runtime: Any, production: Production) -> str:
    try:
        runtime.invoke_endpoint(**production.question)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ModelError":
            raise
        return FAILED
    return ANSWERED


@contextmanager
def _traffic(world: World, production: Production) -> Iterator[Counter[str]]:
    """Clients that invoke the endpoint all the time; counts what they get."""
    stage, ended, answers = production.stage, threading.Event(), Counter[str]()
    runtime = world.administrator("sagemaker-runtime", stage.account, stage.region)

    def ask_on() -> None:
        while not ended.wait(PAUSE):
            answers[_answer(runtime, production)] += 1

    clients = threading.Thread(target=ask_on)
    clients.start()
    try:
        yield answers
    finally:
        ended.set()
        clients.join()
