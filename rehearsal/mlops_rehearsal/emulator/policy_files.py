"""Service control policies that a person hands to a rehearsal, checked before it starts."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError

MOST_CHARACTERS: Final = 5120
"""AWS Organizations User Guide, "Quotas for AWS Organizations": the size of an SCP, without the
white space that the console takes away."""
NO_ELEMENTS: Final = ("Principal", "NotPrincipal")
"""AWS Organizations User Guide, "SCP syntax": elements that it does not support."""
OUTSIDER: Final = "666666666666"
"""An account in no organization, and in no configuration: none of the policies holds there."""
HINT: Final = "give the JSON that Organizations has: aws organizations describe-policy"


def checked_policies(files: Iterable[Path]) -> tuple[Path, ...]:
    """The files, each with a policy that Organizations would take.

    Raises:
        PlatformError: one is no policy; the message says why.
    """
    found = tuple(files)
    for file in found:
        problem = _problem(file)
        if problem:
            raise PlatformError(f"{file} is no service control policy: {problem}", hint=HINT)
    return found


def _problem(file: Path) -> str:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return str(error)
    rows = document.get("Statement") if isinstance(document, dict) else None
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not rows:
        return "it has no list 'Statement'"
    size = len(json.dumps(document, separators=(",", ":")))
    if size > MOST_CHARACTERS:
        return f"it has {size} characters; {MOST_CHARACTERS} are allowed"
    found = (_problem_of(row, number) for number, row in enumerate(rows, start=1))
    return next(filter(None, found), "")


def _problem_of(row: Any, number: int) -> str:
    if not isinstance(row, Mapping):
        return f"statement {number} is no object"
    if row.get("Effect") not in ("Allow", "Deny"):
        return f"statement {number} has the Effect {row.get('Effect')!r}; Allow or Deny is allowed"
    if ("Action" in row) == ("NotAction" in row):
        return f"statement {number} needs either Action or NotAction"
    if "Resource" not in row and "NotResource" not in row:
        return f"statement {number} needs Resource"
    unknown = [name for name in NO_ELEMENTS if name in row]
    return f"statement {number} has {unknown[0]}, which an SCP cannot have" if unknown else ""
