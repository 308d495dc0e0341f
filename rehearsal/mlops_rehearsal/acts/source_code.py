"""Repositories as a person clones them and pushes to them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from mlops_rehearsal.world.git_commands import run_git
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World


def tip(world: World, project: Project, kind: str) -> str:
    """The newest commit of the default branch of a project's `build` or `deploy` repository."""
    return _git(world, "-C", str(_folder(world, project, kind)), "rev-parse", "HEAD")


def pushed(
    world: World, remote: str, branch: str, message: str, own: Mapping[str, str] | None = None
) -> str:
    """Push an empty commit to a branch of a repository, as a person does; the commit.

    Args:
        remote: its URL for git-remote-codecommit.
        own: variables of the person's shell, such as credentials.
    """
    shell = {**world.environment(), **(own or {})}
    folder = world.folder / "clones" / "of-a-push"
    shutil.rmtree(folder, ignore_errors=True)
    run_git(shell, "clone", "--quiet", remote, str(folder))
    run_git(shell, "-C", str(folder), "commit", "--quiet", "--allow-empty", "--message", message)
    run_git(shell, "-C", str(folder), "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    return run_git(shell, "-C", str(folder), "rev-parse", "HEAD")


def cloned(world: World, project: Project, kind: str) -> Path:
    """A fresh clone of a project's `build` or `deploy` repository."""
    folder = world.folder / "clones" / project.pipeline(kind)
    shutil.rmtree(folder, ignore_errors=True)
    _git(world, "clone", "--quiet", str(_folder(world, project, kind)), str(folder))
    return folder


def has_repository(world: World, project: Project, kind: str) -> bool:
    """Whether a project has a `build` or `deploy` repository; a product may have others."""
    return _folder(world, project, kind).is_dir()


def _folder(world: World, project: Project, kind: str) -> Path:
    place = world.emulator.repositories / project.dev.account / project.dev.region
    return place / f"{project.pipeline(kind)}.git"


def _git(world: World, *arguments: str) -> str:
    return run_git(world.environment(), *arguments)
