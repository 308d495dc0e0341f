"""Both files read, checked and resolved; all problems in one report."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from mlops_commons.config.checks.table import CHECKS, NEED_NAMES
from mlops_commons.config.document import read_document
from mlops_commons.config.infra_model import CdkInfraAppFile
from mlops_commons.config.model import CdkAppFile
from mlops_commons.config.reading import optional_text, required_text
from mlops_commons.config.resolve import resolve
from mlops_commons.config.sources import Sources
from mlops_commons.config.validation import HINT, validated
from mlops_commons.stage import PlatformConfig
from mlops_commons.utilities.errors import ConfigError, Problem
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG

NAMES: Final = (
    r"^(cdk_|pipeline|app_prefix$)|"
    r"(^|\.)(set_name|stage_name|deployments|stages|account|region|default_region)(\[\d+\])?$"
)
"""Paths with a problem that leaves names unknown."""
PLACEHOLDER_ACCOUNTS: Final = (*(digit * 12 for digit in "01234"), "123456789012")
"""The account ids of the shipped sample, of emulators (LocalStack's documentation, "Multi-account
setups") and of the examples in AWS's documentation."""


def load_config(
    cdk_app: Path = CDK_APP_CONFIG, infra: Path = CDK_INFRA_APP_CONFIG
) -> PlatformConfig:
    """The complete configuration; see `load_sources` for arguments and errors."""
    return load_sources(cdk_app, infra).config


def load_sources(cdk_app: Path = CDK_APP_CONFIG, infra: Path = CDK_INFRA_APP_CONFIG) -> Sources:
    """Both files as written, and the complete configuration that they resolve to.

    Args:
        cdk_app: `cdk-app.yml`.
        infra: `cdk-infra-app.yml`; without the file everything in it has its default.

    Raises:
        PlatformError: `cdk-app.yml` is missing or not readable.
        ConfigError: the files have problems, all of them in one report.
    """
    app_text, infra_text = required_text(cdk_app), optional_text(infra)
    app_document = read_document(cdk_app, app_text)
    infra_document = read_document(infra, infra_text)
    problems = [*app_document.problems, *infra_document.problems]
    if not app_document.readable or not infra_document.readable:
        raise ConfigError(problems, hint=HINT)
    app = validated(CdkAppFile, app_document)
    infra_app = validated(CdkInfraAppFile, infra_document)
    config = resolve(
        app.file.cdk_app_config, infra_app.file.cdk_infra_app_config, cdk_app.resolve().parent
    )
    sources = Sources(
        app=app.file.cdk_app_config,
        app_document=app.document,
        infra=infra_app.file.cdk_infra_app_config,
        infra_document=infra_app.document,
        config=config,
    )
    problems += [*app.problems, *infra_app.problems]
    found = _findings(sources, names_known=not any(map(_concerns_names, problems)))
    problems += [p for p in found if not app.explains(p) and not infra_app.explains(p)]
    if problems:
        raise ConfigError(problems, hint=HINT)
    complete = replace(config, cdk_app_text=app_text, infra_text=infra_text)
    return replace(sources, config=complete)


def placeholder_accounts(config: PlatformConfig) -> tuple[str, ...]:
    """The accounts of nobody that are still in a configuration."""
    accounts = accounts_of(config)
    return tuple(account for account in PLACEHOLDER_ACCOUNTS if account in accounts)


def accounts_of(config: PlatformConfig) -> set[str]:
    """The governance account, and those of every stage that is delivered."""
    stages = (stage for d in config.enabled_deployments for stage in d.enabled_stages)
    return {config.pipeline.account, *(stage.account for stage in stages)}


def _findings(sources: Sources, *, names_known: bool) -> list[Problem]:
    """What the checks find; a value that several stages inherit is told once."""
    checks = [check for check in CHECKS if names_known or check not in NEED_NAMES]
    return [*dict.fromkeys(problem for check in checks for problem in check(sources))]


def _concerns_names(problem: Problem) -> bool:
    """Whether names that are made or looked up across the files are not known for sure."""
    return bool(re.search(NAMES, problem.path))
