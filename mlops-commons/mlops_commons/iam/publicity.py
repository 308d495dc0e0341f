"""Which statements of a template let anybody in: any account of AWS, and whoever needs none.

Source: Amazon S3 User Guide, "Blocking public access", The meaning of "public", for conditions that
name who is meant; IAM User Guide, "AWS global condition context keys", for those of principals.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

OPERATORS: Final = frozenset(
    {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
)
"""Those that a request without the key does not satisfy."""
SAY_WHO: Final = frozenset(
    f"aws:{name}"
    for name in (
        *("principalaccount", "principalarn", "principalorgid", "principalorgpaths"),
        *("sourceaccount", "sourcearn", "sourceip", "sourceorgid", "sourceorgpaths"),
        *("sourceowner", "sourcevpc", "sourcevpce", "userid", "vpcsourceip"),
    )
) | {"kms:calleraccount", "s3:dataaccesspointaccount", "s3:dataaccesspointarn"}
ANYBODY: Final = re.compile(r"(arn:)?(aws[a-z-]*)?[*?:/]*|0\.0\.0\.0/0|::/0")
"""Values that leave a key open."""
WITHIN: Final = frozenset({"AWS::EC2::VPCEndpoint"})
"""Types whose policies narrow what is allowed elsewhere, and let nobody in."""


def public_statements(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The logical id of each resource that lets anybody in, and the place of the statement.

    Args:
        template: CloudFormation's, as plain data; a principal that only the deployment knows is
            somebody.
    """
    for logical_id, resource in template.get("Resources", {}).items():
        if resource["Type"] not in WITHIN:
            properties = resource.get("Properties", {})
            for place, statement in (*_statements(properties), *_flat(properties)):
                if _lets_anybody_in(statement):
                    yield logical_id, place


def _statements(value: Any, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Everything in properties that has the shape of a statement, in JSON as text too."""
    if isinstance(value, str) and value.lstrip().startswith("{") and "Statement" in value:
        value = _parsed(value)
    if isinstance(value, Mapping):
        if "Effect" in value:
            yield place, value
        for name, inner in value.items():
            yield from _statements(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _statements(inner, f"{place}.{number}")


def _flat(properties: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The statement of a resource that is one itself, as `AWS::Events::EventBusPolicy` may be."""
    if isinstance(properties, Mapping) and {"Principal", "StatementId"} <= properties.keys():
        found = properties.get("Condition", {})
        flat = isinstance(found, Mapping) and {"Type", "Key", "Value"} <= found.keys()
        condition = {found["Type"]: {found["Key"]: found["Value"]}} if flat else {}
        yield (
            "Principal",
            {"Effect": "Allow", "Principal": properties["Principal"], "Condition": condition},
        )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {}


def _lets_anybody_in(statement: Mapping[str, Any]) -> bool:
    if statement["Effect"] != "Allow":
        return False
    principal = statement.get("Principal", {})
    named = principal.get("AWS", ()) if isinstance(principal, Mapping) else principal
    anybody = "*" in _listed(named) or "NotPrincipal" in statement
    return anybody and not _says_who(statement.get("Condition", {}))


def _says_who(condition: Any) -> bool:
    """Whether a request passes only where one of the keys has a value that names somebody."""
    entries = condition.items() if isinstance(condition, Mapping) else ()
    return any(
        operator.lower().removeprefix("foranyvalue:") in OPERATORS
        and isinstance(keys, Mapping)
        and any(
            key.lower() in SAY_WHO and not any(map(_is_open, _listed(value)))
            for key, value in keys.items()
        )
        for operator, keys in entries
    )


def _is_open(value: Any) -> bool:
    return isinstance(value, str) and ANYBODY.fullmatch(value) is not None


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
