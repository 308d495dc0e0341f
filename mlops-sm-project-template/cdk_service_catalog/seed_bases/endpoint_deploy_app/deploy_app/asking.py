"""How an endpoint is asked: at once, or with a request in S3 whose answer comes there."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

from botocore.exceptions import ClientError

from deploy_app import names
from deploy_app.errors import DeployError

POLL_SECONDS = 5
ASLEEP = "has no capacity"
"""In SageMaker's answer for a component without copies (AWS Machine Learning Blog, "Unlock cost
savings with the new scale down to zero feature in SageMaker Inference")."""
Ask = Callable[[Mapping[str, Any]], str]
"""The answer to a sample."""


@dataclass(frozen=True)
class Endpoint:
    """Which endpoint is asked, and how requests and answers look.

    Attributes:
        names: the component that a request is for, where the endpoint has components.
    """

    name: str
    content_type: str
    accept: str
    names: Mapping[str, str] = field(default_factory=dict)


def at_once(runtime: Any, endpoint: Endpoint) -> Ask:
    """An endpoint that answers at once."""

    def ask(sample: Mapping[str, Any]) -> str:
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint.name,
            ContentType=endpoint.content_type,
            Accept=endpoint.accept,
            Body=sample["body"].encode(),
            **endpoint.names,
        )
        text: str = answer["Body"].read().decode()
        return text

    return ask


def waking(
    ask: Ask,
    sample: Mapping[str, Any],
    *,
    minutes: int,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Ask until a component has a copy that answers; the first request starts its machine.

    Raises:
        DeployError: it has none within these minutes.
    """
    for _ in range(minutes * 60 // POLL_SECONDS):
        try:
            ask(sample)
            return
        except ClientError as error:
            found = error.response["Error"]
            if found["Code"] != "ValidationError" or ASLEEP not in found["Message"]:
                raise
        sleep(POLL_SECONDS)
    raise DeployError(
        f"no copy of the model has started within {minutes} minutes; see the log of the endpoint, "
        "or raise integration_test.answer_minutes"
    )


def through_s3(
    runtime: Any,
    s3: Any,
    endpoint: Endpoint,
    answers: str,
    *,
    minutes: int,
    sleep: Callable[[float], None] = time.sleep,
) -> Ask:
    """An asynchronous endpoint.

    Args:
        answers: the S3 URI below which it leaves them; requests go into the same bucket.
        minutes: to wait for an answer, which begin while no machine is there.
    """
    bucket = urlparse(answers).netloc

    def ask(sample: Mapping[str, Any]) -> str:
        key = f"{names.REQUESTS}/integration-test-{uuid.uuid4()}"
        s3.put_object(Bucket=bucket, Key=key, Body=sample["body"].encode())
        accepted = runtime.invoke_endpoint_async(
            EndpointName=endpoint.name,
            ContentType=endpoint.content_type,
            Accept=endpoint.accept,
            InputLocation=f"s3://{bucket}/{key}",
        )
        for _ in range(minutes * 60 // POLL_SECONDS):
            answer = _content(s3, accepted["OutputLocation"])
            if answer is not None:
                return answer
            failure = _content(s3, accepted.get("FailureLocation", ""))
            if failure is not None:
                raise DeployError(f"{endpoint.name} has failed to answer: {failure[:300]}")
            sleep(POLL_SECONDS)
        raise DeployError(
            f"{endpoint.name} has not answered within {minutes} minutes; see its log, or raise "
            "integration_test.answer_minutes"
        )

    return ask


def _content(s3: Any, uri: str) -> str | None:
    if not uri:
        return None
    place = urlparse(uri)
    try:
        found = s3.get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))
    except ClientError as error:
        # Who may not list a bucket is not told that an object is not there yet (S3 API Reference,
        # GetObject: 403 without s3:ListBucket).
        if error.response["Error"]["Code"] in ("AccessDenied", "NoSuchKey"):
            return None
        raise
    text: str = found["Body"].read().decode()
    return text
