"""Where a project says that something needs a person: an approval, or a failed pipeline."""

from typing import Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.lost_events import alarms_publish
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.statements import EVERYBODY, Principals, Statement, policy_document
from mlops_commons.utilities.cloudformation import Resource, Resources, ref, sub

TRAINING: Final = (
    "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:pipeline/" + naming.PROJECT
)


def notification_resources(props: ProjectProps) -> Resources:
    """The encrypted topic, who may publish, and the rule for failed pipelines."""
    pipelines = [sub(naming.BUILD_REPOSITORY), sub(naming.DEPLOY_REPOSITORY)]
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
        "PipelineFailed": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Name": sub(f"sagemaker-{naming.ID}-pipeline-failed"),
                "Description": sub("A pipeline of project ${SageMakerProjectName} has failed"),
                "EventPattern": {
                    "source": ["aws.codepipeline"],
                    "detail-type": ["CodePipeline Pipeline Execution State Change"],
                    "detail": {"pipeline": pipelines, "state": ["FAILED"]},
                },
                "Targets": [
                    {
                        "Id": "Notifications",
                        "Arn": ref("Notifications"),
                        "InputTransformer": {
                            "InputPathsMap": {
                                "pipeline": "$.detail.pipeline",
                                "execution": "$.detail.execution-id",
                            },
                            "InputTemplate": '"The pipeline <pipeline> has failed: execution '
                            '<execution>. CodePipeline shows the action and its log."',
                        },
                    }
                ],
            },
        },
        "StepFailed": _step_failed(),
    }


def _step_failed() -> Resource:
    """Which step of the training has failed, and why; a model that the gate refuses is one too.

    The words are those of the event, as JSON: whatever they hold, they stay a text of it. SageMaker
    Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge": "If the value of
    currentStepStatus is Failed, the event contains the failureReason field".
    """
    words = "A step of the training of ${SageMakerProjectName} has failed. The log of the build "
    words += "shows its job, the end of its log, and a link."
    told = {name: f"<{name}>" for name in ("step", "reason", "execution")}
    parts = ", ".join(f'"{name}": {value}' for name, value in told.items())
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "Name": sub(f"sagemaker-{naming.ID}-step-failed"),
            "Description": sub("A step of the training of ${SageMakerProjectName} has failed"),
            "EventPattern": {
                "source": ["aws.sagemaker"],
                "detail-type": ["SageMaker Model Building Pipeline Execution Step Status Change"],
                "detail": {
                    "pipelineArn": [sub(TRAINING)],
                    "currentStepStatus": ["Failed"],
                },
            },
            "Targets": [
                {
                    "Id": "Notifications",
                    "Arn": ref("Notifications"),
                    "InputTransformer": {
                        "InputPathsMap": {
                            "step": "$.detail.stepName",
                            "reason": "$.detail.failureReason",
                            "execution": "$.detail.pipelineExecutionArn",
                        },
                        "InputTemplate": sub(f'{{"failed": "{words}", {parts}}}'),
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
