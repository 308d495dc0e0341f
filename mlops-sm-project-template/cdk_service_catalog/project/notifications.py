"""Where a project says that something needs a person: an approval, or a failed pipeline."""

from cdk_service_catalog.project import naming
from mlops_commons.utilities.cloudformation import Resources, ref, sub


def notification_resources() -> Resources:
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
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "PublishFailures",
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": "sns:Publish",
                            # EventBridge gives SNS no key that a condition could compare: with
                            # one, failures would be dropped without a word (EventBridge User
                            # Guide, "Troubleshooting").
                            "Resource": ref("Notifications"),
                        },
                        {
                            "Sid": "TlsOnly",
                            "Effect": "Deny",
                            "Principal": {"AWS": "*"},
                            "Action": "sns:Publish",
                            "Resource": ref("Notifications"),
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        },
                    ],
                },
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
