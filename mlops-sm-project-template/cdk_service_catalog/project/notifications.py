"""Where a project says that something needs a person: an approval, a version, or a failure."""

from typing import Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.event_patterns import EventPattern, any_of
from cdk_service_catalog.project.lost_events import alarms_publish
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.statements import EVERYBODY, Principals, Statement, policy_document
from mlops_commons.utilities.cloudformation import Resource, Resources, ref, sub
from mlops_commons.utilities.console import console

PIPELINES: Final = [sub(naming.BUILD_REPOSITORY), sub(naming.DEPLOY_REPOSITORY)]
STEP_CHANGED: Final = "SageMaker Model Building Pipeline Execution Step Status Change"
ACTION_CHANGED: Final = "CodePipeline Action Execution State Change"
PHASE_CHANGED: Final = "CodeBuild Build Phase Change"
BEFORE_THE_VERDICT: Final = ("QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD")
"""Phases of the build that reports a training. Its phase BUILD fails with each training that has
failed, which the failed step has told by then."""
UNSUCCESSFUL: Final = ("FAILED", "FAULT", "TIMED_OUT", "CLIENT_ERROR", "STOPPED")
WAITING: Final = "PendingManualApproval"
JOBS: Final = "#logsV2:log-groups$3FlogGroupNameFilter$3D$252Faws$252Fsagemaker$252F<kind>"
"""The groups of logs that begin with a kind of job, such as Training: TrainingJobs.

The console quotes twice, with $ for %. A path of a job is in the event as an ARN alone, and a
transformer cannot cut it. Where an event has no kind, these are all groups of SageMaker's jobs."""

BUILDS: Final = f"/codesuite/codebuild/projects/{naming.PREFIXED}-{naming.REPORT}/history"
"""The page of the builds that say how trainings have ended."""


def notification_resources(props: ProjectProps) -> Resources:
    """The encrypted topic, who may publish, and the rule for what it is told."""
    return {
        "Notifications": {
            "Type": "AWS::SNS::Topic",
            "Properties": {
                "TopicName": sub(naming.PREFIXED),
                "DisplayName": sub("${SageMakerProjectName}"),
                "KmsMasterKeyId": ref("PipelineKey"),
            },
        },
        "NotificationsPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {
                "Topics": [ref("Notifications")],
                "PolicyDocument": policy_document(topic_policy(props)),
            },
        },
        "Notices": _notices(props.region),
    }


def _notices(region: str) -> Resource:
    """What has failed, with where logs are, and a version that waits for a decision.

    One rule, of which an account has 300 for all projects. The whole detail, as what these kinds of
    events have in common is too little: of an action its stage, the code of the error and the page
    of the build (CodePipeline User Guide, "Monitoring CodePipeline events": `execution-result`); of
    a step its name, its job and why it failed, to which scripts add the end of their log; a model
    that the gate refuses is one too (SageMaker Developer Guide, "Events that Amazon SageMaker AI
    sends to Amazon EventBridge": "If the value of currentStepStatus is Failed, the event contains
    the failureReason field"). As JSON it stays a text of the event, whatever words it holds.

    A variable that an event has not is left out (EventBridge User Guide, "Input transformation"),
    so `failed`, `waits_for_approval` and links stand within quotes, and are empty where they say
    nothing.
    """
    words = "A pipeline or a training of ${SageMakerProjectName} has failed, or a training has "
    words += "ended well and its version waits for approval in Studio, Models. The detail shows "
    words += "the step or action, its job or build, and the reason with the last lines of the log; "
    words += (
        "the first of links that is not empty shows the whole log of a job or build; of a step "
    )
    words += "without one, such as a gate that refuses, trainings has the build that says more."
    jobs = f"{console(region)}/cloudwatch/home?region={region}{JOBS}"
    trainings = f"{console(region)}{BUILDS}?region={region}"
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "Name": sub(f"sagemaker-{naming.ID}-notices"),
            "Description": sub("Something of ${SageMakerProjectName} has failed, or waits"),
            "EventPattern": any_of(*_failures(), _waits()),
            "Targets": [
                {
                    "Id": "Notifications",
                    "Arn": ref("Notifications"),
                    "InputTransformer": {
                        "InputPathsMap": {
                            "event": "$.detail-type",
                            "detail": "$.detail",
                            "action": "$.detail.state",
                            "step": "$.detail.currentStepStatus",
                            "phase": "$.detail.completed-phase-status",
                            "version": "$.detail.ModelPackageArn",
                            "build": "$.detail.execution-result.external-execution-url",
                            "report": "$.detail.additional-information.logs.deep-link",
                            "kind": "$.detail.stepType",
                        },
                        "InputTemplate": sub(
                            f'{{"notice": "{words}", "event": <event>, '
                            '"failed": "<action><step><phase>", '
                            '"waits_for_approval": "<version>", '
                            '"links": {"build": "<build>", "report": "<report>", '
                            f'"jobs": "{jobs}", "trainings": "{trainings}"}}, '
                            '"detail": <detail>}'
                        ),
                    },
                }
            ],
        },
    }


def _failures() -> tuple[EventPattern, ...]:
    """An action of a pipeline that has failed, and a step of the training.

    A training that ends badly without a step that has failed is told by the build that reports it,
    whose phase before its verdict fails then; so is an end that it could not report (CodeBuild User
    Guide, "Build notifications input format reference").
    """
    return (
        {
            "source": ["aws.codepipeline"],
            "detail-type": [ACTION_CHANGED],
            "detail": {"pipeline": PIPELINES, "state": ["FAILED"]},
        },
        {
            "source": ["aws.sagemaker"],
            "detail-type": [STEP_CHANGED],
            "detail": {
                "pipelineArn": [sub(naming.TRAINING)],
                "currentStepStatus": ["Failed"],
            },
        },
        {
            "source": ["aws.codebuild"],
            "detail-type": [PHASE_CHANGED],
            "detail": {
                "project-name": [sub(f"{naming.PREFIXED}-{naming.REPORT}")],
                "completed-phase": list(BEFORE_THE_VERDICT),
                "completed-phase-status": list(UNSUCCESSFUL),
            },
        },
    )


def _waits() -> EventPattern:
    """A version that a training has registered, and nobody has decided on (SageMaker Developer
    Guide, as above: SageMaker model package state change)."""
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {
            "ModelPackageGroupName": [sub(naming.PROJECT)],
            "ModelApprovalStatus": [WAITING],
        },
    }


def topic_policy(props: ProjectProps) -> tuple[Statement, ...]:
    """Who may publish."""
    return (
        Statement(
            # EventBridge gives SNS no key that a condition could compare: with one, failures would
            # be dropped without a word (EventBridge User Guide, "Troubleshooting").
            sid="PublishFailures",
            principals=Principals(services=("events.amazonaws.com",)),
            actions=("sns:Publish",),
            resources=("${Notifications}",),
        ),
        alarms_publish(props),
        Statement(
            sid="TlsOnly",
            effect="Deny",
            principals=EVERYBODY,
            actions=("sns:Publish",),
            resources=("${Notifications}",),
            condition={"Bool": {"aws:SecureTransport": "false"}},
        ),
    )
