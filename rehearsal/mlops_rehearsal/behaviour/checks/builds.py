"""What CodeBuild does with the role of a build.

Source: "Create a CodeBuild service role", "Use AWS CodeBuild with Amazon VPC" and
"Troubleshooting", CodeBuild User Guide.
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_rehearsal.behaviour.asking import Need, excess, lacking, role_of
from mlops_rehearsal.behaviour.checks.interfaces import Place, elsewhere, interfaces
from mlops_rehearsal.behaviour.checks.pipeline_actions import actions_of
from mlops_rehearsal.behaviour.checks.readers import key_of
from mlops_rehearsal.behaviour.stack import Resource, Stack

PIPELINE: Final = "AWS::CodePipeline::Pipeline"
OF_PULL_REQUESTS: Final = "-check"
"""How the name of a build ends that the gate starts, and no pipeline."""
READ: Final = ("s3:GetObject", "s3:GetObjectVersion")
ENCRYPT: Final = tuple(
    f"kms:{name}"
    for name in ("Decrypt", "GenerateDataKey", "Encrypt", "ReEncryptFrom", "ReEncryptTo")
)


def builds_have_what_they_need(stack: Stack) -> Iterator[str]:
    """Log, network and artifacts of each build."""
    for project in stack.of_type("AWS::CodeBuild::Project"):
        role = role_of(stack, project.properties["ServiceRole"])
        runs = list(actions_of(stack, project))
        if role is None or not (runs or stack.ref(project.id).endswith(OF_PULL_REQUESTS)):
            yield f"{project.id} has no role of this stack, or is run by no pipeline"
            continue
        yield from lacking(stack, role, _log(stack, project))
        if "VpcConfig" in project.properties:
            known = project.properties["VpcConfig"]
            place = Place(
                vpc=known["VpcId"], subnets=known["Subnets"], groups=known["SecurityGroupIds"]
            )
            yield from lacking(stack, role, interfaces(stack, place, "codebuild"))
            yield from excess(stack, role, elsewhere(stack, place, "codebuild"))
        for pipeline, action in runs:
            yield from lacking(stack, role, _artifacts(stack, pipeline, action))


def builds_write_where_they_may(stack: Stack) -> Iterator[str]:
    """A build with a log group of the stack has it by its name, and nobody else has it."""
    seen: dict[str, str] = {}
    for project in stack.of_type("AWS::CodeBuild::Project"):
        group = group_of(stack, project)
        name = f"/aws/codebuild/{stack.ref(project.id)}"
        found = stack.referenced(group, "AWS::Logs::LogGroup")
        delivers = "SelfMutate" in str([p.source for p in stack.of_type(PIPELINE)])
        if delivers:
            continue  # the platform's own builds share a group: nobody's code is among them
        if found and group != name:
            yield f"{project.id} writes into {group}, the group of another build"
        if group in seen:
            yield f"{project.id} and {seen[group]} write into {group}"
        if found is None and stack.referenced(name, "AWS::Logs::LogGroup"):
            yield f"{project.id} does not write into its group"
        seen[group] = project.id


def group_of(stack: Stack, project: Resource) -> str:
    """The log group of a build."""
    chosen = project.properties.get("LogsConfig", {}).get("CloudWatchLogs", {}).get("GroupName")
    return str(chosen or f"/aws/codebuild/{stack.ref(project.id)}")


def _log(stack: Stack, project: Resource) -> Iterator[Need]:
    group = group_of(stack, project)
    arn = f"arn:aws:logs:{stack.region}:{stack.account}:log-group:{group}"
    if stack.referenced(group, "AWS::Logs::LogGroup") is None:
        yield Need(why="make its log group", actions=("logs:CreateLogGroup",), resource=arn)
    yield Need(
        why="write its log",
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        resource=f"{arn}:log-stream:one",
    )


def _artifacts(stack: Stack, pipeline: Resource, action: Any) -> Iterator[Need]:
    bucket = stack.referenced(pipeline.properties["ArtifactStore"]["Location"], "AWS::S3::Bucket")
    if bucket is None:
        return
    arn, key = stack.arn(bucket.id), key_of(stack, bucket)
    for artifact in action.get("InputArtifacts", []):
        on = f"{arn}/run/{artifact['Name']}/one"
        yield Need(why="read its source", actions=READ, resource=on)
    find = ("s3:GetBucketLocation", "s3:ListBucket")
    yield Need(why="find its source", actions=find, resource=arn)
    if key:
        yield Need(why="decrypt it", actions=("kms:Decrypt",), resource=stack.arn(key.id))
    for artifact in action.get("OutputArtifacts", []):
        on = f"{arn}/run/{artifact['Name']}/one"
        yield Need(why="write what it made", actions=("s3:PutObject",), resource=on)
        if key:
            yield Need(why="encrypt what it made", actions=ENCRYPT, resource=stack.arn(key.id))
