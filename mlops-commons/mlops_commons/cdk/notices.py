"""An encrypted topic by which people hear of what needs them, and what publishes there."""

import json
from collections.abc import Sequence
from typing import Final

from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from mlops_commons.cdk.policies import policy_statement
from mlops_commons.iam.key_policies import (
    ALARMS,
    EVENTS_TO_TOPICS,
    OF_ALARMS_OF_THIS_STACK,
    alarms_of_this_stack,
)
from mlops_commons.iam.statements import Condition, Principals, Statement

EVENTS: Final = Principals(services=("events.amazonaws.com",))
FAILED: Final = (
    "The pipeline <pipeline> has failed: execution <execution>. CodePipeline shows the action and "
    "its log."
)


class Notices(Construct):
    """A topic to which alarms of the stack publish; exposes `topic`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        name: str | None = None,
        emails: Sequence[str] = (),
    ) -> None:
        """Create it.

        Args:
            key: of the topic; its policy gets what publishing takes, unless it is imported: then
                it has `alarms_of_this_stack` already.
            name: of the topic, where people name it in permissions.
            emails: addresses that are subscribed; each is sent a mail that has to be confirmed.
        """
        super().__init__(scope, construct_id)
        self._key = key
        key.add_to_resource_policy(policy_statement(alarms_of_this_stack()))
        self.topic = sns.Topic(self, "Topic", topic_name=name, master_key=key, enforce_ssl=True)
        self._publish("PublishAlarms", ALARMS, OF_ALARMS_OF_THIS_STACK)
        for email in dict.fromkeys(emails):
            # The address is the id: another order of the list makes nobody confirm again.
            sns.Subscription(
                self,
                email,
                topic=self.topic,
                protocol=sns.SubscriptionProtocol.EMAIL,
                endpoint=email,
            )

    def tell_of_failures(self, pipeline_name: str) -> None:
        """Publish each run of a pipeline that fails; an approval that nobody gives is one.

        Source: CodePipeline User Guide, "Monitoring CodePipeline events": Pipeline Execution State
        Change; "Amazon SNS topic policies" in "Troubleshooting", EventBridge User Guide, for the
        statement without a condition.
        """
        self._key.add_to_resource_policy(policy_statement(EVENTS_TO_TOPICS))
        self._publish("PublishFailures", EVENTS)
        events.CfnRule(
            self,
            "Failed",
            description=f"The pipeline {pipeline_name} has failed",
            event_pattern={
                "source": ["aws.codepipeline"],
                "detail-type": ["CodePipeline Pipeline Execution State Change"],
                "detail": {"pipeline": [pipeline_name], "state": ["FAILED"]},
            },
            targets=[
                events.CfnRule.TargetProperty(
                    id="Notices",
                    arn=self.topic.topic_arn,
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map={
                            "pipeline": "$.detail.pipeline",
                            "execution": "$.detail.execution-id",
                        },
                        input_template=json.dumps(FAILED),
                    ),
                )
            ],
        )

    def _publish(self, sid: str, who: Principals, condition: Condition | None = None) -> None:
        self.topic.add_to_resource_policy(
            policy_statement(
                Statement(
                    sid=sid,
                    principals=who,
                    actions=("sns:Publish",),
                    resources=(self.topic.topic_arn,),
                    condition=condition or {},
                )
            )
        )
