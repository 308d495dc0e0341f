"""CloudFormation: stacks, the handlers of resource types, and the operations on resources."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import (
    Attributes,
    Properties,
    Query,
    Record,
    ResourceHandlers,
    Response,
    Store,
)

CLOUDFORMATION, STORE = "ministack.services.cloudformation", "AccountRegionScopedDict"
HANDLERS, HELPERS = f"{CLOUDFORMATION}.handlers", f"{CLOUDFORMATION}.helpers"
PROVISIONERS, STACKS = f"{CLOUDFORMATION}.provisioners", f"{CLOUDFORMATION}.stacks"

Made = tuple[str, Attributes]

stacks = Value[Store[str, Record]](CLOUDFORMATION, "_stacks", STORE)
stack_events = Value[Store[str, list[Record]]](CLOUDFORMATION, "_stack_events", STORE)
"""Stacks by name, events by the id of their stack."""

calls = Value[dict[str, Callable[[Query], Response]]](HANDLERS, "_ACTION_HANDLERS", "dict")
create_stack = Function[[Query], Response](HANDLERS, "_create_stack", "(params)")
delete_stack = Function[[Query], Response](HANDLERS, "_delete_stack", "(params)")
error = Function[[str, str], Response](HELPERS, "_error", "(code, message, status=)")
parameter = Function[[Query, str], str](HELPERS, "_p", "(params, key, default=)")
"""The value of a parameter of a call; empty where there is none."""

resource_handlers = Value[ResourceHandlers](PROVISIONERS, "_RESOURCE_HANDLERS", "dict")
replacing_properties = Value[dict[str, tuple[str, ...]]](
    PROVISIONERS, "_REPLACING_PROPERTIES", "dict"
)
custom_names = Value[dict[str, dict[str, str]]](PROVISIONERS, "_CUSTOM_NAME_REPLACEMENT", "dict")
name_seed = Value[ContextVar[str | None]](PROVISIONERS, "_NAME_SEED", "ContextVar")
"""What makes the name of a replacement another one."""

provision_resource = Function[[str, str, Properties, str], Made](
    STACKS, "_provision_resource", "(resource_type, logical_id, props, stack_name)"
)
update_resource = Function[..., Made](
    STACKS,
    "_update_resource",
    "(resource_type, physical_id, old_props, new_props, stack_name, logical_id=, old_attrs=)",
)
delete_resource = Function[..., Any](
    STACKS, "_delete_resource", "(resource_type, physical_id, props, stack_name=, logical_id=)"
)
sorted_resources = Function[[Mapping[str, Mapping[str, Any]], Mapping[str, bool]], list[str]](
    STACKS, "_topological_sort", "(resources, conditions)"
)
dependencies = Function[[Mapping[str, Any], set[str]], set[str]](
    STACKS, "_extract_deps", "(resource_def, all_resource_names)"
)
runs_on_worker_thread = Function[[str], bool](STACKS, "_runs_on_worker_thread", "(resource_type)")
