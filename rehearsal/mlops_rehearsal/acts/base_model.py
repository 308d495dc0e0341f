"""A base model as a person brings it: written by a program of the project, copied to its bucket."""

import subprocess
from pathlib import Path
from typing import Any, Final

from mlops_commons.contract import Persona
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.source_code import cloned
from mlops_rehearsal.world.personas import persona
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

PROGRAM: Final = Path("ml_pipelines", "training", "tiny_base_model.py")
PREFIX: Final = "data/base-model"


def bring_base_model(world: World, project: Project, python: Path) -> None:
    """Do what the build repository's README says under 'Base model', as a data scientist.

    Args:
        python: finds the packages of models; projects without a base model do not need it.

    Raises:
        PlatformError: the project's program failed.
    """
    code = cloned(world, project, "build")
    if not (code / PROGRAM).is_file():
        return
    world.say(f"{project.full_name}: a tiny base model")
    folder = world.folder / "base-models" / project.full_name
    module = ".".join(PROGRAM.with_suffix("").parts)
    done = subprocess.run(
        [str(python), "-m", module, str(folder)],
        cwd=code,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PlatformError(
            f"{project.full_name}: {module} failed: {done.stderr.strip()}",
            hint=f"run it in a clone of {project.pipeline('build')}, as its README says",
        )
    _copy(world, project, folder)


def _copy(world: World, project: Project, folder: Path) -> None:
    s3 = persona(world, project, Persona.DATA_SCIENTIST, "s3")
    place = _artifacts(world, project)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        s3.put_object(
            Bucket=place["ARTIFACT_BUCKET"],
            Key=f"{PREFIX}/{file.relative_to(folder).as_posix()}",
            Body=file.read_bytes(),
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=place["ARTIFACT_BUCKET_KMS_ID"],
        )


def _artifacts(world: World, project: Project) -> dict[str, Any]:
    """Where the project's training looks for it, as its build is told."""
    codebuild = world.administrator("codebuild", project.dev.account, project.dev.region)
    (train,) = codebuild.batch_get_projects(names=[project.pipeline("train")])["projects"]
    return {row["name"]: row["value"] for row in train["environment"]["environmentVariables"]}
