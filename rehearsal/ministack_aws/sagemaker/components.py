"""Inference components: models on the machines of an endpoint, what is refused of them, rollouts.

API_CreateInferenceComponent, API_InferenceComponentRollingUpdatePolicy; Developer Guide, "Scale an
endpoint to zero instances".
"""

import functools
import math
from collections.abc import Iterator
from typing import Any, Final

from ministack_aws.cloudformation.records import STORE, all_of, key_of
from ministack_aws.engine.types import (
    Attributes,
    Create,
    Delete,
    Properties,
    Record,
    ResourceHandlers,
    Update,
)
from ministack_aws.sagemaker import copies, endpoint_kinds, rollouts
from ministack_aws.sagemaker.models import (
    COMPONENT,
    ENDPOINT,
    archive,
    find_config,
    find_model,
    named,
    server_of,
)

HEADER: Final = "x-amzn-sagemaker-inference-component"
A_HEADER: Final = (
    "Inference Component Name header is required for endpoints to which you plan to deploy "
    "inference components. Please include Inference Component Name header or consider using "
    "SageMaker models."
)
NO_HEADER: Final = (
    "Inference Component Name header is not allowed for endpoints to which you dont plan to deploy "
    "inference components. Please remove the Inference Component Name header and try again."
)
LEAST, MOST = 5, 50
"""Percent of the copies in a batch."""


def register(handlers: ResourceHandlers) -> None:
    """Check what SageMaker checks of components, and let alarms watch their updates."""
    handlers[COMPONENT]["create"] = _created(handlers[COMPONENT]["create"])
    handlers[COMPONENT]["update"] = _updated(handlers[COMPONENT]["update"])
    handlers[ENDPOINT]["delete"] = _endpoint_deleted(handlers[ENDPOINT]["delete"])


def refusal(config: Properties, endpoint: str, name: str) -> str:
    """Why a request cannot be answered by a component; nothing where it can, or needs none.

    The words for a component without copies are those of AWS's Machine Learning Blog, "Unlock cost
    savings with the new scale down to zero feature in SageMaker Inference"; those about the header
    are what users of LiteLLM have met (its `litellm/llms/sagemaker`).
    """
    if endpoint_kinds.kind_of(config) != endpoint_kinds.COMPONENTS:
        return NO_HEADER if name else ""
    if not name:
        return A_HEADER
    try:
        component = named(COMPONENT, name)[1]
    except ValueError as error:
        return str(error)
    if component["EndpointName"] != endpoint:
        return f"Inference component {name} is not on endpoint {endpoint}."
    if copies.of(component):
        return ""
    copies.record_no_capacity(name)
    return (
        "Inference Component has no capacity to process this request. ApplicationAutoScaling may "
        "be in-progress (if configured) or try to increase the capacity by invoking "
        "UpdateInferenceComponentRuntimeConfig API."
    )


def variant_of(name: str, variant: Record) -> Record:
    """The variant with the model of a component, the new one for its share of an update."""
    found, component = named(COMPONENT, name)
    serving = component["Specification"]["ModelName"]
    model = rollouts.answering(key_of(COMPONENT, found), serving)
    return {**variant, "ModelName": model}


def _created(create: Create) -> Create:
    @functools.wraps(create)
    def created(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        for text in _refusals(properties):
            raise ValueError(text)
        _start(properties)
        return create(logical_id, properties, stack_name)

    return created


def _updated(update: Update) -> Update:
    @functools.wraps(update)
    def updated(
        physical_id: str, old: Properties, new: Properties, *rest: Any
    ) -> tuple[str, Attributes]:
        for text in _refusals(new):
            raise ValueError(text)
        key = key_of(COMPONENT, physical_id)
        wanted = new["Specification"]["ModelName"]
        if STORE[key]["Specification"]["ModelName"] != wanted:
            _start(new)
            deployment = new.get("DeploymentConfig") or {}
            policy = deployment.get("RollingUpdatePolicy")
            if policy:
                # The first batch, which the alarms see beside all others.
                share = math.ceil(100 * _batch(policy, copies.of(new)) / copies.of(new))
                rollout = rollouts.Rollout(wanted, share)
                what = f"inference component {new['InferenceComponentName']}"
                wait = float(policy["WaitIntervalInSeconds"])
                rollouts.watch(key, rollout, deployment, wait, what)
        return update(physical_id, old, new, *rest)

    return updated


def _endpoint_deleted(delete: Delete) -> Delete:
    @functools.wraps(delete)
    def deleted(physical_id: str, properties: Properties) -> Any:
        name = physical_id.rpartition("/")[2]
        on_it = [c for _, c in all_of(COMPONENT) if c["EndpointName"].lower() == name]
        if on_it:
            raise ValueError(f"Endpoint {name} has {len(on_it)} inference components.")
        return delete(physical_id, properties)

    return deleted


def _start(component: Properties) -> None:
    """Read the model as its role, and start its container.

    Raises:
        ServiceError: it does not start.
        ValueError: the role may not read the model.
    """
    archive(find_model(component["Specification"]["ModelName"])[1])
    server_of(component["Specification"])


def _refusals(component: Properties) -> Iterator[str]:
    endpoint = named(ENDPOINT, component["EndpointName"])[1]
    config = find_config(endpoint["EndpointConfigName"])
    if endpoint_kinds.kind_of(config) != endpoint_kinds.COMPONENTS:
        yield "The endpoint's variant has a model, so it cannot host inference components."
    variants = [variant["VariantName"] for variant in config["ProductionVariants"]]
    if component.get("VariantName") not in variants:
        yield f"VariantName must be one of {', '.join(variants)}."
    specification = component.get("Specification") or {}
    if not specification.get("ModelName"):
        yield "Specification.ModelName is required: containers and adapters are not emulated."
    policy = (component.get("DeploymentConfig") or {}).get("RollingUpdatePolicy")
    if policy:
        yield from _refusals_of_batches(policy, copies.of(component))


def _refusals_of_batches(policy: Properties, number: int) -> Iterator[str]:
    if not number or not LEAST <= 100 * _batch(policy, number) / number <= MOST:
        yield f"MaximumBatchSize must be between {LEAST}% and {MOST}% of {number} copies."


def _batch(policy: Properties, number: int) -> int:
    """The copies of a batch."""
    size = policy["MaximumBatchSize"]
    value = int(size["Value"])
    return math.ceil(number * value / 100) if size["Type"] == "CAPACITY_PERCENT" else value
