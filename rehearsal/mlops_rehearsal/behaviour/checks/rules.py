"""Rules see the events that AWS sends, and no others; each is shown samples of both."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_rehearsal.behaviour.checks.events import (
    JOB,
    LOG,
    PAGE,
    acted,
    built,
    decided,
    finished,
    heard,
    people_decide,
    phased,
    proposed,
    push,
    seen,
    stepped,
    trained,
)
from mlops_rehearsal.behaviour.checks.pipeline_actions import actions, provider
from mlops_rehearsal.behaviour.stack import Resource, Stack

EVENTS: Final = "events.amazonaws.com"


def pushes_to_main_start_pipelines(stack: Stack) -> Iterator[str]:
    """Each pipeline with a CodeCommit source starts with a push to its branch, and no other."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        for action in actions(pipeline):
            if provider(action) == "CodeCommit":
                yield from _pushed(stack, pipeline, action["Configuration"])


def failures_are_told(stack: Stack) -> Iterator[str]:
    """A pipeline that fails is told once to a topic of its stack; one that succeeds is not.

    Either that an execution has failed or that its action has: who hears both is told twice.
    """
    topics = _topics(stack)
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        for state, wanted in (("FAILED", 1), ("SUCCEEDED", 0)):
            events = (finished(stack, pipeline, state), acted(stack, pipeline, state))
            told = sum(len(heard(stack, event) & topics) for event in events)
            if told != wanted:
                yield f"{pipeline.id} is {state}: {told or 'nobody'} is told, not {wanted}"


