"""Both files read, checked and resolved; all problems in one report."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import pydantic
from pydantic_core import ErrorDetails

from mlops_commons.config.checks import CHECKS
from mlops_commons.config.document import Document, read_document
from mlops_commons.config.infra_model import CdkInfraAppFile
from mlops_commons.config.model import CdkAppFile
from mlops_commons.config.platform import PlatformConfig
from mlops_commons.config.resolve import resolve
from mlops_commons.config.sources import Sources
from mlops_commons.config.values import nearest
from mlops_commons.utilities.errors import ConfigError, PlatformError, Problem
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG

HINT: Final = (
    "mend the lines above, then check again with: ./mlops-multi-account.sh config validate"
)
PLACEHOLDER_ACCOUNTS: Final = tuple(digit * 12 for digit in "1234")
"""The account ids of the shipped sample."""

File = TypeVar("File", bound=pydantic.BaseModel)


def load_config(
    cdk_app: Path = CDK_APP_CONFIG, infra: Path = CDK_INFRA_APP_CONFIG
) -> PlatformConfig:
    """The complete configuration.

    Args:
        cdk_app: `cdk-app.yml`.
        infra: `cdk-infra-app.yml`; without the file everything in it has its default.

    Raises:
        PlatformError: `cdk-app.yml` is missing or not readable.
        ConfigError: the files have problems, all of them in one report.
    """
    app_text = _text(cdk_app)
    infra_text = _text(infra) if infra.exists() else ""
    app_document = read_document(cdk_app, app_text)
    infra_document = read_document(infra, infra_text)
    problems = [*app_document.problems, *infra_document.problems]
    app_file = _validated(CdkAppFile, app_document, problems)
    infra_file = _validated(CdkInfraAppFile, infra_document, problems)
    if app_file is None or infra_file is None:
        raise ConfigError(problems, hint=HINT)
    config = resolve(
        app_file.cdk_app_config, infra_file.cdk_infra_app_config, cdk_app.resolve().parent
    )
    sources = Sources(
        app=app_file.cdk_app_config,
        app_document=app_document,
        infra=infra_file.cdk_infra_app_config,
        infra_document=infra_document,
        config=config,
    )
    problems += [problem for check in CHECKS for problem in check(sources)]
    if problems:
        raise ConfigError(problems, hint=HINT)
    return replace(config, cdk_app_text=app_text, infra_text=infra_text)


def placeholder_accounts(config: PlatformConfig) -> tuple[str, ...]:
    """The accounts of the shipped sample that are still in a configuration."""
    accounts = {config.pipeline.account}
    accounts |= {s.account for d in config.enabled_deployments for s in d.enabled_stages}
    return tuple(account for account in PLACEHOLDER_ACCOUNTS if account in accounts)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PlatformError(
            f"cannot read the configuration {file}: {reason}",
            hint="restore the shipped sample with: git checkout -- " + str(file),
        ) from None


def _validated(model: type[File], document: Document, problems: list[Problem]) -> File | None:
    content = document.content if document.content is not None else {}
    try:
        return model.model_validate(content)
    except pydantic.ValidationError as error:
        problems += [_problem(model, document, details) for details in error.errors()]
        return None


def _problem(model: type[pydantic.BaseModel], document: Document, details: ErrorDetails) -> Problem:
    path = details["loc"]
    if details["type"] == "extra_forbidden":
        known = _fields_at(model, path[:-1])
        hint = nearest(str(path[-1]), known) or f"allowed: {', '.join(known)}"
        return document.problem(path, f"unknown key '{path[-1]}'; {hint}")
    if details["type"] == "missing":
        return document.problem(path, f"the key '{path[-1]}' is missing")
    message = details["msg"].removeprefix("Value error, ")
    bad = details["input"]
    if isinstance(bad, str) and f"'{bad}'" not in message:
        message = f"'{bad}': {message[0].lower()}{message[1:]}"
    return document.problem(path, message)


def _fields_at(model: type[pydantic.BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """The keys allowed at a path, by walking the model's JSON Schema."""
    schema = model.model_json_schema()
    node: dict[str, Any] = schema
    for part in path:
        node = _resolved(node, schema)
        node = node["items"] if isinstance(part, int) else node["properties"][part]
    return list(_resolved(node, schema).get("properties", {}))


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    options = [option for option in node.get("anyOf", []) if option.get("type") != "null"]
    if options:
        node = options[0]
    if "$ref" in node:
        found: dict[str, Any] = schema["$defs"][node["$ref"].rpartition("/")[2]]
        return found
    return node
