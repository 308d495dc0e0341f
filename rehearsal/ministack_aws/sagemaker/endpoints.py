"""What AWS checks when stacks make models and endpoints, and what ends with them."""

import atexit
import functools
from typing import Any

from ministack_aws.access.role_permissions import denied
from ministack_aws.arns import arn
from ministack_aws.cloudformation import service_role
from ministack_aws.cloudformation.records import STORE, key_of
from ministack_aws.engine import cloudformation
from ministack_aws.engine.requests import get_account_id
from ministack_aws.engine.types import (
    Attributes,
    Create,
    Delete,
    Properties,
    ResourceHandlers,
    Update,
)
from ministack_aws.sagemaker import (
    components,
    copies,
    endpoint_kinds,
    job_deeds,
    model_registry,
    model_servers,
    rollouts,
)
from ministack_aws.sagemaker.models import (
    COMPONENT,
    CONFIG,
    ENDPOINT,
    MODEL,
    archive,
    containers_of,
    find_config,
    find_model,
    server_of,
)


def register(handlers: ResourceHandlers) -> None:
    """Check what AWS checks when models and endpoints are made; end their processes."""
    handlers[MODEL]["create"] = _model_created(handlers[MODEL]["create"])
    handlers[CONFIG]["create"] = _config_made(handlers[CONFIG]["create"])
    handlers[ENDPOINT]["create"] = _endpoint_made(handlers[ENDPOINT]["create"])
    handlers[ENDPOINT]["update"] = _endpoint_made(_baked(handlers[ENDPOINT]["update"]))
    components.register(handlers)
    copies.register(handlers)
    # The endpoint answers while a deployment of it bakes.
    cloudformation.runs_on_worker_thread.wrap(
        lambda on_thread: lambda kind: kind in (ENDPOINT, COMPONENT) or on_thread(kind)
    )
    handlers[MODEL]["delete"] = _model_deleted(handlers[MODEL]["delete"])
    atexit.register(model_servers.stop_all)


def _model_created(create: Create) -> Create:
    @functools.wraps(create)
    def created(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        for container in containers_of(properties):
            version = container.get("ModelPackageName", "")
            if version and version.split(":")[4] != get_account_id():
                principal = service_role.principal_of(stack_name)
                for action in model_registry.NEEDED_ACROSS_ACCOUNTS:
                    # Both sides have to allow it.
                    refusal = denied(
                        principal, action, (version,), {}
                    ) or model_registry.group_refusal(version, principal, action)
                    if refusal:
                        raise ValueError(refusal)
        _refuse_role(properties, arn("sagemaker", f"model/{properties.get('ModelName', '')}"))
        return create(logical_id, properties, stack_name)

    return created


def _refuse_role(model: Properties, model_arn: str) -> None:
    """SageMaker Developer Guide, "CreateModel API: Execution Role Permissions"."""
    role = model["ExecutionRoleArn"]
    images = [container["Image"] for container in containers_of(model) if container.get("Image")]
    text = job_deeds.image_refusal(images, role) or job_deeds.vpc_refusal(
        model.get("VpcConfig") or {}, role, model_arn
    )
    if text:
        raise ValueError(text)


def _model_deleted(delete: Delete) -> Delete:
    @functools.wraps(delete)
    def deleted(physical_id: str, properties: Properties) -> Any:
        model_servers.stop(physical_id)
        return delete(physical_id, properties)

    return deleted


def _config_made(create: Create) -> Create:
    @functools.wraps(create)
    def created(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        endpoint_kinds.refuse(properties)
        return create(logical_id, properties, stack_name)

    return created


def _endpoint_made(make: Update) -> Update:
    @functools.wraps(make)
    def made(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        properties = next(a for a in reversed(arguments) if isinstance(a, dict))
        config = find_config(properties["EndpointConfigName"])
        if endpoint_kinds.kind_of(config) == endpoint_kinds.COMPONENTS:
            _refuse_endpoint(properties, config, config["ExecutionRoleArn"])
            return make(*arguments, **options)
        for variant in config["ProductionVariants"]:
            model = find_model(variant["ModelName"])[1]
            archive(model)
            _refuse_endpoint(properties, config, model["ExecutionRoleArn"])
        return make(*arguments, **options)

    return made


def _refuse_endpoint(endpoint: Properties, config: Properties, role: str) -> None:
    """What the role of a model needs for an endpoint: its volumes' key, its log, its alarms."""
    name = endpoint.get("EndpointName", "endpoint")
    key = config.get("KmsKeyId")
    rollback = (endpoint.get("DeploymentConfig") or {}).get("AutoRollbackConfiguration") or {}
    alarms = [arn("cloudwatch", f"alarm:{row['AlarmName']}") for row in rollback.get("Alarms", ())]
    text = (
        (job_deeds.volume_refusal(key, role) if key else None)
        or job_deeds.log_refusal(f"/aws/sagemaker/Endpoints/{name}", "AllTraffic", role)
        or job_deeds.alarms_refusal(alarms, role)
        or endpoint_kinds.answers_refusal(config, role)
    )
    if text:
        raise ValueError(text)


def _baked(update: Update) -> Update:
    @functools.wraps(update)
    def updated(
        physical_id: str, old: Properties, new: Properties, *rest: Any
    ) -> tuple[str, Attributes]:
        key = key_of(ENDPOINT, physical_id)
        if STORE[key]["EndpointConfigName"] != new["EndpointConfigName"]:
            wanted = find_config(new["EndpointConfigName"])
            endpoint_kinds.refuse_exchange(find_config(STORE[key]["EndpointConfigName"]), wanted)
            for variant in wanted["ProductionVariants"]:
                if variant.get("ModelName"):
                    server_of(variant)
            rollouts.bake(key, new)
        return update(physical_id, old, new, *rest)

    return updated
