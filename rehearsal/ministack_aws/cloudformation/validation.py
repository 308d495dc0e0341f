"""Every type's properties against its schema, before anything is created."""

from typing import Any, Final

from ministack_aws.cloudformation.schemas import problems, registry_types
from ministack_aws.engine.requests import get_region
from ministack_aws.engine.types import Attributes, Create, Properties, ResourceHandlers, Update

NOT_IN_REGISTRY: Final = ("AWS::CloudFormation::", "AWS::CDK::", "Custom::")
UNRECOGNIZED: Final = "Template format error: Unrecognized resource types: [{}]"
"""Of a region that has no such type; AWS refuses the whole template."""
MESSAGE: Final = "Properties validation failed for resource {} with message: {}"


def register(handlers: ResourceHandlers) -> None:
    """Wrap the handlers of every type of the registry."""
    for resource_type, handler in handlers.items():
        if resource_type.startswith(NOT_IN_REGISTRY):
            continue
        if "create" in handler:
            handler["create"] = _creating(resource_type, handler["create"])
        if "update" in handler:
            handler["update"] = _updating(resource_type, handler["update"])


def _creating(resource_type: str, create: Create) -> Create:
    def checked(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        _refuse(resource_type, logical_id, properties)
        return create(logical_id, properties, stack_name)

    return checked


def _updating(resource_type: str, update: Update) -> Update:
    def checked(
        physical_id: str, old: Properties, new: Properties, stack_name: str, *rest: Any
    ) -> tuple[str, Attributes]:
        _refuse(resource_type, physical_id, new)
        return update(physical_id, old, new, stack_name, *rest)

    return checked


def _refuse(resource_type: str, name: str, properties: Properties) -> None:
    if resource_type not in registry_types(get_region()):
        raise ValueError(UNRECOGNIZED.format(resource_type))
    found = problems(get_region(), resource_type, properties)
    if found:
        raise ValueError(MESSAGE.format(name, "; ".join(found)))
