"""What a scanner finds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class Scanner(StrEnum):
    """Who has found something."""

    CHECKOV = "checkov"
    CFN_GUARD = "cfn-guard"
    CDK_NAG = "cdk-nag"


@dataclass(frozen=True, order=True, kw_only=True)
class Finding:
    """A rule that a resource of a template breaks.

    Attributes:
        rule: as the scanner names it; without its pack's name for cdk-nag, whose packs share rules.
        kind: the type of the resource.
        resource: its logical id.
    """

    scanner: Scanner
    rule: str
    kind: str
    resource: str
    template: str


def resources(template: Path) -> Mapping[str, Mapping[str, Any]]:
    """The resources of a template by logical id."""
    found: Mapping[str, Mapping[str, Any]] = json.loads(template.read_bytes())["Resources"]
    return found
