"""CodeBuild's part: a project's buildspec in a fresh directory, with its role's credentials."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlops_commons.utilities.seed_environments import LOCK
from mlops_rehearsal.player.artifacts import Artifact, get, pack, put, unpack
from mlops_rehearsal.player.buildspec import Buildspec, files_of, read_buildspec
from mlops_rehearsal.player.deeds import ask_build
from mlops_rehearsal.player.passed_tests import PassedTests, content_of, passed_before
from mlops_rehearsal.player.structure import Action, Pipeline
from mlops_rehearsal.world.build_environment import own_environment
from mlops_rehearsal.world.checkout import share_environment
from mlops_rehearsal.world.programs import write_programs
from mlops_rehearsal.world.world import Credentials, World

SERVICE = "codebuild.amazonaws.com"
FAILED_PHASE = "failed-phase"
"""The file with the phase whose command has failed."""
NOT_OF_A_BUILD = (
    *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
    *("GIT_CONFIG_GLOBAL", "PYTHONPATH"),
)
"""What a person's shell has and a build container has not."""


def log_file(world: World, pipeline: Pipeline, action: Action) -> Path:
    """Where the log of an action of this pipeline is."""
    return world.logs / f"{pipeline.name}-{action.stage}-{action.name}.log"


def play_build(
    world: World,
    pipeline: Pipeline,
    action: Action,
    artifacts: Mapping[str, Artifact],
    caller: Credentials,
) -> tuple[str, dict[str, Artifact], dict[str, str]]:
    """Run the project of an action.

    Returns:
        what happened, the artifacts that it has made, and the variables that it exports.
    """
    name = action.configuration["ProjectName"]
    # The pipeline's role must be allowed to start the build; what it runs, CodeBuild knows itself.
    world.client("codebuild", pipeline.region, caller).start_build(projectName=name)
    codebuild = world.administrator("codebuild", pipeline.account, pipeline.region)
    project = codebuild.batch_get_projects(names=[name])["projects"][0]
    credentials = world.emulator.service_credentials(
        project["serviceRole"], SERVICE, f"AWSCodeBuild-{name}"[:64], source=project["arn"]
    )
    ask_build(world, pipeline, project)
    s3 = world.client("s3", pipeline.region, credentials)
    title = log_file(world, pipeline, action).stem
    folder = world.folder / "builds" / title
    shutil.rmtree(folder, ignore_errors=True)
    sources = _fetch(s3, action, artifacts, folder)
    source = sources[action.configuration.get("PrimarySource") or action.inputs[0]]
    spec, exported = run_commands(world, pipeline, action, project, sources, credentials)
    made = {}
    for output in action.outputs:
        part = spec.outputs.get(output) or spec.outputs[""]
        store = pipeline.stores.get(action.region) or pipeline.stores[""]
        made[output] = put(s3, pipeline.name, output, store, pack(*files_of(part, source)))
    count = sum(len(commands) for _, commands in spec.phases)
    result = f"{count} commands as {project['serviceRole'].rpartition('/')[2]}"
    for build in passed_before(log_file(world, pipeline, action)):
        result += f"; the tests have passed with the same content in {build}"
    return result, made, dict(line.split("=", 1) for line in exported.read_text().splitlines())


def run_commands(
    world: World,
    pipeline: Pipeline,
    action: Action,
    project: Mapping[str, Any],
    sources: Mapping[str, Path],
    credentials: Credentials,
) -> tuple[Buildspec, Path]:
    """Run the buildspec of a project beside its sources; the file with what it exports.

    Raises:
        PlatformError: a command has failed.
    """
    title = log_file(world, pipeline, action).stem
    source = sources[action.configuration.get("PrimarySource") or action.inputs[0]]
    folder = source.parent
    spec = _buildspec(project, source)
    environment = _environment(world, pipeline, project, action, spec, sources, credentials)
    script = folder / "buildspec.sh"
    script.write_text(spec.script(_tests_once(world, project, action, source, title)))
    exported = folder / "exported-variables"
    exported.touch()
    environment["EXPORTED_VARIABLES"] = str(exported)
    environment["FAILED_PHASE"] = str(folder / FAILED_PHASE)
    _offer_environment(folder, source, environment)
    world.program(title, [f"/bin/{spec.shell}", script], cwd=source, environment=environment)
    return spec, exported


