"""Kinds of values that several parts of config/*.yml have."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")
"""Amazon SNS API Reference, CreateTopic, Name; an alarm tells no FIFO topic."""


class Part(BaseModel):
    """A part of the configuration; keys that are not known, `.inf` and `.nan` are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def some_topic(arn: str) -> str:
    """The ARN itself, or nothing.

    Raises:
        ValueError: it is another text, which the gate and AWS would refuse later.
    """
    if arn and not TOPIC.fullmatch(arn):
        raise ValueError(
            "this is no ARN of an SNS topic; "
            "allowed: arn:PARTITION:sns:REGION:ACCOUNT:NAME of a topic, or nothing"
        )
    return arn


TopicArn = Annotated[str, AfterValidator(some_topic)]
