"""Events as AWS sends them, and whether a rule's pattern matches.

Sources: "Monitoring CodeCommit events in Amazon EventBridge", CodeCommit User Guide; "Monitoring
CodePipeline events", CodePipeline User Guide; "Amazon SageMaker AI model package state change",
SageMaker Developer Guide; "Amazon EventBridge event patterns", EventBridge User Guide.
"""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from mlops_commons.iam.evaluation import listed
from mlops_rehearsal.behaviour.stack import Resource, Stack

OPERATORS: Final[Mapping[str, Callable[[str, Any], bool]]] = {
    "prefix": lambda found, argument: found.startswith(argument),
    "wildcard": fnmatchcase,
    "anything-but": lambda found, argument: found not in listed(argument),
}
"""Of patterns; a name of a resource has neither `?` nor `[`, which only fnmatch takes for signs."""


def push(
    stack: Stack, repository: str, branch: str, event: str = "referenceUpdated"
) -> dict[str, Any]:
    """The event of a push, as CodeCommit sends it."""
    return {
        "source": "aws.codecommit",
        "detail-type": "CodeCommit Repository State Change",
        "account": stack.account,
        "region": stack.region,
        "resources": [f"arn:aws:codecommit:{stack.region}:{stack.account}:{repository}"],
        "detail": {
            "event": event,
            "repositoryName": repository,
            "referenceType": "branch",
            "referenceName": branch,
            "referenceFullName": f"refs/heads/{branch}",
        },
    }


def decided(stack: Stack, group: str, status: str) -> dict[str, Any]:
    """The event of a model version whose approval status has changed."""
    arn = f"arn:aws:sagemaker:{stack.region}:{stack.account}:model-package/{group}/3"
    return {
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Model Package State Change",
        "account": stack.account,
        "region": stack.region,
        "resources": [arn],
        "detail": {
            "ModelPackageGroupName": group,
            "ModelPackageArn": arn,
            "ModelApprovalStatus": status,
        },
    }


def seen(rule: Resource, event: Mapping[str, Any]) -> bool:
    """Whether a rule's pattern matches an event."""
    enabled = rule.properties.get("State", "ENABLED") == "ENABLED"
    pattern = rule.properties.get("EventPattern")
    return enabled and pattern is not None and _matches(pattern, event)


def _matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(_matches(alternative, event) for alternative in wanted):
                return False
            continue
        found = event.get(name)
        if isinstance(wanted, Mapping):
            if not isinstance(found, Mapping) or not _matches(wanted, found):
                return False
        elif not any(
            _value(w, f) for w in wanted for f in (found if isinstance(found, list) else [found])
        ):
            return False
    return True


def _value(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, Mapping):
        ((operator, argument),) = wanted.items()
        return isinstance(found, str) and OPERATORS[operator](found, argument)
    return bool(wanted == found)


def finished(stack: Stack, pipeline: Resource, state: str) -> dict[str, Any]:
    """The event of a pipeline's run that has ended."""
    return {
        "source": "aws.codepipeline",
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "account": stack.account,
        "region": stack.region,
        "resources": [stack.arn(pipeline.id)],
        "detail": {"pipeline": stack.ref(pipeline.id), "state": state, "execution-id": "1"},
    }


JOB: Final = "training-job/pipelines-1-Train-a"
PAGE: Final = "https://console.aws.amazon.com/codebuild/home?region=eu-west-1#/builds/b:1/view/new"


LOG: Final = "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logEvent:group=b"


def acted(stack: Stack, pipeline: Resource, state: str) -> dict[str, Any]:
    """The event of an action of a pipeline that has ended: "Action execution events"."""
    found = finished(stack, pipeline, state)
    result = {
        "external-execution-url": PAGE,
        "external-execution-summary": "Build terminated with state: FAILED",
        "external-execution-id": "b:1",
        "error-code": "JobFailed",
    }
    detail = {
        **found["detail"],
        "stage": "Build",
        "action": "Train",
        "type": {"owner": "AWS", "provider": "CodeBuild", "category": "Build", "version": "1"},
        **({"execution-result": result} if state == "FAILED" else {}),
    }
    kind = "CodePipeline Action Execution State Change"
    return {**found, "detail-type": kind, "detail": detail}


