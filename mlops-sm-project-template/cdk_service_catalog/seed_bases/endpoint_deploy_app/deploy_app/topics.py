"""The topics of an asynchronous endpoint: what is done, and what has failed."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from deploy_app import names
from deploy_app.settings import Settings

TOPICS = ("done", "failed")


class Topics(Construct):
    """Encrypted with the stage's key; exposes the ARNs `done` and `failed`.

    SageMaker publishes as the execution role, so neither needs a policy of its own.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        stage: str,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)
        made = {
            what: sns.CfnTopic(
                self,
                what.capitalize(),
                topic_name=names.topic(settings, stage, what),
                display_name=f"{settings.project_name} {what}",
                kms_master_key_id=key.key_arn,
            )
            for what in TOPICS
        }
        self.done, self.failed = (made[what].ref for what in TOPICS)


def publish(settings: Settings, stage: str) -> dict[str, object]:
    """What the execution role needs for it.

    Source: SageMaker Developer Guide, "Asynchronous Inference", "Complete the prerequisites".
    """
    return {
        "Sid": "TellOfAnswers",
        "Effect": "Allow",
        "Action": "sns:Publish",
        "Resource": [
            f"arn:{cdk.Aws.PARTITION}:sns:{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}:"
            f"{names.topic(settings, stage, what)}"
            for what in TOPICS
        ],
    }
