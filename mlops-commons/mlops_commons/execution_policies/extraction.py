"""Writes `handler_permissions.json`: what CloudFormation's registry and IAM's reference say.

The schemas come from cfn-lint, the Service Authorization Reference from parliament; both are needed
for this and for tests only.
"""

import json
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mlops_commons.execution_policies.handler_permissions import FILE
from mlops_commons.execution_policies.permission_tables import ADDITIONS

SCHEMA_REGION: Final = "us-east-1"
"""Has every resource type."""
HANDLERS: Final = ("create", "read", "update", "delete")
ACTION: Final = re.compile(r"([A-Za-z0-9-]+):([A-Za-z0-9.]+[*]?|[*])")
PLACES: Final = {"Partition": "{partition}", "Region": "{region}", "Account": "{account}"}
SHARED: Final = 4
"""Actions that the types of more services use, such as `kms`, are not the service's own."""
Reference = dict[str, dict[str, Any]]


def extract() -> str:
    """The text of the extract, made from the schemas and the reference."""
    reference = authorization_reference()
    schemas = resource_schemas()
    types = {kind: sorted(_actions(schema, reference)) for kind, schema in schemas.items()}
    types = {kind: found for kind, found in types.items() if found}
    used = {*(a for found in types.values() for a in found), *_added()}
    actions = {a: found for a in sorted(used) if (found := _kinds(a, reference)) is not None}
    kinds = {
        f"{action.partition(':')[0]}:{name.strip('*')}"
        for action, found in actions.items()
        for name in found
    }
    arns = {kind: arn for kind in sorted(kinds) if (arn := _arn(kind, reference))}
    names = {kind: name for kind in types if (name := _name_property(schemas[kind]))}
    sections: dict[str, Mapping[str, Any]] = {
        "types": {kind: _by_service(found) for kind, found in types.items()},
        "names": names,
        "actions": _grouped(actions),
        "arns": arns,
        "services": _services(schemas, types, reference),
    }
    # One row a line: a new version of a schema shows what it changed.
    body = ",\n".join(f' "{name}": {{\n{_rows(rows)}\n }}' for name, rows in sections.items())
    return f"{{\n{body}\n}}\n"


def _rows(rows: Mapping[str, Any]) -> str:
    return ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in rows.items())


def resource_schemas() -> dict[str, Mapping[str, Any]]:
    """The schema of each resource type of the registry."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as registry

    types = sorted(registry.get_resource_types(SCHEMA_REGION))
    return {kind: registry.get_resource_schema(SCHEMA_REGION, kind).schema for kind in types}


def _actions(schema: Mapping[str, Any], reference: Reference) -> Iterator[str]:
    handlers = schema.get("handlers", {})
    rows = [*(handlers.get(name, {}) for name in HANDLERS), schema.get("tagging") or {}]
    for name in {name for row in rows for name in row.get("permissions", ())}:
        # Schemas have entries such as '' and 's3:REST.PUT.OBJECT'; the first is nothing.
        if match := ACTION.fullmatch(name):
            yield from _spelt(match[1].lower(), match[2], reference)


def _spelt(service: str, action: str, reference: Reference) -> Iterator[str]:
    """An action as the reference spells it; `Describe*` is all that begins with that."""
    known = {name.lower(): name for name in reference.get(service, {}).get("actions", {})}
    if action.endswith("*") and action != "*":
        start = action[:-1].lower()
        yield from (f"{service}:{name}" for low, name in known.items() if low.startswith(start))
    else:
        yield f"{service}:{known.get(action.lower(), action)}"


def _added() -> set[str]:
    return {a for row in ADDITIONS for actions in row.handlers.values() for a in actions}


def _kinds(action: str, reference: Reference) -> list[str] | None:
    service, _, name = action.partition(":")
    found: list[str] | None = reference.get(service, {}).get("actions", {}).get(name)
    return found


def _arn(kind: str, reference: Reference) -> str:
    """The pattern of a kind's ARN: `{name}` for a single free part, `*` for each of several."""
    service, _, name = kind.partition(":")
    arn = str(reference[service]["arns"].get(name, ""))
    free = [part for part in re.findall(r"[$][{](\w+)[}]", arn) if part not in PLACES]
    for part, value in PLACES.items():
        arn = arn.replace(f"${{{part}}}", value)
    return re.sub(r"[$][{]\w+[}]", "{name}" if len(free) == 1 else "*", arn)


def _name_property(schema: Mapping[str, Any]) -> str:
    """The property that is a resource's identifier, where a template may give it."""
    found = schema.get("primaryIdentifier", [])
    made_by_aws = schema.get("readOnlyProperties", [])
    single = len(found) == 1 and found[0] not in made_by_aws and found[0].count("/") == 2
    return str(found[0]).rpartition("/")[2] if single else ""


def _services(
    schemas: Iterable[str], types: Mapping[str, list[str]], reference: Reference
) -> dict[str, str]:
    """The prefix of a service's actions by its name in CloudFormation, such as `states`."""
    votes: dict[str, Counter[str]] = {}
    for kind in schemas:
        if kind.startswith("AWS::"):
            prefixes = {action.partition(":")[0] for action in types.get(kind, ())}
            votes.setdefault(kind.split("::")[1], Counter()).update(prefixes)
    uses = Counter(prefix for counted in votes.values() for prefix in counted)
    same = {prefix.replace("-", ""): prefix for prefix in reference}
    found = {}
    for service, counted in votes.items():
        own = {prefix: n for prefix, n in counted.items() if uses[prefix] <= SHARED}
        if service.lower() in same:
            found[service] = same[service.lower()]
        elif own:
            found[service] = max(own, key=lambda prefix: (own[prefix], prefix))
    return found


def _by_service(actions: Iterable[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for action in actions:
        service, _, name = action.partition(":")
        found.setdefault(service, []).append(name)
    return {service: " ".join(names) for service, names in found.items()}


def _grouped(actions: Mapping[str, list[str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for action, kinds in actions.items():
        service, _, name = action.partition(":")
        found.setdefault(service, {})[name] = ",".join(kinds)
    return found


def authorization_reference() -> Reference:
    """The Service Authorization Reference: kinds of each action, and ARNs, by service."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # parliament imports the deprecated pkg_resources
        import parliament
    file = Path(parliament.__file__).with_name("iam_definition.json")
    found: Reference = {}
    for service in json.loads(file.read_text(encoding="utf-8")):
        rows = found.setdefault(service["prefix"], {"actions": {}, "arns": {}})
        # A service with two APIs has two entries, whose kinds share names but not always ARNs.
        for row in service["resources"]:
            known = rows["arns"].setdefault(row["resource"], row["arn"])
            if known != row["arn"]:
                rows["arns"][row["resource"]] = ":".join([*known.split(":")[:5], "*"])
        for row in service["privileges"]:
            kinds = {kind["resource_type"] for kind in row["resource_types"]} - {""}
            kinds |= set(rows["actions"].get(row["privilege"], ()))
            rows["actions"][row["privilege"]] = sorted(kinds)
    return found


def generated() -> Mapping[Path, str]:
    """The extract, as `generate` writes it."""
    return {FILE: extract()}
