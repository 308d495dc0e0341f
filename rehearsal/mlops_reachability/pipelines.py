"""What runs what a repository holds: pipelines read action by action.

A build that gets a repository, or what was made of it, runs code of whoever may push there. A
Lambda function does not: its code comes from elsewhere, so what it hands on counts as checked. That
is the one assumption about the platform's gate; the gate's own tests have to show that it checks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mlops_reachability.edges import Edge, approval, artifact, branch, pushed, started
from mlops_reachability.model import Resource, World

PIPELINE: Final = "AWS::CodePipeline::Pipeline"
MAIN: Final = "refs/heads/main"
SOURCES: Final = {
    "CodeCommit": "arn:aws:codecommit:{region}:{account}:{RepositoryName}",
    "CodeStarSourceConnection": "arn:git-host:connection:{region}:{account}:{FullRepositoryId}",
    "S3": "arn:archive:s3:{region}:{account}:{S3Bucket}",
}
"""The node of what an action begins with, by its provider; who pushes to a git host, or uploads an
archive, is no principal here."""
OUTSIDE: Final = {
    "CodeStarSourceConnection": "whoever pushes at a git host to {FullRepositoryId}",
    "S3": "whoever uploads the archive to {S3Bucket}",
}
"""Who that is, in words."""


@dataclass
class _Run:
    """How far an execution has come.

    Attributes:
        repositories: those whose content is in an artifact, by the artifact.
        approvals: those that an execution has passed.
        prepared: template's artifact and role of a change set, by stack.
    """

    repositories: dict[str, frozenset[str]] = field(default_factory=dict)
    approvals: tuple[str, ...] = ()
    prepared: dict[str, tuple[str, str]] = field(default_factory=dict)


def build_edges(world: World) -> Iterator[tuple[str, Edge]]:
    """Builds that read a repository by themselves: of which commit, says who starts them, so
    whoever pushes any branch has their role (CodeBuild API Reference, StartBuild: sourceVersion).

    A build with a branch of its own, which a rule starts with a fixed input, runs what is on it;
    who may start it himself is asked as for every build.
    """
    for project in world.of_type("AWS::CodeBuild::Project"):
        source = project.properties.get("Source", {})
        if source.get("Type") == "CODECOMMIT":
            name = str(source["Location"]).rpartition("/")[2]
            repository = f"arn:aws:codecommit:{world.region}:{project.account}:{name}"
            role = project.properties["ServiceRole"]
            if project.properties.get("SourceVersion") == MAIN:
                yield pushed(repository), Edge(role, f"the build {project.name} runs it")
                continue
            words = f"the build {project.name} runs it before it is merged"
            for pushes in (branch(repository), pushed(repository)):
                yield pushes, Edge(role, words)


def pipeline_edges(world: World) -> Iterator[tuple[str, Edge]]:
    """Source and edge for each thing that a pipeline does with what others can write."""
    for pipeline in world.of_type(PIPELINE):
        run = _Run()
        for stage in pipeline.properties["Stages"]:
            for action in sorted(stage["Actions"], key=lambda a: a.get("RunOrder", 1)):
                yield from _action(world, pipeline, stage["Name"], action, run)


def gated(pipeline: Resource) -> bool:
    """Whether a function hands on what CloudFormation applies."""
    handed = {
        output["Name"]
        for _, action in actions_of(pipeline)
        if action["ActionTypeId"]["Provider"] == "Lambda"
        for output in action.get("OutputArtifacts", ())
    }
    applied = {
        str(action["Configuration"]["TemplatePath"]).partition("::")[0]
        for _, action in actions_of(pipeline)
        if "TemplatePath" in action.get("Configuration", {})
    }
    return bool(applied) and applied <= handed


def actions_of(pipeline: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each action with the name of its stage."""
    for stage in pipeline.properties["Stages"]:
        for action in stage["Actions"]:
            yield stage["Name"], action


def approvals_of(pipeline: Resource) -> tuple[tuple[str, str], ...]:
    """Stage and action of each approval."""
    return tuple(
        (stage, action["Name"])
        for stage, action in actions_of(pipeline)
        if action["ActionTypeId"]["Category"] == "Approval"
    )