def failed_phase(folder: Path) -> str:
    """The phase in which the commands in a folder have failed; `BUILD` where they do not say."""
    file = folder / FAILED_PHASE
    return file.read_text().strip().upper() if file.is_file() else "BUILD"


def _tests_once(
    world: World, project: Mapping[str, Any], action: Action, source: Path, title: str
) -> Callable[[str], str]:
    """How a command of the build is run: tests only if they have not passed with this content."""
    passed = PassedTests(world.folder / "passed-tests")
    content = content_of(source, _variables(project, action))
    return lambda command: passed.once(command, content, title)


def _as_here(world: World, variables: dict[str, str]) -> dict[str, str]:
    """The variables, with what the organization has where it is on this machine."""
    return world.company.variables(variables) if world.company else variables


def _variables(project: Mapping[str, Any], action: Action) -> dict[str, str]:
    """The variables of the project; the action's come later, and so prevail."""
    rows = project.get("environment", {}).get("environmentVariables") or []
    rows = [*rows, *json.loads(action.configuration.get("EnvironmentVariables", "[]"))]
    return {row["name"]: str(row["value"]) for row in rows}


def _fetch(
    s3: Any, action: Action, artifacts: Mapping[str, Artifact], folder: Path
) -> dict[str, Path]:
    found = {}
    for name in action.inputs:
        found[name] = folder / f"src-{name}"
        unpack(get(s3, artifacts[name]), found[name])
    return found


def _buildspec(project: Mapping[str, Any], source: Path) -> Buildspec:
    text = str(project["source"].get("buildspec") or "buildspec.yml")
    if "\n" in text or text.lstrip().startswith("{"):
        return read_buildspec(text)
    return read_buildspec((source / text).read_text(encoding="utf-8"))


def _environment(
    world: World,
    pipeline: Pipeline,
    project: Mapping[str, Any],
    action: Action,
    spec: Buildspec,
    sources: Mapping[str, Path],
    credentials: Credentials,
) -> dict[str, str]:
    """What the build container has; the buildspec yields to the project, it to the action."""
    shell = world.environment()
    for name in NOT_OF_A_BUILD:
        del shell[name]
    primary = sources[action.configuration.get("PrimarySource") or action.inputs[0]]
    programs = world.folder / "programs"
    if not programs.is_dir():
        write_programs(programs)
    return {
        **shell,
        "PATH": f"{programs}{os.pathsep}{shell['PATH']}",
        **{name.upper(): value for name, value in credentials.items()},
        "AWS_REGION": pipeline.region,
        "AWS_DEFAULT_REGION": pipeline.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **world.of_builds,
        "CI": "true",
        "CODEBUILD_BUILD_ID": f"{project['name']}:rehearsal",
        "CODEBUILD_BUILD_ARN": f"arn:aws:codebuild:{pipeline.region}:{pipeline.account}:"
        f"build/{project['name']}:rehearsal",
        "CODEBUILD_INITIATOR": f"codepipeline/{pipeline.name}",
        "CODEBUILD_SRC_DIR": str(primary),
        **{f"CODEBUILD_SRC_DIR_{name}": str(path) for name, path in sources.items()},
        **spec.variables,
        **_as_here(world, _variables(project, action)),
    }


def _offer_environment(folder: Path, source: Path, environment: dict[str, str]) -> None:
    """What the build would install from the lock files is there: a build has no network here."""
    if (source / "mlops-multi-account.sh").is_file():
        share_environment(source)
        packages = [path for path in sorted(source.glob("mlops-*")) if path.is_dir()]
        environment["PYTHONPATH"] = os.pathsep.join(map(str, packages))
    elif (source / LOCK).is_file():
        programs = own_environment(source, folder / "environment")
        environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
        environment["VIRTUAL_ENV"] = str(programs.parent)
