"""Which IAM actions CloudFormation needs for a resource type, and on what each of them works.

An extract of the registry schemas and of the Service Authorization Reference; `extraction` writes
it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("handler_permissions.json")
WHOLE_SERVICE: Final = "*"
"""Where a schema names no actions but all of a service."""


@dataclass(frozen=True)
class Extract:
    """The extract as it is stored."""

    content: Mapping[str, Any]

    def actions_of(self, kind: str) -> frozenset[str] | None:
        """The actions of all handlers of a resource type; None where there is no schema."""
        found = self.content["types"].get(kind)
        if found is None:
            return None
        return frozenset(f"{s}:{name}" for s, names in found.items() for name in names.split())

    def kinds_of(self, action: str) -> tuple[str, ...] | None:
        """The kinds of resources that an action works on, `*` after each that it always needs.

        Empty for an action that does not support resource-level permissions; None for one that the
        reference does not have (yet).
        """
        service, _, name = action.partition(":")
        found = self.content["actions"].get(service, {}).get(name)
        return None if found is None else tuple(found.split(",")) if found else ()

    def arn_of(self, kind: str) -> str:
        """The pattern of the ARN of a kind such as `glue:connection`; empty where it has none."""
        return str(self.content["arns"].get(kind, ""))

    def name_property(self, kind: str) -> str:
        """The property with the identifier of a resource type; empty where AWS makes it up."""
        return str(self.content["names"].get(kind, ""))

    def own_kind(self, kind: str) -> str:
        """The kind of resources that a resource type makes, such as `glue:connection`."""
        service, wanted = self.service_of(kind), kind.rpartition("::")[2].lower()
        return self._kinds_by_name.get(f"{service}:{wanted}".replace("-", ""), "")

    @cached_property
    def _kinds_by_name(self) -> dict[str, str]:
        return {kind.lower().replace("-", ""): kind for kind in self.content["arns"]}

    def service_of(self, kind: str) -> str:
        """The prefix of the actions of a resource type's service; empty for an unknown one."""
        parts = kind.split("::")
        own = len(parts) == 3 and parts[0] == "AWS"
        return str(self.content["services"].get(parts[1], "")) if own else ""


@cache
def handler_permissions() -> Extract:
    """The stored extract."""
    return Extract(json.loads(FILE.read_text(encoding="utf-8")))