def _action(
    world: World, pipeline: Resource, stage: str, action: Mapping[str, Any], run: _Run
) -> Iterator[tuple[str, Edge]]:
    provider = action["ActionTypeId"]["Provider"]
    outputs = [output["Name"] for output in action.get("OutputArtifacts", ())]
    if provider in SOURCES:
        repository = _repository(world, pipeline, action)
        run.repositories |= dict.fromkeys(outputs, frozenset({repository}))
        yield (
            branch(repository),
            Edge(
                pushed(repository),
                f"starts {pipeline.name} with a commit that is not on the branch",
                (started(pipeline.arn),),
            ),
        )
    elif action["ActionTypeId"]["Category"] == "Approval":
        run.approvals += (approval(pipeline.arn, stage, action["Name"]),)
    elif provider == "CodeBuild":
        yield from _build(world, pipeline, action, run, outputs)
    elif provider == "CloudFormation":
        yield from _template(pipeline, action, run)
    elif provider == "Lambda":
        yield from _function(world, pipeline, action, outputs)


def _repository(world: World, pipeline: Resource, action: Mapping[str, Any]) -> str:
    found = SOURCES[action["ActionTypeId"]["Provider"]]
    return found.format(region=world.region, account=pipeline.account, **action["Configuration"])


def outside(world: World) -> dict[str, str]:
    """What pipelines begin with outside of CodeCommit, and in words who brings it there."""
    return {
        _repository(world, pipeline, action): OUTSIDE[provider].format(**action["Configuration"])
        for pipeline in world.of_type(PIPELINE)
        for stage in pipeline.properties["Stages"]
        for action in stage["Actions"]
        if (provider := action["ActionTypeId"]["Provider"]) in OUTSIDE
    }


def _build(
    world: World, pipeline: Resource, action: Mapping[str, Any], run: _Run, outputs: list[str]
) -> Iterator[tuple[str, Edge]]:
    name = action["Configuration"]["ProjectName"]
    project = next(
        p
        for p in world.of_type("AWS::CodeBuild::Project")
        if (p.account, p.name) == (pipeline.account, name)
    )
    role, words = project.properties["ServiceRole"], f"the build {project.name} runs it"
    inputs = [i["Name"] for i in action.get("InputArtifacts", ())]
    found = frozenset[str]().union(*(run.repositories.get(i, frozenset()) for i in inputs))
    for repository in sorted(found):
        yield pushed(repository), Edge(role, words, run.approvals)
    for name in inputs:
        yield artifact(pipeline.arn, name), Edge(role, words)
    run.repositories |= dict.fromkeys(outputs, found)


def _template(
    pipeline: Resource, action: Mapping[str, Any], run: _Run
) -> Iterator[tuple[str, Edge]]:
    """The role of CloudFormation is his whose template it applies.

    A change set is applied when it is executed; what was approved meanwhile has been asked.
    """
    configuration = action["Configuration"]
    stack = configuration.get("StackName", "")
    if "TemplatePath" in configuration:
        name = str(configuration["TemplatePath"]).partition("::")[0]
        run.prepared[stack] = name, configuration.get("RoleArn", "")
        if configuration["ActionMode"] == "CHANGE_SET_REPLACE":
            return
    name, role = run.prepared.get(stack, ("", ""))
    words = f"CloudFormation applies it to {stack}"
    if role:
        yield artifact(pipeline.arn, name), Edge(role, words)
        for repository in sorted(run.repositories.get(name, ())):
            yield pushed(repository), Edge(role, words, run.approvals)


def _function(
    world: World, pipeline: Resource, action: Mapping[str, Any], outputs: list[str]
) -> Iterator[tuple[str, Edge]]:
    name = action["Configuration"]["FunctionName"]
    for function in world.of_type("AWS::Lambda::Function"):
        if (function.account, function.name) == (pipeline.account, name.rpartition(":")[2]):
            for output in outputs:
                words = f"{action['Name']} hands {output} on"
                yield function.properties["Role"], Edge(artifact(pipeline.arn, output), words)
