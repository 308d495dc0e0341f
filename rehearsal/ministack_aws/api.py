"""The calls that read what the added types hold, authorised as every other call is."""

import json
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any, Final, Protocol

from ministack_aws.delivery import codecommit, codepipeline, servicecatalog
from ministack_aws.engine import application, iam
from ministack_aws.engine.requests import access_key_id, denial, get_region
from ministack_aws.engine.types import (
    Context,
    Headers,
    Operations,
    Query,
    Rejection,
    Request,
    Response,
    Serve,
)
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import runtime
from ministack_aws.sagemaker import service as sagemaker

CONTENT_TYPE: Final = "application/x-amz-json-1.1"


class Service(Protocol):
    """A module with the calls of a service.

    It may have `context_of(operation, request)` as well, the condition keys of a call.
    """

    @property
    def OPERATIONS(self) -> Operations:
        """The calls by name."""

    def resource_of(self, operation: str, request: Request) -> str | None:
        """The ARN that a call is about."""


SERVICES: Final[dict[str, Service]] = {
    "codecommit": codecommit,
    "codepipeline": codepipeline,
    "sagemaker": sagemaker,
    "servicecatalog": servicecatalog,
}
"""By the name with which calls are signed."""


def register(services: MutableMapping[str, Serve]) -> None:
    """Serve what MiniStack does not."""
    for name, module in SERVICES.items():
        services.setdefault(name, _service(name, module))
    services["sagemaker"] = _with_runtime(services["sagemaker"])


def _with_runtime(serve: Serve) -> Serve:
    """The calls of SageMaker Runtime are told by their path: `/endpoints/<name>/invocations`."""
    invoke = runtime.runtime(serve)

    async def handle(
        method: str, path: str, headers: Headers, body: bytes, query: Query
    ) -> Response:
        if path.startswith("/endpoints/"):
            action = runtime.action_of_path(path)
            for resource in runtime.resources_of(path, headers):
                refusal = _denial("sagemaker", action, resource, {}, headers, query)
                if refusal:
                    return refusal
        response: Response = await invoke(method, path, headers, body, query)
        return response

    return handle


def _no_context(operation: str, request: Request) -> Context:
    return {}


def _service(name: str, module: Service) -> Serve:
    context_of: Callable[[str, Request], Context] = getattr(module, "context_of", _no_context)

    async def handle(
        method: str, path: str, headers: Headers, body: bytes, query: Query
    ) -> Response:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        request = json.loads(body or b"{}")
        resource = module.resource_of(operation, request)
        context = context_of(operation, request)
        refusal = _denial(name, operation, resource or "*", context, headers, query)
        if refusal:
            return refusal
        answer = module.OPERATIONS.get(operation)
        if answer is None:
            return _failure("UnknownOperationException", f"{name}:{operation} is not emulated")
        try:
            return _response(200, answer(request))
        except ServiceError as error:
            return _failure(error.code, error.message)

    return handle


def _failure(code: str, message: str) -> Response:
    return _response(400, {"__type": code, "message": message})


def _response(status: int, content: Any) -> Response:
    # New headers for each response: MiniStack adds the length of the body to them.
    return status, {"Content-Type": CONTENT_TYPE}, json.dumps(content, default=str).encode()


def _denial(
    service: str, operation: str, resource: str, context: Context, headers: Headers, query: Query
) -> Response | None:
    if not application.policies_are_enforced():
        return None
    action, key = f"{service}:{operation}", access_key_id(headers, query)
    found = iam.enforce(key, action, service, get_region(), resource, context)
    if found is None:
        return None
    if isinstance(found, Rejection):
        return _failure(found.code, found.message)
    return denial(
        service,
        action,
        found.principal_arn,
        str(uuid.uuid4()),
        error_code="AccessDeniedException",
        headers=headers,
        resource_arn=resource,
        explicit_deny=found.decision == "Deny",
    )
