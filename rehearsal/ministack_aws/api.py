"""The calls that read what the added types hold, authorised as every other call is."""

import json
import uuid

from ministack.app import AUTH
from ministack.core import iam_evaluator as evaluator
from ministack.core.iam_actions import access_denied_response
from ministack.core.responses import get_region
from ministack.core.router import extract_access_key_id

from ministack_aws.delivery import codecommit, codepipeline, servicecatalog
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import sagemaker, sagemaker_runtime

CONTENT_TYPE = "application/x-amz-json-1.1"
SERVICES = {
    "codecommit": codecommit,
    "codepipeline": codepipeline,
    "sagemaker": sagemaker,
    "servicecatalog": servicecatalog,
}
"""Modules with `OPERATIONS`, functions of the request, and `resource_of(operation, request)`.

Some have `context_of(operation, request)` as well, the condition keys of a call.
"""


def register(service_handlers):
    """Serve what MiniStack does not."""
    for name, module in SERVICES.items():
        service_handlers.setdefault(name, _service(name, module))
    service_handlers["sagemaker"] = _with_runtime(service_handlers["sagemaker"])


def _with_runtime(serve):
    """The calls of SageMaker Runtime are told by their path: `/endpoints/<name>/invocations`."""
    invoke = sagemaker_runtime.runtime(serve)

    async def handle(method, path, headers, body, query):
        if path.startswith("/endpoints/"):
            action, resource = "InvokeEndpoint", sagemaker_runtime.resource_of_path(path)
            denial = _denial("sagemaker", action, resource, {}, headers, query)
            if denial:
                return denial
        return await invoke(method, path, headers, body, query)

    return handle


def _service(service, module):
    async def handle(method, path, headers, body, query):
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        request = json.loads(body or b"{}")
        resource = module.resource_of(operation, request)
        context = getattr(module, "context_of", lambda *_: {})(operation, request)
        denial = _denial(service, operation, resource, context, headers, query)
        if denial:
            return denial
        answer = module.OPERATIONS.get(operation)
        if answer is None:
            return _failure("UnknownOperationException", f"{service}:{operation} is not emulated")
        try:
            return _response(200, answer(request))
        except ServiceError as error:
            return _failure(error.code, error.message)

    return handle


def _failure(code, message):
    return _response(400, {"__type": code, "message": message})


def _response(status, content):
    # New headers for each response: MiniStack adds the length of the body to them.
    return status, {"Content-Type": CONTENT_TYPE}, json.dumps(content, default=str).encode()


def _denial(service, operation, resource, context, headers, query):
    if not AUTH:
        return None
    action = f"{service}:{operation}"
    found = evaluator.enforce(
        extract_access_key_id(headers, query),
        action,
        service,
        get_region(),
        resource_arn=resource,
        service_context=context,
    )
    if found is None:
        return None
    if isinstance(found, evaluator.AuthError):
        return _failure(found.code, found.message)
    return access_denied_response(
        service,
        action,
        found.principal_arn,
        str(uuid.uuid4()),
        error_code="AccessDeniedException",
        headers=headers,
        resource_arn=resource,
        explicit_deny=found.decision == "Deny",
    )
