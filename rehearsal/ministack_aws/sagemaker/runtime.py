"""SageMaker Runtime: what an endpoint answers."""

import asyncio
import random
from typing import Final

from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import key_of
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Headers, Query, Response, Serve
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import (
    asynchronous,
    components,
    data_capture,
    endpoint_kinds,
    models,
    rollouts,
)
from ministack_aws.sagemaker.answers import asked, failure, of_variant

LATER: Final = "/async-invocations"
"""The path of InvokeEndpointAsync ends in it; that of InvokeEndpoint does not."""


def resources_of(path: str, headers: Headers) -> tuple[str, ...]:
    """The ARNs that a call of the runtime is about: the endpoint, and the component it names
    (Service Authorization Reference, InvokeEndpoint)."""
    endpoint = arn("sagemaker", f"endpoint/{path.split('/')[2].lower()}")
    component = headers.get(components.HEADER, "").lower()
    named = (arn("sagemaker", f"inference-component/{component}"),) if component else ()
    return (endpoint, *named)


def action_of_path(path: str) -> str:
    """The action that a call of the runtime is."""
    return "InvokeEndpointAsync" if path.endswith(LATER) else "InvokeEndpoint"


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
        ask = asynchronous.invoke if path.endswith(LATER) else _invoke
        return await asyncio.to_thread(ask, place, name, headers, body)

    return handle


def _invoke(place: tuple[str, str], name: str, headers: Headers, body: bytes) -> Response:
    with request_scope(*place):
        try:
            found, endpoint = models.named(models.ENDPOINT, name)
        except ValueError:
            return failure("ValidationError", f"Endpoint {name} of account {place[0]} not found.")
        key = key_of(models.ENDPOINT, found)
        config_name = rollouts.answering(key, endpoint["EndpointConfigName"])
        config = models.find_config(config_name)
        if endpoint_kinds.kind_of(config) == endpoint_kinds.ASYNCHRONOUS:
            text = f"Endpoint {name} is asynchronous: use InvokeEndpointAsync."
            return failure("ValidationError", text)
        variant = random.choice(config["ProductionVariants"])
        of_metrics = of_variant(endpoint, variant)
        component = headers.get(components.HEADER, "")
        refusal = components.refusal(config, endpoint["EndpointName"], component)
        if refusal:
            return failure("ValidationError", refusal)
        if component:
            variant = components.variant_of(component, variant)
            of_metrics = {"InferenceComponentName": component}
        try:
            model, port = models.server_of(variant)
            answer, kind = asked(of_metrics, port, headers, body)
        except ServiceError as error:
            return failure(error.code, error.message, 424)
        except ValueError as error:
            return failure("ModelError", str(error), 424)
        role = model["ExecutionRoleArn"]
        data_capture.capture(name, config, variant, role, (headers, body), (kind, answer))
    told = {"Content-Type": kind, "x-Amzn-Invoked-Production-Variant": variant["VariantName"]}
    return 200, told, answer
