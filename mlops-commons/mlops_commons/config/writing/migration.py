"""Answers from the older layout: accounts.json, constants.py and the files beside them."""

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from mlops_commons.config.writing.answers import (
    Answers,
    NetworkAnswer,
    SetAnswer,
    StageAnswer,
    UsersAnswer,
)
from mlops_commons.utilities.errors import PlatformError

ACCOUNTS: Final = {"dev": "DEV_ACCOUNT", "preprod": "PREPROD_ACCOUNT", "prod": "PROD_ACCOUNT"}
"""Stage and its key in an entry of accounts.json."""
USERS: Final = ("data_scientists", "lead_data_scientists")
"""Files below config/dev, and the groups of the same names in cdk-infra-app.yml."""
HINT: Final = "give the file accounts.json of the older layout, for example config/accounts.json"


@dataclass(frozen=True, kw_only=True)
class Migration:
    """What was found.

    Attributes:
        answers: both files as answers.
        read: the files that were understood.
        notes: what has no equal today, or was not there.
    """

    answers: Answers
    read: tuple[Path, ...]
    notes: tuple[str, ...]


def migration(
    file: Path, *, app_prefix: str, account: str = "", region: str = "", aws_profile: str = ""
) -> Migration:
    """Read accounts.json and what lies beside it: constants.py, and the folders of the stages.

    Python files are parsed for constants and never run.

    Args:
        account, region, aws_profile: of the governance account; they win over constants.py.

    Raises:
        PlatformError: the file is not of that layout, or the governance account is not known.
    """
    entries = _entries(file)
    constants_file = file.with_name("constants.py")
    constants = _constants(constants_file)
    read = [file, *([constants_file] if constants else [])]
    account = account or constants.get("PIPELINE_ACCOUNT", "")
    regions = [entry.get("DEPLOYMENT_REGION", "") for entry in entries]
    region = region or constants.get("DEFAULT_DEPLOYMENT_REGION", "") or next(filter(None, regions))
    if not account:
        raise PlatformError(
            f"the governance account stands neither in {constants_file} nor on the command line",
            hint="run again with: --governance-account 12-DIGITS",
        )
    networks, network_files = _networks(file.parent)
    users, user_files = _users(file.parent / "dev")
    single = len(entries) == 1
    answers = Answers(
        app_prefix=app_prefix,
        region=region,
        account=account,
        aws_profile=aws_profile,
        repo_name=constants.get("CODE_COMMIT_REPO_NAME", ""),
        branch_name=constants.get("PIPELINE_BRANCH", ""),
        sets=tuple(_set(entry, region, networks if single else {}) for entry in entries),
        users=tuple(users),
    )
    notes = (
        []
        if single or not networks
        else [
            "imported VPCs: there are several sets, so name "
            "them in cdk-infra-app.yml by hand (network.deployments)"
        ]
    )
    return Migration(answers=answers, read=(*read, *network_files, *user_files), notes=tuple(notes))


def _entries(file: Path) -> list[dict[str, str]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, ValueError) as error:
        raise PlatformError(f"cannot read {file}: {error}", hint=HINT) from None
    rows = content if isinstance(content, list) else [content]
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or not {"SET_NAME", "DEV_ACCOUNT"} <= set(row):
            raise PlatformError(
                f"{file}: entry {number} has no SET_NAME and DEV_ACCOUNT: {str(row)[:80]}",
                hint=HINT,
            )
    if not rows:
        raise PlatformError(f"{file} has no entry", hint=HINT)
    return [{key: str(value).strip() for key, value in row.items()} for row in rows]


def _constants(file: Path) -> dict[str, str]:
    """The texts that a Python file gives names to at its top, and lists of texts with commas."""
    if not file.is_file():
        return {}
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeError) as error:
        raise PlatformError(f"cannot read {file}: {error}", hint="fix or remove it") from None
    found: dict[str, str] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            try:
                value = ast.literal_eval(statement.value)
            except ValueError:
                continue  # computed at run time: nothing that a person has written down
            many = isinstance(value, list | tuple)
            found[statement.targets[0].id] = ",".join(map(str, value)) if many else str(value)
    return {name: value.strip() for name, value in found.items()}


def _networks(folder: Path) -> tuple[dict[str, NetworkAnswer], list[Path]]:
    """The VPC of each stage whose constants name one."""
    files = {stage: folder / stage / "constants.py" for stage in ACCOUNTS}
    values = {stage: _constants(file) for stage, file in files.items()}
    networks = {
        stage: NetworkAnswer(
            vpc_id=found["VPC_ID"],
            vpc_cidr=found.get("VPC_CIDR", ""),
            subnets=tuple(filter(None, found.get("APP_SUBNETS", "").split(","))),
            base_security_group=found.get("BASE_SECURITY_GROUP", ""),
        )
        for stage, found in values.items()
        if found.get("VPC_ID")
    }
    return networks, [files[stage] for stage in networks]


def _users(folder: Path) -> tuple[list[UsersAnswer], list[Path]]:
    users, files = [], []
    for group in USERS:
        file = folder / f"{group}.yml"
        if not file.is_file():
            continue
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        except (yaml.YAMLError, UnicodeError) as error:
            raise PlatformError(f"cannot read {file}: {error}", hint="fix or remove it") from None
        names = [str(row.get("user_profile_name", "")) for row in content.get("users") or ()]
        prefix = str(content.get("prefix") or "")
        users.append(UsersAnswer(group=group, prefix=prefix, profile_names=tuple(names)))
        files.append(file)
    return users, files


def _set(entry: Mapping[str, Any], region: str, networks: Mapping[str, NetworkAnswer]) -> SetAnswer:
    own = entry.get("DEPLOYMENT_REGION", "")
    return SetAnswer(
        set_name=entry["SET_NAME"],
        default_region=own if own != region else "",
        stages=tuple(
            StageAnswer(stage_name=stage, account=entry[key], network=networks.get(stage))
            for stage, key in ACCOUNTS.items()
            if entry.get(key)
        ),
    )
