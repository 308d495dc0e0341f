"""Faults of the governance account in the templates: who hears of deliveries."""

from functools import partial
from typing import Final

from planted.of_stages import NOTHING
from planted.template import TemplateFault

_pipeline = partial(TemplateFault, template="infra pipeline")
OF_EVENTS, OF_ANOTHER = (f'"Service": "{name}.amazonaws.com"' for name in ("events", "scheduler"))

GOVERNANCE_FAULTS: Final = (
    _pipeline(
        name="approvals of a delivery that tell nobody",
        resource="DeliveryPipeline",
        before='"NotificationArn"',
        after='"ExternalEntityLink"',
        says="nobody is told that approve-preprod waits",
    ),
    _pipeline(
        name="a delivery's role that may not tell of approvals",
        resource="DeliveryPipelineRoleDefaultPolicy",
        before='"sns:Publish"',
        after=NOTHING,
        says="approve-preprod.*sns:Publish",
    ),
    _pipeline(
        name="a rule for a state that no delivery has",
        resource="DeliveryNoticesFailed",
        before='"FAILED"',
        after='"FAILURE"',
        says="is FAILED: nobody is told",
    ),
    _pipeline(
        name="a delivery's key that EventBridge may not use",
        resource="DeliveryArtifactsKey",
        before=OF_EVENTS,
        after=OF_ANOTHER,
        says="EventBridge may not kms:Decrypt",
    ),
    _pipeline(
        name="a delivery's topic for another service",
        resource="DeliveryNoticesTopicPolicy",
        before=OF_EVENTS,
        after=OF_ANOTHER,
        says="EventBridge may not publish",
    ),
)