def failed_actions_are_told_with_their_log(stack: Stack) -> Iterator[str]:
    """Where people hear of an action that has failed, they read which, why and the page of its
    build."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        event = acted(stack, pipeline, "FAILED")
        for rule in stack.of_type("AWS::Events::Rule"):
            if seen(rule, event):
                yield from _lacking(rule, event, ("Build", "Train", "JobFailed"), PAGE)


def failed_steps_are_told(stack: Stack) -> Iterator[str]:
    """A step of the training that fails is told to a topic, with its name and the reason."""
    topics = _topics(stack)
    for name in _trainings(stack):
        for pipeline, status, told in (
            (name, "Failed", True),
            (name, "Succeeded", False),
            ("of-somebody-else", "Failed", False),
        ):
            if bool(heard(stack, stepped(stack, pipeline, status)) & topics) is not told:
                end = "nobody is" if told else "people are"
                yield f"a step of {pipeline} is {status}: {end} told"
        for rule in stack.of_type("AWS::Events::Rule"):
            event = stepped(stack, name, "Failed")
            if seen(rule, event):
                yield from _lacking(rule, event, ("Train", "row 1", JOB), "$252FTraining")


def trainings_are_reported(stack: Stack) -> Iterator[str]:
    """The end of a training starts one build of the stack, with the ARN of the execution.

    Source: CodeBuild API Reference, StartBuild: environmentVariablesOverride.
    """
    builds = {stack.arn(b.id) for b in stack.of_type("AWS::CodeBuild::Project")}
    for name in _trainings(stack):
        for pipeline, status, wanted in (
            *((name, each, 1) for each in ("Succeeded", "Failed", "Stopped")),
            *((name, each, 0) for each in ("Executing", "Stopping")),
            ("of-somebody-else", "Failed", 0),
        ):
            event = trained(stack, pipeline, status)
            found = [t for t in _targets(stack, event) if t["Arn"] in builds]
            if len(found) != wanted:
                yield f"an execution of {pipeline} is {status}: {len(found)} builds start"
            for target in found:
                given = json.loads(_filled(target["InputTransformer"], event))
                (variable,) = given.pop("environmentVariablesOverride")
                execution = event["detail"]["pipelineExecutionArn"]
                known = (variable["name"], variable["value"], variable["type"])
                if given or known != ("EXECUTION_ARN", execution, "PLAINTEXT"):
                    yield f"the report of {pipeline} is started with {known} and {given}"


def ends_that_no_step_tells_are_told(stack: Stack) -> Iterator[str]:
    """The report fails before its verdict where people have heard of no failed step; where it fails
    with its verdict, they have."""
    topics = _topics(stack)
    for name in _trainings(stack):
        report = f"sagemaker-{name}-report"
        for project, phase, status, told in (
            *((report, each, "FAILED", True) for each in ("INSTALL", "PRE_BUILD")),
            *((report, each, "CLIENT_ERROR", True) for each in ("PROVISIONING", "DOWNLOAD_SOURCE")),
            (report, "QUEUED", "TIMED_OUT", True),
            (report, "PROVISIONING", "FAULT", True),
            (report, "PRE_BUILD", "STOPPED", True),
            (report, "PRE_BUILD", "SUCCEEDED", False),
            *((report, each, "FAILED", False) for each in ("BUILD", "POST_BUILD", "COMPLETED")),
            ("of-somebody-else", "PRE_BUILD", "FAILED", False),
        ):
            event = phased(stack, project, phase, status)
            if bool(heard(stack, event) & topics) is not told:
                end = "nobody is" if told else "people are"
                yield f"{phase} of {project} is {status}: {end} told"
        for rule in stack.of_type("AWS::Events::Rule"):
            event = phased(stack, report, "PRE_BUILD", "FAILED")
            if seen(rule, event):
                yield from _lacking(rule, event, ("PRE_BUILD", "exit status 1"), LOG)


def versions_that_wait_are_told(stack: Stack) -> Iterator[str]:
    """People hear which version waits for them; once, and of no other group."""
    topics = _topics(stack)
    for name in _trainings(stack):
        waiting = "PendingManualApproval"
        for group, status, told in (
            (name, waiting, True),
            (name, "Approved", False),
            (name, "Rejected", False),
            ("of-somebody-else", waiting, False),
        ):
            event = decided(stack, group, status)
            found = [t for t in _targets(stack, event) if t["Arn"] in topics]
            if len(found) != told:
                yield f"a version of {group} is {status}: {len(found)} notices"
            for target in found:
                notice = json.loads(_filled(target["InputTransformer"], event))
                if notice.get("waits_for_approval") != event["detail"]["ModelPackageArn"]:
                    yield f"the notice of {group} does not name the version: {notice}"
                if notice.get("failed"):
                    yield f"the notice of {group} says that something has failed"


def _topics(stack: Stack) -> set[str]:
    return {stack.arn(topic.id) for topic in stack.of_type("AWS::SNS::Topic")}


def _trainings(stack: Stack) -> Iterator[str]:
    """The names of SageMaker pipelines that train, which are those of the groups of versions."""
    for group in stack.of_type("AWS::SageMaker::ModelPackageGroup"):
        yield stack.ref(group.id).rpartition("/")[2]


def _targets(stack: Stack, event: Mapping[str, Any]) -> list[Any]:
    return [
        target
        for rule in stack.of_type("AWS::Events::Rule")
        if seen(rule, event)
        for target in rule.properties["Targets"]
    ]


def _lacking(
    rule: Resource, event: Mapping[str, Any], words: tuple[str, ...], link: str
) -> Iterator[str]:
    """What the notice of an event does not say, or whose link leads nowhere."""
    for target in rule.properties["Targets"]:
        text = _filled(target.get("InputTransformer", {"InputTemplate": "{}"}), event)
        notice = json.loads(text)
        for word in words:
            if word not in json.dumps(notice.get("detail")):
                yield f"{rule.id} does not tell {word}"
        if not notice.get("failed") or notice.get("waits_for_approval"):
            yield f"{rule.id} does not say that it has failed: {notice}"
        links = notice.get("links", {}).values()
        if not any(shown.startswith("https://") and shown.endswith(link) for shown in links):
            yield f"{rule.id} has no link to {link}"


def approvals_are_told(stack: Stack) -> Iterator[str]:
    """An approval that waits is published to a topic of the stack.

    Source: "Add a manual approval action to a pipeline", CodePipeline User Guide: NotificationArn.
    """
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        for action in actions(pipeline):
            topic = action.get("Configuration", {}).get("NotificationArn")
            if provider(action) == "Manual" and not stack.referenced(topic, "AWS::SNS::Topic"):
                yield f"{pipeline.id}: nobody is told that {action['Name']} waits"


def decided_models_start_the_deployment(stack: Stack) -> Iterator[str]:
    """A version that is approved or rejected starts the deployment with its ARN."""
    for group in stack.of_type("AWS::SageMaker::ModelPackageGroup"):
        if not people_decide(stack):
            return
        name = stack.ref(group.id).rpartition("/")[2]
        for status, wanted in (
            *(("Approved", True), ("Rejected", True)),
            ("PendingManualApproval", False),
        ):
            event = decided(stack, name, status)
            targets = _pipelines_told(stack, event)
            if bool(targets) is not wanted:
                end = "starts nothing" if wanted else "is deployed"
                yield f"{group.id}: a version that is {status} {end}"
            for target in targets:
                yield from _with_its_version(stack, target, event)
        if heard(stack, decided(stack, "of-somebody-else", "Approved")):
            yield f"{group.id}: versions of other groups start the deployment"


def successful_trainings_start_the_deployment(stack: Stack) -> Iterator[str]:
    """Where no decision of a person starts the deployment, a training that succeeds does, once."""
    if people_decide(stack):
        return
    pipelines = list(stack.of_type("AWS::CodePipeline::Pipeline"))
    deploys = {stack.arn(p.id) for p in pipelines if stack.ref(p.id).endswith("-deploy")}
    for name in _trainings(stack):
        for pipeline, status, wanted in (
            (name, "Succeeded", True),
            (name, "Failed", False),
            (name, "Stopped", False),
            (name, "Executing", False),
            ("of-somebody-else", "Succeeded", False),
        ):
            if bool(heard(stack, trained(stack, pipeline, status)) & deploys) is not wanted:
                end = "does not start" if wanted else "starts"
                yield f"an execution of {pipeline} is {status}: the deployment {end}"


def functions_are_called_by_rules(stack: Stack) -> Iterator[str]:
    """A function that a rule calls lets EventBridge in, for this rule.

    Source: "Using resource-based policies for Amazon EventBridge", Lambda section.
    """
    permissions = list(stack.of_type("AWS::Lambda::Permission"))
    for rule in stack.of_type("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            function = stack.referenced(target["Arn"], "AWS::Lambda::Function")
            if function:
                if not any(_lets_in(stack, p, function, rule) for p in permissions):
                    yield f"{function.id} does not let {rule.id} call it"
                if "Repository State Change" in str(rule.properties["EventPattern"]):
                    yield from _sees_new_repositories(stack, rule)


def pull_requests_are_built(stack: Stack) -> Iterator[str]:
    """The gate's function hears of pull requests of projects, and of how their builds end."""
    functions = {stack.arn(f.id) for f in stack.of_type("AWS::Lambda::Function")}
    if not any("Pull Request" in str(r.source) for r in stack.of_type("AWS::Events::Rule")):
        return
    own, check = "sagemaker-churn-p-abc123-build", "sagemaker-churn-p-abc123-build-check"
    for event, wanted in (
        (proposed(stack, own, "pullRequestCreated"), True),
        (proposed(stack, own, "pullRequestSourceBranchUpdated"), True),
        (proposed(stack, own, "pullRequestMergeStatusUpdated"), False),
        (proposed(stack, "of-somebody-else", "pullRequestCreated"), False),
        (built(stack, check, "SUCCEEDED"), True),
        (built(stack, check, "FAILED"), True),
        (built(stack, check, "IN_PROGRESS"), False),
        (built(stack, "of-somebody-else", "FAILED"), False),
    ):
        if bool(heard(stack, event) & functions) is not wanted:
            yield f"{json.dumps(event['detail'])} {'is not heard' if wanted else 'is heard'}"


