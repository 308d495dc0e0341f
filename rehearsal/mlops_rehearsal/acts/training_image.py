"""What the jobs and endpoints of a project find in their images, on this machine."""

from pathlib import Path
from typing import Final

from mlops_commons.utilities.seed_environments import MODELS_LOCK, environment, has_torch
from mlops_rehearsal.acts.source_code import cloned, has_repository
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

NO_BUILD: Final = "nothing to train: its product has no build repository"
PYTORCH: Final = "PyTorch for CPUs, which nobody offers this machine"


def missing_packages(world: World, project: Project) -> str:
    """What keeps the project from training on this machine; empty where nothing does."""
    if not has_repository(world, project, "build"):
        return NO_BUILD
    code = cloned(world, project, "build")
    if not (code / MODELS_LOCK).is_file():
        return ""
    world.say(f"{project.full_name}: PyTorch and the packages of models (once)")
    return "" if has_torch(environment(code)) else PYTORCH


def offer_packages(world: World, project: Project) -> Path:
    """Let jobs and endpoints run with the packages of the project's images from now on.

    Returns:
        the Python that finds them.
    """
    python = environment(cloned(world, project, "build"))
    world.emulator.offer_sagemaker_python(python)
    return python
