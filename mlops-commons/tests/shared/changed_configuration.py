"""A configuration of one set with some values changed, and what is said of it."""

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from one_account_set import ONE_SET

from mlops_commons.config.loader import load_sources
from mlops_commons.config.sources import Sources
from mlops_commons.utilities.errors import ConfigError

APP: dict[str, Any] = yaml.safe_load(ONE_SET)["cdk_app_config"]
STAGE = ("deployments", 0, "stages")
DEFAULT_NETWORK = ("network", "default_create_network")
Change = tuple[tuple[str | int, ...], Any]


def changed(content: dict[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """A copy with other values; what is on the way to one is made."""
    found = deepcopy(content)
    for (*way, last), value in changes:
        block: Any = found
        for part in way:
            block = block[part] if isinstance(part, int) else block.setdefault(part, {})
        block[last] = value
    return found


def write(folder: Path, app: Iterable[Change] = (), infra: Iterable[Change] = ()) -> None:
    """Both files in a folder."""
    files = {
        "cdk-app.yml": {"cdk_app_config": changed(APP, app)},
        "cdk-infra-app.yml": {"cdk_infra_app_config": changed({}, infra)},
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def loaded(folder: Path, app: Iterable[Change] = (), infra: Iterable[Change] = ()) -> Sources:
    """The configuration; raises where it is refused."""
    write(folder, app, infra)
    return load_sources(folder / "cdk-app.yml", folder / "cdk-infra-app.yml")


def problems(folder: Path, app: Iterable[Change] = (), infra: Iterable[Change] = ()) -> list[str]:
    """What is refused, each with where it stands; every problem has a line."""
    try:
        loaded(folder, app, infra)
    except ConfigError as error:
        assert all(problem.line for problem in error.problems), error
        return [f"{problem.path}: {problem.message}" for problem in error.problems]
    return []
