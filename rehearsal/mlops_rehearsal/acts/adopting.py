"""Act 7, before the training: a data scientist adopts a table of his own, and touches one file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.source_code import cloned
from mlops_rehearsal.world.adoption import cannot_be_adopted, learns_from_tables
from mlops_rehearsal.world.git_commands import run_git
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

DECLARATION: Final = "project.yml"


def adopt_table(world: World, project: Project, python: Path) -> Mapping[str, str] | None:
    """Let a project learn from the table of the request; None where its product learns from none.

    The commit goes into the repository as a merge leaves it; that one needs a review is played
    where somebody attacks.

    Args:
        python: the one of the project's lock.

    Raises:
        PlatformError: the file cannot be adopted, or more than the declaration has changed.
    """
    code = cloned(world, project, "build")
    wanted = world.adopts
    if wanted is None or not learns_from_tables(code):
        return None
    world.say(f"{project.full_name}: {wanted.file.name} is adopted")
    shell = world.environment()
    done = wanted.adopted(code, python, shell)
    if done.returncode:
        raise cannot_be_adopted(wanted, done)
    git = ("-C", str(code))
    run_git(shell, *git, "add", "--all")
    changed = run_git(shell, *git, "diff", "--cached", "--name-only").splitlines()
    besides = [name for name in changed if name != DECLARATION and not name.startswith("data/")]
    if besides:
        raise PlatformError(f"adopting {wanted.file.name} has changed {', '.join(besides)} too")
    run_git(shell, *git, "commit", "--quiet", "--message", f"Learn from {wanted.file.name}")
    run_git(shell, *git, "push", "--quiet", "origin", "HEAD")
    return {
        "project": project.full_name,
        "table": wanted.file.name,
        "predicts": wanted.label,
        "changed": ", ".join(changed),
    }