def stepped(stack: Stack, pipeline: str, status: str) -> dict[str, Any]:
    """The event of a step of a SageMaker pipeline: "SageMaker pipeline step state change"."""
    job = f"arn:aws:sagemaker:{stack.region}:{stack.account}:{JOB}"
    detail = {
        "metadata": {"trainingJob": {"arn": job}},
        "stepName": "Train",
        "stepType": "Training",
        "previousStepStatus": "Executing",
        "currentStepStatus": status,
        **({"failureReason": "row 1"} if status == "Failed" else {}),
    }
    return _of_sagemaker_pipeline(stack, pipeline, "Execution Step Status Change", detail)


def trained(stack: Stack, pipeline: str, status: str) -> dict[str, Any]:
    """The event of an execution: "SageMaker pipeline execution state change"."""
    detail = {
        "pipelineExecutionDescription": "",
        "pipelineExecutionDisplayName": pipeline,
        "currentPipelineExecutionStatus": status,
        "previousPipelineExecutionStatus": "Executing",
    }
    return _of_sagemaker_pipeline(stack, pipeline, "Execution Status Change", detail)


def _of_sagemaker_pipeline(
    stack: Stack, pipeline: str, kind: str, detail: dict[str, Any]
) -> dict[str, Any]:
    arn = f"arn:aws:sagemaker:{stack.region}:{stack.account}:pipeline/{pipeline}"
    execution = f"{arn}/execution/1"
    return {
        "source": "aws.sagemaker",
        "detail-type": f"SageMaker Model Building Pipeline {kind}",
        "account": stack.account,
        "region": stack.region,
        "resources": [arn, execution],
        "detail": {**detail, "pipelineArn": arn, "pipelineExecutionArn": execution},
    }


def phased(stack: Stack, project: str, phase: str, status: str) -> dict[str, Any]:
    """The event of a phase of a build: "Build notifications input format reference"."""
    return {
        "source": "aws.codebuild",
        "detail-type": "CodeBuild Build Phase Change",
        "account": stack.account,
        "region": stack.region,
        "detail": {
            "project-name": project,
            "completed-phase": phase,
            "completed-phase-status": status,
            "completed-phase-context": "[COMMAND_EXECUTION_ERROR: exit status 1]",
            "additional-information": {"logs": {"deep-link": LOG}},
        },
    }


def proposed(stack: Stack, repository: str, event: str) -> dict[str, Any]:
    """The event of a pull request: "CodeCommit Pull Request State Change"."""
    return {
        **push(stack, repository, "main"),
        "detail-type": "CodeCommit Pull Request State Change",
        "detail": {"event": event, "repositoryNames": [repository], "pullRequestId": "1"},
    }


def built(stack: Stack, project: str, status: str) -> dict[str, Any]:
    """The event of a build: "Build notifications input format reference", CodeBuild User Guide."""
    return {
        "source": "aws.codebuild",
        "detail-type": "CodeBuild Build State Change",
        "account": stack.account,
        "region": stack.region,
        "detail": {"project-name": project, "build-status": status},
    }


def heard(stack: Stack, event: Mapping[str, Any]) -> set[str]:
    """The ARNs that an event's rules tell."""
    return {
        target["Arn"]
        for rule in stack.of_type("AWS::Events::Rule")
        if seen(rule, event)
        for target in rule.properties["Targets"]
    }


def people_decide(stack: Stack) -> bool:
    """Whether a rule that starts a pipeline listens to decisions of people on versions."""
    return any(
        "Model Package" in str(rule.properties["EventPattern"])
        for rule in stack.of_type("AWS::Events::Rule")
        if any(":codepipeline:" in target["Arn"] for target in rule.properties["Targets"])
    )
