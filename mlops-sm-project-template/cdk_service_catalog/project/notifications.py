"""Where a project says that something needs a person: an approval, or a failed pipeline."""

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.lost_events import alarms_publish
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.statements import EVERYBODY, Principals, Statement, policy_document
from mlops_commons.utilities.cloudformation import Resources, ref, sub


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
