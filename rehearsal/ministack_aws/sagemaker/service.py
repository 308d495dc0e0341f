"""All calls of SageMaker, each from the module of its part."""

from typing import Final

from ministack_aws.engine.types import Context, Operations, Request
from ministack_aws.sagemaker import (
    endpoint_calls,
    jobs,
    model_registry,
    pipelines,
    studio,
    studio_apps,
)

PARTS: Final = (endpoint_calls, jobs, model_registry, pipelines, studio_apps, studio)
OPERATIONS: Final[Operations] = {
    name: answer for part in PARTS for name, answer in part.OPERATIONS.items()
}


def resource_of(operation: str, request: Request) -> str:
    """The ARN that a call is about, or none that a policy could name."""
    found = (part.resource_of(operation, request) for part in PARTS)
    return next(filter(None, found), "*")


def context_of(operation: str, request: Request) -> Context:
    """The condition keys of a call."""
    return model_registry.context_of(operation, request)
