"""SageMaker Runtime: what an endpoint answers."""

import asyncio
import json
import random
import time

from ministack_aws.cloudformation.records import key_of
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Headers, Properties, Query, Record, Response, Serve
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import (
    data_capture,
    endpoint_metrics,
    model_servers,
    models,
    rollouts,
)


def resource_of_path(path: str) -> str:
    """The ARN that a call of the runtime is about."""
    name = path.split("/")[2].lower()
    return f"arn:aws:sagemaker:{get_region()}:{get_account_id()}:endpoint/{name}"


def runtime(serve: Serve) -> Serve:
    """The handler of `sagemaker` with the calls of its runtime in front."""

    async def handle(
        method: str, path: str, headers: Headers, body: bytes, query: Query
    ) -> Response:
        if not path.startswith("/endpoints/"):
            response: Response = await serve(method, path, headers, body, query)
            return response
        name = path.split("/")[2]
        place = (get_account_id(), get_region())
        return await asyncio.to_thread(_invoke, place, name, headers, body)

    return handle


def _invoke(place: tuple[str, str], name: str, headers: Headers, body: bytes) -> Response:
    with request_scope(*place):
        try:
            arn, endpoint = models.named(models.ENDPOINT, name)
        except ValueError:
            return _failure("ValidationError", f"Endpoint {name} of account {place[0]} not found.")
        key = key_of(models.ENDPOINT, arn)
        config_name = rollouts.config_name_of(key, endpoint["EndpointConfigName"])
        config = models.find_config(config_name)
        variant = random.choice(config["ProductionVariants"])
        try:
            model, port = models.server_of(variant)
            answer, kind = _asked(endpoint, variant, port, headers, body)
        except ServiceError as error:
            return _failure(error.code, error.message, 424)
        except ValueError as error:
            return _failure("ModelError", str(error), 424)
        role = model["ExecutionRoleArn"]
        data_capture.capture(name, config, variant, role, (headers, body), (kind, answer))
    found = {"Content-Type": kind, "x-Amzn-Invoked-Production-Variant": variant["VariantName"]}
    return 200, found, answer


def _asked(
    endpoint: Properties, variant: Record, port: int, headers: Headers, body: bytes
) -> tuple[bytes, str]:
    """What the container answers; its metrics are told however it does."""
    start, status = time.monotonic(), 500
    try:
        answer = model_servers.invoke(port, headers, body)
        status = 200
        return answer
    except model_servers.ContainerError as error:
        status = error.status
        raise
    finally:
        names = (endpoint["EndpointName"], variant["VariantName"])
        endpoint_metrics.record(*names, time.monotonic() - start, status=status)


def _failure(code: str, message: str, status: int = 400) -> Response:
    found = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    return status, found, json.dumps({"message": message, "Message": message}).encode()
