"""Every type's properties against its schema, before anything is created."""

from ministack.core.responses import get_region

from ministack_aws.cloudformation.schemas import problems

NOT_IN_REGISTRY = ("AWS::CloudFormation::", "AWS::CDK::", "Custom::")
MESSAGE = "Properties validation failed for resource {} with message: {}"


def register(handlers):
    """Wrap the handlers of every type of the registry."""
    for resource_type, handler in handlers.items():
        if resource_type.startswith(NOT_IN_REGISTRY):
            continue
        if "create" in handler:
            handler["create"] = _creating(resource_type, handler["create"])
        if "update" in handler:
            handler["update"] = _updating(resource_type, handler["update"])


def _creating(resource_type, create):
    def checked(logical_id, properties, stack_name):
        _refuse(resource_type, logical_id, properties)
        return create(logical_id, properties, stack_name)

    return checked


def _updating(resource_type, update):
    def checked(physical_id, old, new, stack_name, *rest):
        _refuse(resource_type, physical_id, new)
        return update(physical_id, old, new, stack_name, *rest)

    return checked


def _refuse(resource_type, name, properties):
    found = problems(get_region(), resource_type, properties)
    if found:
        raise ValueError(MESSAGE.format(name, "; ".join(found)))