def _pushed(stack: Stack, pipeline: Resource, known: Mapping[str, Any]) -> Iterator[str]:
    repository, branch = known["RepositoryName"], known.get("BranchName", "main")
    right, arn = push(stack, repository, branch), stack.arn(pipeline.id)
    if arn not in heard(stack, right):
        yield f"no push to {branch} of {repository} starts {pipeline.id}"
    for other in (
        push(stack, "of-somebody-else", branch),
        push(stack, repository, "topic"),
        push(stack, repository, branch, event="referenceDeleted"),
        {**right, "source": "aws.codepipeline"},
        {**right, "detail-type": "CodeCommit Comment on Commit"},
    ):
        if arn in heard(stack, other):
            yield f"{pipeline.id} starts with {json.dumps(other)}"
    if known.get("PollForSourceChanges", True) is not False:
        yield f"{pipeline.id} polls for changes, and starts twice"


def _pipelines_told(stack: Stack, event: Mapping[str, Any]) -> list[Any]:
    return [target for target in _targets(stack, event) if ":codepipeline:" in target["Arn"]]


def _with_its_version(stack: Stack, target: Any, event: Mapping[str, Any]) -> Iterator[str]:
    """The input names the pipeline that the target starts, and a variable that the pipeline has."""
    made, pipeline = target.get("InputTransformer"), stack.by_arn.get(target["Arn"])
    if made is None or pipeline is None:
        yield "a decided version starts the deployment without its ARN"
        return
    given: Any = json.loads(_filled(made, event))
    declared = {variable["Name"] for variable in pipeline.properties["Variables"]}
    values = {variable["name"]: variable["value"] for variable in given["variables"]}
    if given["name"] != stack.ref(pipeline.id):
        yield f"the input names {given['name']}, the target {target['Arn']}"
    if not set(values) <= declared or event["detail"]["ModelPackageArn"] not in values.values():
        yield f"{pipeline.id} is given {values}, and declares {sorted(declared)}"


