"""Which IAM actions CloudFormation needs for a resource type, extracted from its registry schemas.

Run as a program it writes the extract anew from the schemas of cfn-lint and from AWS's Service
Authorization Reference, as parliament ships it; both are needed for this and for tests only.
"""

import json
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from mlops_commons.execution_policies.permission_tables import ADDITIONS

FILE: Final = Path(__file__).with_name("handler_permissions.json")
REGENERATE: Final = "python -m mlops_commons.execution_policies.handler_permissions"
SCHEMA_REGION: Final = "us-east-1"
"""Has every resource type of the services below."""
HANDLERS: Final = ("create", "read", "update", "delete")
SERVICES: Final = (
    *(
        "ApplicationAutoScaling",
        "CloudWatch",
        "CodeBuild",
        "CodeCommit",
        "CodePipeline",
        "DynamoDB",
    ),
    *("EC2", "ECR", "Events", "IAM", "KMS", "Lambda", "Logs", "S3", "SageMaker", "Scheduler"),
    *("SecretsManager", "ServiceCatalog", "SNS", "SQS", "SSM"),
)
"""Services whose resource types are in the extract; another one is added here."""


@dataclass(frozen=True)
class Extract:
    """The extract as it is stored.

    Attributes:
        types: the actions of each handler by resource type; `tagging` stands beside the handlers.
        resources: for each action in lower case the kinds of resources that a policy can name for
            it; empty for an action that knows none.
    """

    types: Mapping[str, Mapping[str, tuple[str, ...]]]
    resources: Mapping[str, tuple[str, ...]]


@cache
def handler_permissions() -> Extract:
    """The stored extract."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    return Extract(
        types={
            kind: {handler: tuple(found) for handler, found in handlers.items()}
            for kind, handlers in content["types"].items()
        },
        resources={action: tuple(kinds) for action, kinds in content["resources"].items()},
    )


def extract() -> str:
    """The text of the extract, made anew from the schemas."""
    types = {kind: handlers for kind in _types() if (handlers := _handlers(_schema(kind)))}
    used = {
        action.lower()
        for handlers in _all_handlers(types)
        for permissions in handlers.values()
        for action in permissions
    }
    known = _reference()
    resources = {action: known[action] for action in sorted(used) if action in known}
    # One row a line: a new version of a schema shows what it changed.
    return "\n".join(
        [
            "{",
            ' "types": {',
            _rows((f"{kind}", row) for kind, row in types.items()),
            " },",
            ' "resources": {',
            _rows(resources.items()),
            " }",
            "}",
            "",
        ]
    )


def _all_handlers(
    types: Mapping[str, Mapping[str, Sequence[str]]],
) -> Iterator[Mapping[str, Sequence[str]]]:
    yield from types.values()
    for row in ADDITIONS:
        yield row.handlers


def _rows(rows: Iterable[tuple[str, Any]]) -> str:
    return ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in rows)


def _types() -> list[str]:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    found = PROVIDER_SCHEMA_MANAGER.get_resource_types(SCHEMA_REGION)
    return sorted(kind for kind in found if kind.split("::")[1] in SERVICES)


def _schema(kind: str) -> Mapping[str, Any]:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    schema: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        SCHEMA_REGION, kind
    ).schema
    return schema


def _handlers(schema: Mapping[str, Any]) -> dict[str, list[str]]:
    handlers = schema.get("handlers", {})
    found = {name: handlers[name].get("permissions", []) for name in HANDLERS if name in handlers}
    tagging = (schema.get("tagging") or {}).get("permissions", [])
    rows = {**found, "tagging": tagging}
    return {name: sorted(set(row)) for name, row in rows.items() if row}


def _reference() -> dict[str, list[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # parliament imports the deprecated pkg_resources
        import parliament
    file = Path(parliament.__file__).with_name("iam_definition.json")
    return {
        f"{service['prefix']}:{row['privilege']}".lower(): sorted(
            {kind["resource_type"].strip("*") for kind in row["resource_types"]} - {""}
        )
        for service in json.loads(file.read_text(encoding="utf-8"))
        for row in service["privileges"]
    }


def main() -> None:
    """Write the extract and say how much it holds."""
    FILE.write_text(extract(), encoding="utf-8")
    handler_permissions.cache_clear()
    found = handler_permissions()
    sys.stdout.write(f"{FILE}: {len(found.types)} types, {len(found.resources)} actions\n")


if __name__ == "__main__":
    main()
