"""Types without a service behind them: records, with Ref and GetAtt as documented."""

import uuid
from functools import cache
from typing import Final, NoReturn

from ministack_aws.arns import arn
from ministack_aws.cloudformation.record_types import ATTRIBUTES, REFS, digits
from ministack_aws.cloudformation.schemas import every_type, schema
from ministack_aws.engine import cloudformation
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Attributes, Handlers, Properties, ResourceHandlers

Key = tuple[str, str, str, str]
"""Account, region, type and physical id."""
NO_RECORDS: Final = ("AWS::CloudFormation::",)
"""What CloudFormation itself does is no resource to remember."""
LONGEST: Final = 100
"""Characters of an identifier that AWS chooses, where the schema says of none."""
STORE: dict[Key, Properties] = {}
"""The properties of every record."""

UNIQUE: Final = {"AWS::SageMaker::Domain": "DomainName"}
"""Names that may be there once although they are no identifiers: CloudFormation says then of a
replacement that it "already exists" (github.com/aws/modern-data-architecture-accelerator, 35)."""


def all_of(resource_type: str) -> list[tuple[str, Properties]]:
    """Physical ids and properties of a type in the account and region of the request."""
    here = (get_account_id(), get_region(), resource_type)
    return [(key[3], properties) for key, properties in STORE.items() if key[:3] == here]


def key_of(resource_type: str, physical_id: str) -> Key:
    """The key of a record of the account and region of the request."""
    return (get_account_id(), get_region(), resource_type, physical_id)


def register(handlers: ResourceHandlers) -> None:
    """Add handlers for every type that has none: stages may be in any region."""
    for resource_type in sorted(every_type()):
        if not resource_type.startswith(NO_RECORDS):
            handlers.setdefault(resource_type, _handler(resource_type))


@cache
def _register_replacement(resource_type: str) -> None:
    """Schemas, "createOnlyProperties": a change of one replaces the resource, unless the template
    gives it its identifier; CloudFormation refuses that (User Guide, "Update behaviors of stack
    resources")."""
    found = schema(get_region(), resource_type) or {}
    paths = [path.split("/")[2:] for path in found.get("createOnlyProperties", ())]
    names = tuple(path[0] for path in paths if len(path) == 1)
    cloudformation.replacing_properties()[resource_type] = names
    (name, *others) = [path.rpartition("/")[2] for path in found.get("primaryIdentifier", ("",))]
    if name in names and not others:
        cloudformation.custom_names()[resource_type] = {"name": name}


def _handler(resource_type: str) -> Handlers:
    def create(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        _register_replacement(resource_type)
        ref = _ref(resource_type, logical_id, properties, stack_name)
        key = key_of(resource_type, ref)
        if key in STORE:
            _refuse_another(resource_type, ref)
        name = properties.get(UNIQUE.get(resource_type, ""))
        if name and name in {p[UNIQUE[resource_type]] for _, p in all_of(resource_type)}:
            _refuse_another(resource_type, name)
        STORE[key] = properties
        return ref, _attributes(resource_type, properties, ref)

    def update(
        physical_id: str, old: Properties, new: Properties, stack_name: str
    ) -> tuple[str, Attributes]:
        STORE[key_of(resource_type, physical_id)] = new
        return physical_id, _attributes(resource_type, new, physical_id)

    def delete(physical_id: str, properties: Properties) -> None:
        STORE.pop(key_of(resource_type, physical_id), None)

    return {"create": create, "update": update, "delete": delete}


def _refuse_another(resource_type: str, identifier: str) -> NoReturn:
    raise ValueError(
        f"Resource of type '{resource_type}' with identifier '{identifier}' already exists."
    )


def _ref(resource_type: str, logical_id: str, properties: Properties, stack_name: str) -> str:
    # A replacement has a seed of its own, so that it is another resource.
    seed = cloudformation.name_seed().get()
    parts = (get_account_id(), get_region(), stack_name, logical_id, *filter(None, [seed]))
    own = digits(*parts)
    if resource_type in REFS:
        return REFS[resource_type](properties, own)
    found = schema(get_region(), resource_type) or {}
    names = [path.rpartition("/")[2] for path in found.get("primaryIdentifier", ("/Id",))]
    values = [properties.get(name) for name in names]
    if all(values):
        return "|".join(map(str, values))
    longest = found.get("properties", {}).get(names[0], {}).get("maxLength", LONGEST)
    return f"{stack_name}-{logical_id}-{own}"[-min(longest, LONGEST) :].lstrip("-")


def _attributes(resource_type: str, properties: Properties, ref: str) -> Attributes:
    if resource_type in ATTRIBUTES:
        return ATTRIBUTES[resource_type](properties, ref)
    found = schema(get_region(), resource_type) or {}
    names = [".".join(path.split("/")[2:]) for path in found.get("readOnlyProperties", ())]
    return {name: _attribute(resource_type, name, ref) for name in names}


def _attribute(resource_type: str, name: str, ref: str) -> str:
    """A value of the form that its name promises."""
    if name.endswith("Arn") and not ref.startswith("arn:"):
        _, service, kind = resource_type.lower().split("::")
        return arn(service, f"{kind}/{ref}")
    identifies = name.endswith(("Id", "Arn"))
    return ref if identifies else str(uuid.uuid5(uuid.NAMESPACE_OID, ref))
