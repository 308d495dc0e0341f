"""The actions of AWS's Service Authorization Reference, as parliament ships it."""

import json
import warnings
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import botocore.session


@cache
def _actions() -> frozenset[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # parliament imports the deprecated pkg_resources
        import parliament
    file = Path(parliament.__file__).with_name("iam_definition.json")
    return frozenset(
        f"{service['prefix']}:{row['privilege']}"
        for service in json.loads(file.read_text(encoding="utf-8"))
        for row in service["privileges"]
    )


@cache
def members(action: str) -> tuple[str, ...]:
    """The actions that a name or a family such as `s3:Get*` stands for; none if AWS has none."""
    wanted = action.lower()
    if not set("*?") & set(action):
        return (action,) if wanted in _by_small_letters() else _of_botocore(action)
    return tuple(sorted(name for name in _actions() if fnmatchcase(name.lower(), wanted)))


@cache
def _by_small_letters() -> frozenset[str]:
    return frozenset(name.lower() for name in _actions())


def _of_botocore(action: str) -> tuple[str, ...]:
    """An action that is newer than the reference: an operation of AWS's own SDK."""
    service, _, operation = action.partition(":")
    session = botocore.session.get_session()
    if service not in session.get_available_services():
        return ()
    return (action,) if operation in session.get_service_model(service).operation_names else ()
