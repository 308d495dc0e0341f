"""What a model's container answers, and how the runtime says that it has not."""

import json
import time
from collections.abc import Mapping

from ministack_aws.engine.types import Headers, Properties, Record, Response
from ministack_aws.sagemaker import endpoint_metrics, model_servers


def asked(
    dimensions: Mapping[str, str],
    port: int,
    headers: Headers,
    body: bytes,
    of_kind: str = "realtime",
) -> tuple[bytes, str]:
    """What the container answers; its metrics are told however it does.

    Args:
        dimensions: of the metrics.
    """
    start, status = time.monotonic(), 500
    try:
        answer = model_servers.invoke(port, headers, body)
        status = 200
        return answer
    except model_servers.ContainerError as error:
        status = error.status
        raise
    finally:
        seconds = time.monotonic() - start
        endpoint_metrics.record(dimensions, seconds, status=status, of_kind=of_kind)


def of_variant(endpoint: Properties, variant: Record) -> dict[str, str]:
    """The dimensions of a variant's metrics."""
    return {"EndpointName": endpoint["EndpointName"], "VariantName": variant["VariantName"]}


def failure(code: str, message: str, status: int = 400) -> Response:
    """An error of the runtime."""
    found = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    return status, found, json.dumps({"message": message, "Message": message}).encode()