def _filled(made: Any, event: Mapping[str, Any]) -> str:
    text = str(made["InputTemplate"])
    for name, path in made.get("InputPathsMap", {}).items():
        value: Any = event
        for part in re.findall(r"[\w-]+", path.removeprefix("$")):
            value = _part(value, part)
        text = _put(text, name, value)
    return text


def _put(text: str, name: str, value: Any) -> str:
    """A value as JSON, and within quotes as a part of a text."""
    within = value if isinstance(value, str) else json.dumps(value)
    quoted = re.compile(r'"(?:[^"\\]|\\.)*"')
    text = quoted.sub(lambda part: part[0].replace(f"<{name}>", json.dumps(within)[1:-1]), text)
    return text.replace(f"<{name}>", json.dumps(value))


def _part(value: Any, part: str) -> Any:
    if isinstance(value, list):
        return value[int(part)] if int(part) < len(value) else ""
    return value.get(part, "") if isinstance(value, Mapping) else ""


def _lets_in(stack: Stack, permission: Resource, function: Resource, rule: Resource) -> bool:
    known = permission.properties
    return (
        known["FunctionName"] in (stack.arn(function.id), stack.ref(function.id))
        and (known["Action"], known["Principal"]) == ("lambda:InvokeFunction", EVENTS)
        and known["SourceArn"] == stack.arn(rule.id)
    )


def _sees_new_repositories(stack: Stack, rule: Resource) -> Iterator[str]:
    project = "sagemaker-churn-p-abc123-deploy"
    if not seen(rule, push(stack, project, "main", event="referenceCreated")):
        yield f"{rule.id} does not see a new repository of a project"
    for other in (
        push(stack, "of-somebody-else", "main", event="referenceCreated"),
        push(stack, project, "topic", event="referenceCreated"),
        push(stack, project, "main"),
    ):
        if seen(rule, other):
            yield f"{rule.id} sees {json.dumps(other['detail'])}"
