"""The files of the older layout: what a person has written into them, and what is a placeholder.

Every checkout of the reference system's `main` and `legacy` has `vpc-`, `subnet-` and `sg-` in
dev/constants.py, also where the system makes the network itself, a second entry without accounts in
accounts.json, and one such folder for each of its two apps.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from mlops_commons.config.writing.answers import NetworkAnswer, UsersAnswer
from mlops_commons.utilities.errors import PlatformError

INFRA: Final = Path("mlops-infra/mlops_infra/config")
TEMPLATES: Final = Path("mlops-sm-project-template/mlops_sm_project_template/config")
"""Where the two apps of the reference system keep these files."""
TEMPLATES_REPOSITORY: Final = "mlops-sm-project-template"
ACCOUNTS: Final = {"dev": "DEV_ACCOUNT", "preprod": "PREPROD_ACCOUNT", "prod": "PROD_ACCOUNT"}
"""Stage and its key in an entry of accounts.json."""
READ: Final = frozenset(("SET_NAME", "DEPLOYMENT_REGION", *ACCOUNTS.values()))
"""What is read of an entry of accounts.json."""
USERS: Final = ("data_scientists", "lead_data_scientists")
"""Files below config/dev, and the groups of the same names in cdk-infra-app.yml."""
PROFILES: Final = Path("scripts/bootstrap_conf.tmp")
"""Written by its script of questions: `account#region#profile#trusted accounts`."""
HINT: Final = "give the file accounts.json of the older layout, for example config/accounts.json"
IDS: Final = {
    name: re.compile(rf"{name}-(?:[0-9a-f]{{8}}|[0-9a-f]{{17}})")
    for name in ("vpc", "subnet", "sg")
}
"""Ids of EC2 ("Resource IDs" in its User Guide); what has another form was never filled in."""


@dataclass
class OlderFiles:
    """What was read, with `read` and `notes` growing on the way."""

    read: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def entries(self, file: Path) -> list[dict[str, str]]:
        """The account sets; those without a dev account are left out with a note.

        Raises:
            PlatformError: the file is not of that layout, or no entry has accounts.
        """
        rows = self._rows(file)
        filled = [row for row in rows if row["DEV_ACCOUNT"]]
        for row in rows:
            if not row["DEV_ACCOUNT"]:
                self.notes.append(f"set '{row['SET_NAME']}' has no DEV_ACCOUNT and is left out")
            else:
                self.notes += _left_out(row)
        if not filled:
            raise PlatformError(
                f"{file}: no entry has a DEV_ACCOUNT: the file was never filled in",
                hint="there is nothing to migrate; answer questions: ./mlops-multi-account.sh "
                "config",
            )
        return filled

    def constants(self, file: Path) -> dict[str, str]:
        """The texts that a Python file gives names to at its top, and lists with commas.

        The file is parsed and never run.

        Raises:
            PlatformError: it is no Python.
        """
        if not file.is_file():
            return {}
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise PlatformError(f"cannot read {file}: {error}", hint="fix or remove it") from None
        found: dict[str, str] = {}
        for statement in tree.body:
            name, value = _assigned(statement)
            if name and value is not None:
                many = isinstance(value, list | tuple)
                found[name] = (",".join(map(str, value)) if many else str(value)).strip()
        self.read.append(file)
        return found

    def networks(self, folder: Path) -> dict[str, NetworkAnswer]:
        """The VPC of each stage whose constants name one."""
        found = {}
        for stage in ACCOUNTS:
            file = folder / stage / "constants.py"
            constants = self.constants(file)
            vpc_id = constants.get("VPC_ID", "")
            if not IDS["vpc"].fullmatch(vpc_id):
                if vpc_id:
                    self.notes.append(
                        f"{file} names no VPC ('{vpc_id}'): one is created in {stage}"
                    )
                continue
            self.notes.append(
                f"stage {stage} imports {vpc_id}: never delete the old stack that made it, and "
                "take import_network out where the old system made its own"
            )
            subnets = [text.strip() for text in constants.get("APP_SUBNETS", "").split(",")]
            group = constants.get("BASE_SECURITY_GROUP", "")
            for kind, name, given in (
                ("subnet", "APP_SUBNETS", subnets),
                ("sg", "BASE_SECURITY_GROUP", [group]),
            ):
                self.notes += (
                    f"{file}: '{text}' in {name} is no id and is left out"
                    for text in given
                    if not IDS[kind].fullmatch(text)
                )
            found[stage] = NetworkAnswer(
                vpc_id=vpc_id,
                vpc_cidr=constants.get("VPC_CIDR", ""),
                subnets=tuple(filter(IDS["subnet"].fullmatch, subnets)),
                base_security_group=group if IDS["sg"].fullmatch(group) else "",
            )
        return found

    def users(self, folder: Path) -> list[UsersAnswer]:
        """The users of Studio.

        Raises:
            PlatformError: a file is no list of users.
        """
        found = []
        for group in USERS:
            file = folder / f"{group}.yml"
            if not file.is_file():
                continue
            try:
                content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
                names = tuple(str(row["user_profile_name"]) for row in content.get("users") or ())
                prefix = str(content.get("prefix") or "")
            except (OSError, yaml.YAMLError, UnicodeError, RecursionError) as error:
                raise PlatformError(
                    f"cannot read {file}: {error}", hint="fix or remove it"
                ) from None
            except (AttributeError, KeyError, TypeError):
                raise PlatformError(
                    f"{file} has no 'prefix' and 'users', each with a 'user_profile_name'",
                    hint="fix or remove it",
                ) from None
            found.append(UsersAnswer(group=group, prefix=prefix, profile_names=names))
            self.read.append(file)
        return found

    def profiles(self, folder: Path) -> dict[str, str]:
        """The profile of each account that the old script of questions has noted."""
        for parent in (folder, *folder.parents):
            file = parent / PROFILES
            if file.is_file():
                self.read.append(file)
                rows = (line.split("#") for line in file.read_text("utf-8", "replace").split())
                return {row[0]: row[2] for row in rows if len(row) > 2}
        return {}

    def _rows(self, file: Path) -> list[dict[str, str]]:
        try:
            content = json.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError, RecursionError) as error:
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
        self.read.append(file)
        return [
            {key: "" if value is None else str(value).strip() for key, value in row.items()}
            for row in rows
        ]


def folders_of(file: Path) -> tuple[Path | None, Path | None]:
    """The folders of the infrastructure app and of the templates', as far as they are there.

    Args:
        file: accounts.json of either of them.
    """
    folder = file.resolve().parent
    for own, other, of_infra in ((INFRA, TEMPLATES, True), (TEMPLATES, INFRA, False)):
        if folder.parts[-len(own.parts) :] == own.parts:
            root = folder.parents[len(own.parts) - 1]
            beside = root / other if (root / other).is_dir() else None
            return (folder, beside) if of_infra else (beside, folder)
    return folder, None


def _left_out(row: dict[str, str]) -> Iterator[str]:
    """Notes of stages that an entry has no account for, and of keys that nothing reads."""
    name = row["SET_NAME"]
    for stage, key in ACCOUNTS.items():
        if not row.get(key):
            yield f"set '{name}' has no {key}: its stage {stage} is left out"
    for key in row:
        if key not in READ:
            yield f"set '{name}': '{key}' has no equal and is left out"


def _assigned(statement: ast.stmt) -> tuple[str, Any]:
    """The name and the constant of an assignment; an empty name for any other statement."""
    if isinstance(statement, ast.Assign):
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target, value = statement.target, statement.value
    else:
        return "", None
    try:
        return (target.id, ast.literal_eval(value)) if isinstance(target, ast.Name) else ("", None)
    except (ValueError, TypeError, RecursionError):
        return "", None  # computed at run time: nothing that a person has written down
