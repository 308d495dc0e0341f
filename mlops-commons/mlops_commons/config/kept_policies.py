"""Whether the execution policies that the configuration names are there.

No check of `checks/`, which every synthesis makes: no template depends on these files.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mlops_commons.config.checks.toolkits import Place, places
from mlops_commons.config.reading import is_file
from mlops_commons.config.sources import Sources
from mlops_commons.config.validation import HINT
from mlops_commons.utilities.errors import ConfigError, Problem
from mlops_commons.utilities.names import execution_policy_file

KEY: Final = "execution_policy_filepath"
INSTEAD: Final = "restore it, or let the policy be generated: remove execution_policy_filepath"


def check_kept_policies(sources: Sources) -> None:
    """Refuse files that are not there, or are no policy.

    Raises:
        ConfigError: every one of them.
    """
    problems = list(unreadable(sources))
    if problems:
        raise ConfigError(problems, hint=HINT)


def unreadable(sources: Sources) -> Iterator[Problem]:
    """Files from which `bootstrap` could make no policy."""
    for place in places(sources):
        file = place.bootstrap.execution_policy_filepath
        fault = "" if place.bootstrap.execution_policy_arn else _fault(file, place)
        if fault:
            yield sources.app_document.problem((*place.path, "bootstrap", KEY), fault)


def _fault(file: Path, place: Place) -> str:
    generated = file.name == execution_policy_file(place.account, place.region)
    if generated and not file.exists():
        return ""
    if not is_file(file):
        return (
            f"there is no file '{file}'; the path begins at the folder mlops_commons, above that "
            f"of cdk-app.yml: {INSTEAD}"
        )
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"'{file}' is no JSON: {error}; {INSTEAD}"
    if not isinstance(content, dict) or not content.get("Statement"):
        return f"'{file}' is no IAM policy: it has no 'Statement'; {INSTEAD}"
    return ""
