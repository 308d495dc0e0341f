"""Where a project says that something needs a person: an approval, or a failed pipeline."""

from typing import Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.event_patterns import any_of
from cdk_service_catalog.project.lost_events import alarms_publish
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.statements import EVERYBODY, Principals, Statement, policy_document
from mlops_commons.utilities.cloudformation import Resource, Resources, ref, sub
from mlops_commons.utilities.console import console

TRAINING: Final = (
    "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:pipeline/" + naming.PROJECT
)
PIPELINES: Final = [sub(naming.BUILD_REPOSITORY), sub(naming.DEPLOY_REPOSITORY)]
STEP_CHANGED: Final = "SageMaker Model Building Pipeline Execution Step Status Change"
ACTION_CHANGED: Final = "CodePipeline Action Execution State Change"
JOBS: Final = "#logsV2:log-groups$3FlogGroupNameFilter$3D$252Faws$252Fsagemaker$252F<kind>"
"""The groups of logs that begin with a kind of job, such as Training: TrainingJobs.

The console quotes twice, with $ for %. A path of a job is in the event as an ARN alone, and a
transformer cannot cut it. Where an event has no kind, these are all groups of SageMaker's jobs."""


def notification_resources(props: ProjectProps) -> Resources:
    """The encrypted topic, who may publish, and the rule for what has failed."""
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
        "Failed": _failed(props.region),
    }


def _failed(region: str) -> Resource:
    """An action of a pipeline that has failed, or a step of the training, and where logs are.

    The whole detail, as what two kinds of events have in common is too little: of an action its
    stage, the code of the error and the page of the build (CodePipeline User Guide, "Monitoring
    CodePipeline events": `execution-result`); of a step its name, its job and why it failed, to
    which scripts add the end of their log; a model that the gate refuses is one too (SageMaker
    Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge": "If the value of
    currentStepStatus is Failed, the event contains the failureReason field"). As JSON it stays a
    text of the event, whatever words it holds.

    A variable that an event has not is left out (EventBridge User Guide, "Input transformation"),
    so links stand within quotes.
    """
    words = "A pipeline of ${SageMakerProjectName} has failed, or a step of its training. "
    words += "The detail shows the step or action, its job or build, and the reason with the last "
    words += "lines of the log; the first of links that is not empty shows the whole log."
    jobs = f"{console(region)}/cloudwatch/home?region={region}{JOBS}"
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "Name": sub(f"sagemaker-{naming.ID}-failed"),
            "Description": sub("A pipeline or a training of ${SageMakerProjectName} has failed"),
            "EventPattern": any_of(
                {
                    "source": ["aws.codepipeline"],
                    "detail-type": [ACTION_CHANGED],
                    "detail": {"pipeline": PIPELINES, "state": ["FAILED"]},
                },
                {
                    "source": ["aws.sagemaker"],
                    "detail-type": [STEP_CHANGED],
                    "detail": {
                        "pipelineArn": [sub(TRAINING)],
                        "currentStepStatus": ["Failed"],
                    },
                },
            ),
            "Targets": [
                {
                    "Id": "Notifications",
                    "Arn": ref("Notifications"),
                    "InputTransformer": {
                        "InputPathsMap": {
                            "event": "$.detail-type",
                            "detail": "$.detail",
                            "build": "$.detail.execution-result.external-execution-url",
                            "kind": "$.detail.stepType",
                        },
                        "InputTemplate": sub(
                            f'{{"failed": "{words}", "event": <event>, '
                            f'"links": {{"build": "<build>", "jobs": "{jobs}"}}, '
                            '"detail": <detail>}'
                        ),
                    },
                }
            ],
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
