"""What CodePipeline, EventBridge and its Scheduler do with the roles that they are given.

Sources: "Manage the CodePipeline service role" and "Action structure reference", CodePipeline User
Guide; "Identity-based policies for Amazon EventBridge"; "Setting up EventBridge Scheduler".
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_rehearsal.behaviour.asking import Need, lacking, role_of
from mlops_rehearsal.behaviour.checks.builds import ENCRYPT, READ
from mlops_rehearsal.behaviour.checks.pipeline_actions import actions, provider
from mlops_rehearsal.behaviour.stack import Resource, Stack

SOURCE: Final = tuple(
    f"codecommit:{name}"
    for name in (
        *("CancelUploadArchive", "GetBranch", "GetCommit", "GetUploadArchiveStatus"),
        "UploadArchive",
    )
)
STARTS: Final = {
    "codepipeline": "codepipeline:StartPipelineExecution",
    "codebuild": "codebuild:StartBuild",
}
"""What EventBridge does with the role of a target, by the service in its ARN."""
BUILDS: Final = ("codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild")


def pipelines_have_what_they_need(stack: Stack) -> Iterator[str]:
    """Each action of each pipeline, with the pipeline's role or the role that the action names."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        role = role_of(stack, pipeline.properties["RoleArn"])
        if role is None:
            yield f"{pipeline.id} has no role of this stack"
            continue
        yield from lacking(stack, role, _store(stack, pipeline))
        for action in actions(pipeline):
            yield from lacking(stack, role, _action(stack, action))


def pipelines_have_a_store(stack: Stack) -> Iterator[str]:
    """A pipeline's store is a bucket of the stack, with the bucket's own key."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        store = pipeline.properties["ArtifactStore"] or {}
        bucket = stack.referenced(store.get("Location"), "AWS::S3::Bucket")
        key = store.get("EncryptionKey", {}).get("Id")
        if bucket is None or str(key) not in str(bucket.properties["BucketEncryption"]):
            yield f"{pipeline.id} stores with {key} in {store.get('Location')}"


def targets_are_started(stack: Stack) -> Iterator[str]:
    """Rules and schedules start what they name, which is there, with a role that may."""
    for rule in stack.of_type("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            if target["Arn"] not in stack.by_arn:
                yield f"{rule.id} starts {target['Arn']}, which nothing here makes"
            action = STARTS.get(target["Arn"].split(":")[2])
            if action:
                yield from _started(stack, rule, target, action)
        if not rule.properties["Targets"]:
            yield f"{rule.id} tells nobody"
    for schedule in stack.of_type("AWS::Scheduler::Schedule"):
        target = schedule.properties["Target"]
        if target["Arn"] not in stack.by_arn:
            yield f"{schedule.id} starts {target['Arn']}, which nothing here makes"
        yield from _started(stack, schedule, target, "sagemaker:StartPipelineExecution")


def _started(stack: Stack, found: Resource, target: Any, action: str) -> Iterator[str]:
    role = role_of(stack, target.get("RoleArn"))
    if role is None:
        yield f"{found.id} starts {target['Arn']} without a role of this stack"
        return
    need = Need(why="start it", actions=(action,), resource=target["Arn"])
    yield from lacking(stack, role, [need])


def _store(stack: Stack, pipeline: Resource) -> Iterator[Need]:
    store = pipeline.properties["ArtifactStore"] or {}
    bucket = stack.referenced(store.get("Location"), "AWS::S3::Bucket")
    if bucket is None:
        return
    arn, key = stack.arn(bucket.id), store.get("EncryptionKey", {}).get("Id")
    find = ("s3:GetBucketVersioning", "s3:GetBucketLocation", "s3:ListBucket")
    source = next(a["Name"] for s in actions(pipeline) for a in s.get("OutputArtifacts", []))
    on = f"{arn}/run/{source}/one"
    yield Need(why="use its store", actions=(*READ, "s3:PutObject"), resource=on)
    yield Need(why="find its store", actions=find, resource=arn)
    if key:
        yield Need(why="encrypt its store", actions=ENCRYPT, resource=key)


def _action(stack: Stack, action: Any) -> Iterator[Need]:
    kind, known = provider(action), action.get("Configuration", {})
    if kind in NEEDS:
        name, pattern, wanted = NEEDS[kind]
        if name in known:
            arn = pattern.format(n=known[name], p=f"{stack.region}:{stack.account}")
            yield Need(why=f"do {action['Name']}", actions=wanted, resource=arn)
    if kind == "Lambda":
        yield Need(why="find its function", actions=("lambda:ListFunctions",))
    if action.get("RoleArn"):
        why = f"become who does {action['Name']}"
        yield Need(why=why, actions=("sts:AssumeRole",), resource=action["RoleArn"])


NEEDS: Final = {
    "CodeCommit": ("RepositoryName", "arn:aws:codecommit:{p}:{n}", SOURCE),
    "CodeBuild": ("ProjectName", "arn:aws:codebuild:{p}:project/{n}", BUILDS),
    "Lambda": ("FunctionName", "arn:aws:lambda:{p}:function:{n}", ("lambda:InvokeFunction",)),
    "Manual": ("NotificationArn", "{n}", ("sns:Publish",)),
}
"""By provider: the setting that names a resource, its ARN, and what is done with it."""
