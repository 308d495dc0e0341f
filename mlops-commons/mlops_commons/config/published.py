"""The configuration as it was last published, and what of this one it does not allow.

The CodeCommit repository of a set is the truth. `publish` reads it and keeps what it found for the
verbs that work without AWS. What somebody pushes to the repository from elsewhere is seen by the
next `publish` only.
"""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.loader import load_config
from mlops_commons.config.network_changes import refusals
from mlops_commons.config.set_change import SetChange
from mlops_commons.config.set_changes import set_changes
from mlops_commons.config.set_snapshot import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.stage import PlatformConfig
from mlops_commons.utilities.errors import ConfigError, PlatformError, Problem
from mlops_commons.utilities.generated_files import write_atomically
from mlops_commons.utilities.paths import OWN_CONFIG, REPOSITORY_ROOT

OWN_FOLDER: Final = (
    f"{OWN_CONFIG.name}-{hashlib.sha256(str(OWN_CONFIG).encode()).hexdigest()[:8]}"
    if OWN_CONFIG
    else ""
)
PUBLISHED: Final = REPOSITORY_ROOT / "build" / "published" / OWN_FOLDER
"""A folder for each set, with the configuration files of its infra repository."""
FILES: Final = (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)
HINT: Final = (
    "undo the change, or delete the stage's stack (docs/how-to/teardown.md) and then publish with "
    "--replace-networks"
)


def keep(set_name: str, contents: Mapping[PurePosixPath, str], folder: Path = PUBLISHED) -> None:
    """Keep what the infra repository of a set says.

    Args:
        contents: the text of each configuration file that it has, by its path in the repository.

    Raises:
        PlatformError: it cannot be written.
    """
    for file in FILES:
        kept = folder / set_name.lower() / file.name
        if file in contents:
            write_atomically(kept, contents[file])
        else:
            kept.unlink(missing_ok=True)


def brought_file(app: str, set_name: str, folder: Path = PUBLISHED) -> Path:
    """Where it is kept which changes of a set's repository this checkout has had."""
    return folder / set_name.lower() / f"brought-{app}.json"


def forget(folder: Path = PUBLISHED) -> None:
    """Forget everything that was kept, because nothing is deployed any more."""
    shutil.rmtree(folder, ignore_errors=True)


def change_notes(
    sources: Sources, set_name: str = "", folder: Path = PUBLISHED
) -> tuple[SetChange, ...]:
    """What must be done besides a delivery, as far as it is known here what is published.

    Args:
        set_name: only of this set; empty for all, those that are gone included.
    """
    names = [set_name.lower()] if set_name else [child.name for child in _folders(folder)]
    found = ((name, _kept(folder / name)) for name in names)
    return tuple(
        change
        for name, published in found
        if published
        for change in set_changes(published, sources.config, name)
        if not change.refused
    )


def published_config(set_name: str, folder: Path = PUBLISHED) -> PlatformConfig | None:
    """The configuration with which a set was published, as far as it is known here."""
    return _kept(folder / set_name.lower())


def check_published(sources: Sources, folder: Path = PUBLISHED, *, hint: str = HINT) -> None:
    """Refuse what the published stages of any set cannot take, as far as it is known here.

    Args:
        hint: what to do about it.

    Raises:
        ConfigError: every such change.
    """
    names = [deployment.set_name for deployment in sources.config.enabled_deployments]
    problems = [problem for name in names for problem in network_problems(sources, name, folder)]
    if problems:
        raise ConfigError(problems, hint=hint)


def network_problems(sources: Sources, set_name: str, folder: Path = PUBLISHED) -> list[Problem]:
    """The changes of networks and names that the published stages of a set cannot take.

    A stage that was not published is new, and so is one that has moved to another account or
    region. Files that this version cannot read are as if there were none.
    """
    published = _kept(folder / set_name.lower())
    if published is None:
        return []
    return [*_problems(sources, published, set_name), *_refused(sources, published, set_name)]


def _refused(sources: Sources, published: PlatformConfig, set_name: str) -> list[Problem]:
    """Stages that would stand beside what they were before."""
    return [
        _problem(sources, set_name, change)
        for change in set_changes(published, sources.config, set_name)
        if change.refused
    ]


def _problem(sources: Sources, set_name: str, change: SetChange) -> Problem:
    """A refused change, with the line of what has changed."""
    message = f"{change.message}; {change.remedy}"
    studio = sources.studio_key_path(set_name, change.stage_name, change.studio_key)
    if studio:
        return sources.infra_document.problem(studio, message)
    of_all: KeyPath = (APP_ROOT, *change.studio_key.split("."))
    if of_all in sources.app_document.lines:
        return sources.app_document.problem(of_all, message)
    path = sources.set_path(set_name)
    for place, deployment, stage in sources.stages():
        if deployment.set_name.lower() == set_name.lower() and change.stage_name:
            path = place if stage.stage_name == change.stage_name else path
    return sources.app_document.problem(path, message)


def _folders(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if child.is_dir()) if folder.is_dir() else []


def _kept(folder: Path) -> PlatformConfig | None:
    if not (folder / CDK_APP_CONFIG.name).is_file():
        return None
    try:
        return load_config(folder / CDK_APP_CONFIG.name, folder / CDK_INFRA_APP_CONFIG.name)
    except PlatformError:
        return None


def _problems(sources: Sources, published: PlatformConfig, set_name: str) -> list[Problem]:
    problems = []
    before = {
        stage.stage_name.lower(): (deployment, stage)
        for deployment in published.enabled_deployments
        if deployment.set_name.lower() == set_name.lower()
        for stage in deployment.enabled_stages
    }
    for _, deployment, stage in sources.stages():
        known = before.get(stage.stage_name.lower())
        if deployment.set_name.lower() != set_name.lower() or known is None:
            continue
        old_set, old = known
        if (old.account, old.region) != (stage.account, stage.region):
            continue
        names = (deployment.set_name, stage.stage_name)
        studio = published.studio(old_set.set_name, old.stage_name) and sources.config.studio(
            *names
        )
        found = refusals(
            published.network(old_set.set_name, old.stage_name),
            sources.config.network(*names),
            studio=studio is not None,
        )
        path = sources.network_path(*names)
        here = f"stage '{stage.stage_name}' of set '{deployment.set_name}'"
        problems += [
            sources.infra_document.problem((*path, refusal.key), f"{here}: {refusal}")
            for refusal in found
        ]
    return problems
