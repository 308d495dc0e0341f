"""SNS: its topics, and the call that gives one a policy."""

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import Query, Record, Response, Store

SNS = "ministack.services.sns"

topics = Value[Store[str, Record]](SNS, "_topics", "AccountRegionScopedDict")
"""By ARN; the policy is among the attributes."""
set_attributes = Function[[Query], Response](SNS, "_set_topic_attributes", "(params)")
error = Function[[str, str, int], Response](SNS, "_error", "(code, message, status)")
