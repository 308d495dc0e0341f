"""Where events go that a rule could not deliver, and who is told of them."""

from collections.abc import Sequence
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge
from mlops_commons.cdk.policies import policy_statement
from mlops_commons.iam.statements import Principals, Statement

KEPT: Final = cdk.Duration.days(14)
"""The longest that a queue keeps a message (API_SetQueueAttributes, MessageRetentionPeriod)."""
PERIOD: Final = cdk.Duration.minutes(5)


class LostEvents(Construct):
    """A dead-letter queue of rules, and an alarm on it; exposes `queue`.

    Without one, EventBridge drops an event that its target refuses, and counts it only.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        rules: Sequence[events.CfnRule],
        topic: sns.ITopic,
        remedy: str,
    ) -> None:
        """Create them, and let the first target of each rule send what is lost.

        Args:
            topic: is told by the alarm (`Notices`).
            remedy: what to do about a lost event, for the alarm.
        """
        super().__init__(scope, construct_id)
        # Keys of SQS itself: an event names a commit and holds none of it. EventBridge is not
        # documented to say for which rule it would use a key of the account.
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=KEPT,
        )
        acknowledge(
            self.queue, "AwsSolutions-SQS3", reason="it is the dead-letter queue of rules itself"
        )
        self.queue.add_to_resource_policy(
            policy_statement(_let_send(self.queue.queue_arn, [rule.attr_arn for rule in rules]))
        )
        for rule in rules:
            rule.add_property_override("Targets.0.DeadLetterConfig.Arn", self.queue.queue_arn)
        alarm = self.queue.metric_approximate_number_of_messages_visible(
            period=PERIOD, statistic="Maximum"
        ).create_alarm(
            self,
            "Alarm",
            alarm_description=remedy,
            threshold=1,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))


def _let_send(queue: str, rules: list[str]) -> Statement:
    """Source: Amazon EventBridge User Guide, "Using dead-letter queues to process undelivered
    events": Granting permissions to the dead-letter queue."""
    return Statement(
        sid="SendLostEvents",
        principals=Principals(services=("events.amazonaws.com",)),
        actions=("sqs:SendMessage",),
        resources=(queue,),
        condition={"ArnEquals": {"aws:SourceArn": tuple(rules)}},
    )
