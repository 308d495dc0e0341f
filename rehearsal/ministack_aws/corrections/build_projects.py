"""CodeBuild projects with the network and the log that their template gives them."""

import functools
from collections.abc import Callable
from typing import Any, Final

from ministack_aws.access.sessions import trusts
from ministack_aws.engine import codebuild, iam
from ministack_aws.engine.types import Attributes, Record, ResourceHandlers

SERVICE: Final = "codebuild.amazonaws.com"
KEPT: Final = ("VpcConfig", "LogsConfig")
"""What MiniStack forgets, which API_Project has under the same names in small letters."""


def register(handlers: ResourceHandlers) -> None:
    """Wrap the handlers of projects."""
    handler = handlers["AWS::CodeBuild::Project"]
    handler["create"] = _kept(handler["create"], 1)
    handler["update"] = _kept(handler["update"], 2)


def _kept(
    change: Callable[..., tuple[str, Attributes]], position: int
) -> Callable[..., tuple[str, Attributes]]:
    @functools.wraps(change)
    def kept(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        properties = arguments[position]
        _refuse(str(properties.get("ServiceRole", "")))
        name, attributes = change(*arguments, **options)
        for part in KEPT:
            # The calls that read a project give the record as it is.
            codebuild.projects()[name][part[0].lower() + part[1:]] = _as_in_the_api(
                properties.get(part) or {}
            )
        return name, attributes

    return kept


def _refuse(role: str) -> None:
    """API_CreateProject, InvalidInputException: a role that CodeBuild may not assume."""
    record: Record | None = iam.roles().get(role.rpartition("/")[2])
    if record is None or not trusts(record, SERVICE):
        raise ValueError(f"CodeBuild is not authorized to perform: sts:AssumeRole on {role}")


def _as_in_the_api(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_in_the_api(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {name[0].lower() + name[1:]: _as_in_the_api(inner) for name, inner in value.items()}
