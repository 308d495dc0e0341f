"""What CodePipeline and CodeBuild do with their roles beside the calls that are really made.

Source: each row of `ministack_aws/access/deeds.py` names a page of AWS's documentation.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mlops_rehearsal.emulator.deeds import Deed
from mlops_rehearsal.player.structure import Action, Pipeline
from mlops_rehearsal.world.world import World

PIPELINE: Final = "codepipeline.amazonaws.com"
BUILD: Final = "codebuild.amazonaws.com"
MLFLOW_APP: Final = "MLFLOW_APP_ARN"
"""The variable of a project's build that says where it tracks runs."""
Asked = tuple[str, dict[str, list[str]], dict[str, str]]
"""A deed, the resources of each kind, and keys of its context."""


def ask_pipeline(
    world: World,
    pipeline: Pipeline,
    action: Action,
    deed: str,
    context: Mapping[str, str] | None = None,
    **resources: Sequence[str],
) -> None:
    """Ask whether the role of an action, or that of its pipeline, may do something.

    Args:
        context: condition keys of the calls.

    Raises:
        PlatformError: it may not, in AWS's words.
    """
    role = action.role or pipeline.role
    world.emulator.ask_deed(
        Deed(
            account=role.split(":")[4],
            region=action.region or pipeline.region,
            service=PIPELINE,
            deed=deed,
            role=role,
            resources=resources,
            context={name.lower(): value for name, value in (context or {}).items()},
            source=f"arn:aws:codepipeline:{pipeline.region}:{pipeline.account}:{pipeline.name}",
        )
    )


def ask_source(world: World, pipeline: Pipeline, action: Action) -> None:
    """Ask for what CodePipeline does to fetch the source of an action."""
    name = action.configuration["RepositoryName"]
    codecommit = world.administrator("codecommit", pipeline.account, pipeline.region)
    found = codecommit.get_repository(repositoryName=name)["repositoryMetadata"]
    key = found.get("kmsKeyId", "")
    keys = [key] if key.startswith("arn:") else []
    ask_pipeline(world, pipeline, action, "fetch the source", repository=[found["Arn"]], key=keys)


def ask_approval(world: World, pipeline: Pipeline, action: Action) -> None:
    """Ask for what CodePipeline does to tell people of an approval; some tell nobody."""
    topic = action.configuration.get("NotificationArn")
    if not topic:
        return
    sns = world.administrator("sns", pipeline.account, pipeline.region)
    found = sns.get_topic_attributes(TopicArn=topic)["Attributes"].get("KmsMasterKeyId", "")
    keys = [_key_arn(found, pipeline)] if found and "alias/aws/" not in found else []
    ask_pipeline(world, pipeline, action, "publish an approval", topic=[topic], key=keys)


def ask_build(world: World, pipeline: Pipeline, project: Mapping[str, Any]) -> None:
    """Ask for what CodeBuild does with the role of a project: its log, its network, its image."""
    role, place = project["serviceRole"], (pipeline.account, pipeline.region)
    arn = f"arn:aws:codebuild:{pipeline.region}:{pipeline.account}:project/{project['name']}"
    for deed, resources, context in _of_build(world, pipeline, project):
        world.emulator.ask_deed(
            Deed(
                account=place[0],
                region=place[1],
                service=BUILD,
                deed=deed,
                role=role,
                resources=resources,
                context=context,
                source=arn,
            )
        )


def _of_build(world: World, pipeline: Pipeline, project: Mapping[str, Any]) -> list[Asked]:
    here = f"{pipeline.region}:{pipeline.account}"
    written = project.get("logsConfig", {}).get("cloudWatchLogs", {})
    found: list[Asked] = []
    if written.get("status", "ENABLED") == "ENABLED":
        group = written.get("groupName") or f"/aws/codebuild/{project['name']}"
        arn = f"arn:aws:logs:{here}:log-group:{group}"
        new = [] if _is_there(world, pipeline, group) else [arn]
        stream = [f"{arn}:log-stream:rehearsal"]
        found.append(("write the build's log", {"new group": new, "stream": stream}, {}))
    network = project.get("vpcConfig") or {}
    for subnet in network.get("subnets") or ():
        where, vpc = f"arn:aws:ec2:{here}:subnet/{subnet}", f"arn:aws:ec2:{here}:vpc"
        groups = [f"arn:aws:ec2:{here}:security-group/{g}" for g in network["securityGroupIds"]]
        interface = [f"arn:aws:ec2:{here}:network-interface/eni-0a1b2c3d4e5f60718"]
        resources = {"subnet": [where], "group": groups, "interface": interface}
        keys = {"ec2:subnetid": subnet, "ec2:subnet": where, "ec2:vpc": f"{vpc}/{network['vpcId']}"}
        found.append(("join the VPC", resources, keys))
    image = project.get("environment", {}).get("image", "")
    account, dkr, rest = image.partition(".dkr.ecr.")
    if dkr:
        repository = rest.partition("/")[2].partition(":")[0].partition("@")[0]
        where = f"arn:aws:ecr:{rest.partition('.')[0]}:{account}:repository/{repository}"
        found.append(("pull the image", {"image": [where]}, {}))
    variables = project.get("environment", {}).get("environmentVariables") or ()
    apps = [str(row["value"]) for row in variables if row["name"] == MLFLOW_APP]
    return [*found, *(("track a run", {"app": [app]}, {}) for app in apps)]


def _is_there(world: World, pipeline: Pipeline, group: str) -> bool:
    logs = world.administrator("logs", pipeline.account, pipeline.region)
    found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    return any(row["logGroupName"] == group for row in found)


def _key_arn(key: str, pipeline: Pipeline) -> str:
    place = f"{pipeline.region}:{pipeline.account}"
    return key if key.startswith("arn:") else f"arn:aws:kms:{place}:key/{key}"
