"""What CodeBuild does with the role of a build.

Source: "Create a CodeBuild service role", "Use AWS CodeBuild with Amazon VPC" and
"Troubleshooting", CodeBuild User Guide.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from mlops_rehearsal.behaviour.asking import Need, excess, lacking, role_of
from mlops_rehearsal.behaviour.checks.interfaces import Place, elsewhere, interfaces
from mlops_rehearsal.behaviour.checks.pipeline_actions import actions_of
from mlops_rehearsal.behaviour.checks.readers import key_of
from mlops_rehearsal.behaviour.stack import Resource, Stack

PIPELINE: Final = "AWS::CodePipeline::Pipeline"
PROJECT: Final = "AWS::CodeBuild::Project"
DEPLOY_ROLE: Final = re.compile("cdk-([a-z0-9-]+)-deploy-role-([0-9]{12})-([a-z0-9-]+[0-9])")
"""Its qualifier, account and region (CDK Developer Guide, "AWS CDK bootstrapping")."""
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
        if role is None or not (runs or _started_otherwise(stack, project)):
            yield f"{project.id} has no role of this stack, or is run by no pipeline and no rule"
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


def _started_otherwise(stack: Stack, project: Resource) -> bool:
    rules = stack.of_type("AWS::Events::Rule")
    targets = {target["Arn"] for rule in rules for target in rule.properties["Targets"]}
    by_the_gate = stack.ref(project.id).endswith(OF_PULL_REQUESTS)
    return by_the_gate or stack.arn(project.id) in targets


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


def builds_read_their_repository(stack: Stack) -> Iterator[str]:
    """A build that no pipeline gives its source clones the repository that it is of.

    Source: "Create a CodeBuild service role" (codecommit:GitPull); "AWS KMS and encryption for AWS
    CodeCommit repositories", CodeCommit User Guide: the key is used through CodeCommit.
    """
    way = {"kms:ViaService": f"codecommit.{stack.region}.amazonaws.com"}
    for project in stack.of_type("AWS::CodeBuild::Project"):
        source, role = (
            project.properties["Source"],
            role_of(stack, project.properties["ServiceRole"]),
        )
        if source["Type"] != "CODECOMMIT" or role is None:
            continue
        named = str(source["Location"]).removesuffix(".CloneUrlHttp")
        for repository in stack.of_type("AWS::CodeCommit::Repository"):
            on = stack.arn(repository.id)
            pull = Need(why="clone it", actions=("codecommit:GitPull",), resource=on)
            if stack.named(repository.id) != named:
                yield from excess(stack, role, [pull])
                continue
            key = stack.referenced(repository.properties["KmsKeyId"], "AWS::KMS::Key")
            needs = [pull]
            if key:
                on = stack.arn(key.id)
                names = ("kms:Decrypt", "kms:DescribeKey")
                needs.append(Need(why="read it", actions=names, resource=on, context=way))
                # What is proposed has been reviewed by nobody, and deliveries are under this key.
                by_s3 = {"kms:ViaService": f"s3.{stack.region}.amazonaws.com"}
                direct = Need(why="read deliveries", actions=names[:1], resource=on, context=by_s3)
                yield from excess(stack, role, [direct])
            yield from lacking(stack, role, needs)


def builds_encrypt_with_the_key_of_their_log(stack: Stack) -> Iterator[str]:
    """What a build makes is read by whoever reads its log, and by nobody who reads data alone."""
    for project in stack.of_type(PROJECT):
        group = stack.referenced(group_of(stack, project), "AWS::Logs::LogGroup")
        if group is None or not stack.name.startswith("SC-"):
            continue
        if project.properties.get("EncryptionKey") != group.properties.get("KmsKeyId"):
            yield f"{project.id} encrypts with {project.properties.get('EncryptionKey')}"


def builds_that_rules_start_run_what_was_reviewed(stack: Stack) -> Iterator[str]:
    """A build that no person starts, and that reads a repository, reads its `main` alone.

    CodeBuild API Reference, CreateProject: sourceVersion; without one it is the default branch,
    which people may change. A limit of builds drops what is started above it.
    """
    rules = stack.of_type("AWS::Events::Rule")
    targets = {target["Arn"] for rule in rules for target in rule.properties["Targets"]}
    for project in stack.of_type(PROJECT):
        if stack.arn(project.id) not in targets:
            continue
        if project.properties.get("SourceVersion") != "refs/heads/main":
            yield f"{project.id} reads {project.properties.get('SourceVersion')}, not main"
        if "ConcurrentBuildLimit" in project.properties:
            yield f"{project.id} is not started while another build of it runs"


def builds_publish_assets(stack: Stack) -> Iterator[str]:
    """A build of the stage `Assets` becomes the role that publishes files somewhere.

    The accounts are those to which the pipeline delivers, as the roles of its actions name them;
    which of them an asset goes to, the template does not say.

    Source: CDK Developer Guide, "AWS CDK bootstrapping", FilePublishingRole.
    """
    for pipeline in stack.of_type(PIPELINE):
        stages = {stage["Name"]: stage["Actions"] for stage in pipeline.properties["Stages"]}
        roles = str([a.get("RoleArn") for actions in stages.values() for a in actions])
        places = sorted(set(DEPLOY_ROLE.findall(roles)))
        for action in stages.get("Assets", ()):
            name = action["Configuration"]["ProjectName"]
            builds = [p for p in stack.of_type(PROJECT) if stack.ref(p.id) == name]
            for role in [role_of(stack, build.properties["ServiceRole"]) for build in builds]:
                asked = [_publishing(*place) for place in places]
                if role and not any(not list(lacking(stack, role, [need])) for need in asked):
                    yield f"{role.id} may become no role that publishes {action['Name']}"


def _publishing(qualifier: str, account: str, region: str) -> Need:
    role = f"cdk-{qualifier}-file-publishing-role-{account}-{region}"
    arn = f"arn:aws:iam::{account}:role/{role}"
    return Need(why="publish files", actions=("sts:AssumeRole",), resource=arn)


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
