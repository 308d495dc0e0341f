"""Alarms for events that have started nothing: EventBridge tells nobody but a metric.

It tries for a day and 185 times, and never again where its role is refused or the pipeline is not
there. A queue of what is lost is not needed: whoever starts the pipeline again gets what the event
would have brought, the newest commit and the newest version that is approved.
"""

from typing import Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.key_policies import ALARMS, THIS_KEY
from mlops_commons.iam.statements import Condition, Statement, actions
from mlops_commons.utilities.cloudformation import Resource, Resources, ref, sub

ALARM: Final = f"sagemaker-{naming.ID}-%s-lost"
OF_ALARMS: Final = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${%s}:alarm:"


def alarms_publish(props: ProjectProps) -> Statement:
    """For the policy of the topic."""
    return Statement(
        sid="PublishAlarms",
        principals=ALARMS,
        actions=("sns:Publish",),
        resources=("${Notifications}",),
        condition=_of_these_alarms(props),
    )


def alarms_use_the_key(props: ProjectProps) -> Statement:
    """For the policy of the topic's key."""
    return Statement(
        sid="PublishAlarms",
        principals=ALARMS,
        actions=actions("kms", "Decrypt GenerateDataKey"),
        resources=THIS_KEY,
        condition=_of_these_alarms(props),
    )


def _of_these_alarms(props: ProjectProps) -> Condition:
    """The alarms of lost events, and those of what the project has deployed in each stage.

    SNS Developer Guide, "Managing Amazon SNS encryption keys and costs": unlike EventBridge,
    CloudWatch says for which alarm it acts.
    """
    stages = props.stages
    return {
        "StringEquals": {"aws:SourceAccount": tuple(f"${{{stage.account}}}" for stage in stages)},
        "ArnLike": {
            "aws:SourceArn": (
                OF_ALARMS % "AWS::AccountId" + ALARM % "*",
                *(OF_ALARMS % s.account + f"{naming.endpoint(s.name)}-*" for s in stages),
            )
        },
    }


def lost_event_resources() -> Resources:
    """An alarm for each rule; also for the one that tells the topic, by a way of its own."""
    return {
        "LostBuild": _alarm("build-starts", _not_started(naming.BUILD_REPOSITORY)),
        "LostDeployment": _alarm("deploy-starts", _not_started(naming.DEPLOY_REPOSITORY)),
        "LostNotice": _alarm(
            "notices",
            "Something of ${SageMakerProjectName} has failed or waits, and nobody was told: "
            "look at both pipelines, and at the model group",
        ),
        "LostReport": _alarm(
            "training-ends",
            "A training of ${SageMakerProjectName} has ended, and no build reports it: look at "
            "its execution in Studio",
        ),
    }


def _not_started(pipeline: str) -> str:
    return f"An event has not started {pipeline}: start it, see docs/troubleshooting.md"


def _alarm(rule: str, description: str) -> Resource:
    """Amazon EventBridge User Guide, "Monitoring Amazon EventBridge": FailedInvocations of a rule
    counts what has failed for good, and is sent only where it is not zero."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": sub(ALARM % rule),
            "AlarmDescription": sub(description),
            "Namespace": "AWS/Events",
            "MetricName": "FailedInvocations",
            "Dimensions": [{"Name": "RuleName", "Value": sub(f"sagemaker-{naming.ID}-{rule}")}],
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [ref("Notifications")],
        },
    }
