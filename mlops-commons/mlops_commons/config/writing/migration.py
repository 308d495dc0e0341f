"""Answers from the older layout: accounts.json, constants.py and the files beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.config.values import Account, Region
from mlops_commons.config.writing.answers import Answers, NetworkAnswer, SetAnswer, StageAnswer
from mlops_commons.config.writing.older_files import (
    ACCOUNTS,
    TEMPLATES_REPOSITORY,
    OlderFiles,
    folders_of,
)
from mlops_commons.utilities.errors import PlatformError

Ask = Callable[[str, Any], str]
"""From a question and the kind of value in the file to an answer that is one."""
REPOSITORY: Final = "CODE_COMMIT_REPO_NAME"
PREFIX: Final = "APP_PREFIX"
FIRST_PREFIX: Final = "mlops"
"""Of the infrastructure app in the older layout, as long as nobody changes it."""


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
    file: Path,
    *,
    app_prefix: str = "",
    account: str = "",
    region: str = "",
    aws_profile: str = "",
    ask: Ask | None = None,
) -> Migration:
    """Read accounts.json and what lies beside it, of either app of the older layout or of both.

    Args:
        app_prefix, account, region, aws_profile: of the governance account; they win over the
            files.
        ask: asks a person for what stands nowhere; None where nobody can answer.

    Raises:
        PlatformError: the file is not of that layout, or the governance account or the region is
            not known.
    """
    old = OlderFiles()
    infra, templates = folders_of(file)
    if infra is None:
        old.notes.append(
            "these are the files of the project templates, which know dev accounts only: give "
            "accounts.json of mlops-infra for preprod and prod"
        )
    elif infra != file.resolve().parent:
        old.notes.append(f"the accounts come from {infra}, which knows all stages")
    folder = infra or file.parent
    source = folder / file.name if (folder / file.name).is_file() else file
    entries = old.entries(source)
    constants = old.constants(folder / "constants.py")
    of_templates = old.constants(templates / "constants.py") if templates else {}
    if constants.get(REPOSITORY) == TEMPLATES_REPOSITORY:
        constants, of_templates = {**constants, REPOSITORY: ""}, constants
    profiles = old.profiles(folder.resolve())
    account = _governance(account, constants, folder, ask)
    region = _region(region, constants, entries, source, ask)
    networks = _networks(old, folder, entries)
    answers = Answers(
        app_prefix=app_prefix or _prefix(old, constants, of_templates),
        region=region,
        account=account,
        aws_profile=aws_profile or profiles.get(account, ""),
        repo_name=constants.get(REPOSITORY, ""),
        branch_name=constants.get("PIPELINE_BRANCH", ""),
        templates_repo_name=of_templates.get(REPOSITORY, ""),
        templates_branch_name=of_templates.get("PIPELINE_BRANCH", ""),
        sets=tuple(_set(entry, region, networks, profiles) for entry in entries),
        users=tuple(old.users(folder / "dev")),
    )
    return Migration(answers=answers, read=tuple(old.read), notes=tuple(old.notes))


def _governance(given: str, constants: Mapping[str, str], folder: Path, ask: Ask | None) -> str:
    found = given or constants.get("PIPELINE_ACCOUNT", "")
    if not found and ask:
        found = ask("id of the governance account", Account)
    if not found:
        raise PlatformError(
            f"the governance account stands neither in {folder / 'constants.py'} nor on the "
            "command line",
            hint="run again with: --governance-account 12-DIGITS",
        )
    return found


def _region(
    given: str,
    constants: Mapping[str, str],
    entries: list[dict[str, str]],
    source: Path,
    ask: Ask | None,
) -> str:
    regions = [entry.get("DEPLOYMENT_REGION", "") for entry in entries]
    default = constants.get("DEFAULT_DEPLOYMENT_REGION", "")
    found = given or default or next(filter(None, regions), "")
    if not found and ask:
        found = ask("region of the governance account", Region)
    if not found:
        raise PlatformError(
            f"no region stands in {source}, nor in constants.py beside it",
            hint="run again with: --region REGION",
        )
    return found


def _prefix(old: OlderFiles, constants: Mapping[str, str], of_templates: Mapping[str, str]) -> str:
    """There is one prefix today; the older layout had one for each app."""
    own, other = constants.get(PREFIX, ""), of_templates.get(PREFIX, "")
    chosen = own or other or FIRST_PREFIX
    if other and other != chosen:
        old.notes.append(
            f"the project templates had the prefix '{other}'; both apps have '{chosen}' now "
            "(another one: --prefix)"
        )
    return chosen


def _networks(
    old: OlderFiles, folder: Path, entries: list[dict[str, str]]
) -> Mapping[str, NetworkAnswer]:
    found = old.networks(folder)
    if found and len(entries) > 1:
        old.notes.append(
            "imported VPCs: there are several sets, so name them in cdk-infra-app.yml by hand "
            "(network.deployments)"
        )
        return {}
    return found


def _set(
    entry: Mapping[str, str],
    region: str,
    networks: Mapping[str, NetworkAnswer],
    profiles: Mapping[str, str],
) -> SetAnswer:
    own = entry.get("DEPLOYMENT_REGION", "")
    return SetAnswer(
        set_name=entry["SET_NAME"],
        default_region=own if own != region else "",
        stages=tuple(
            StageAnswer(
                stage_name=stage,
                account=entry[key],
                aws_profile=profiles.get(entry[key], ""),
                network=networks.get(stage),
            )
            for stage, key in ACCOUNTS.items()
            if entry.get(key)
        ),
    )
