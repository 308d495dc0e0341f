"""The order in which a project's pipeline delivers, and what each of its actions works on.

Sources: "CloudFormation deploy action reference" and "Stage and action structure", CodePipeline
User Guide (a change set is made before it is run, in the region and by the role of its stage).
"""

from collections.abc import Iterator
from typing import Any

from mlops_rehearsal.behaviour.checks.pipeline_actions import actions, provider
from mlops_rehearsal.behaviour.checks.projects import variables
from mlops_rehearsal.behaviour.stack import Resource, Stack

STAGES = ("dev", "preprod", "prod")
NAMED_ROLES = "CAPABILITY_NAMED_IAM"
"""Else CloudFormation answers InsufficientCapabilities: "Acknowledging IAM resources"."""


def stages_follow_each_other(stack: Stack) -> Iterator[str]:
    """dev before preprod before prod; after dev a person agrees before a change set is run."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        changes = [a for a in actions(pipeline) if provider(a) in ("CloudFormation", "Manual")]
        if not stack.name.startswith("SC-") or not changes:
            continue
        seen = [(_stage(a), _what(a)) for a in changes]
        wanted = [
            (stage, what)
            for stage in STAGES
            for what in ("prepare", *(["approve"] if stage != "dev" else []), "run")
        ]
        if seen != wanted:
            yield f"{pipeline.id} does {seen}, not {wanted}"


def changes_are_of_their_stage(stack: Stack) -> Iterator[str]:
    """Each change set is of the stack of its stage, from what was verified, in the region."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        for action in actions(pipeline):
            if stack.name.startswith("SC-") and provider(action) == "CloudFormation":
                yield from _change(stack, pipeline, action)
                yield from _elsewhere(stack, pipeline, action)


def artifacts_are_made_before_they_are_used(stack: Stack) -> Iterator[str]:
    """What an action reads, an action before it has made."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        made: set[str] = set()
        for action in actions(pipeline):
            for artifact in action.get("InputArtifacts", []):
                if artifact["Name"] not in made:
                    yield f"{pipeline.id}: {action['Name']} reads {artifact['Name']} too early"
            made |= {artifact["Name"] for artifact in action.get("OutputArtifacts", [])}


def builds_of_projects_are_in_the_network(stack: Stack) -> Iterator[str]:
    """Code of data scientists is built in the private subnets, for so long and no longer."""
    for build in stack.of_type("AWS::CodeBuild::Project"):
        if not stack.name.startswith("SC-"):
            continue
        if "VpcConfig" not in build.properties:
            yield f"{build.id} is outside of the network"
        elif not str(build.properties["VpcConfig"]["VpcId"]).startswith("vpcid"):
            yield f"{build.id} is in another network"
        if not build.properties["TimeoutInMinutes"]:
            yield f"{build.id} has CodeBuild's hour, however long its work takes"
        known = variables(build)
        bucket = stack.referenced(known.get("ARTIFACT_BUCKET"), "AWS::S3::Bucket")
        key = known.get("ARTIFACT_BUCKET_KMS_ID")
        if bucket and "-artifacts-" not in stack.ref(bucket.id):
            yield f"{build.id} takes {stack.ref(bucket.id)} for the artifacts"
        if bucket and str(key) not in str(bucket.properties["BucketEncryption"]):
            yield f"{build.id} takes {key} for the key of the artifacts"


def repositories_start_with_code(stack: Stack) -> Iterator[str]:
    """A repository without its first commit starts nothing, and nobody knows what belongs there."""
    for found in stack.of_type("AWS::CodeCommit::Repository"):
        code = found.properties["Code"] or {}
        if not code.get("S3", {}).get("Key") or code.get("BranchName") != "main":
            yield f"{found.id} starts empty"


def deployments_use_the_network(stack: Stack) -> Iterator[str]:
    """A model is in the subnets and the group that the stage publishes."""
    for model in stack.of_type("AWS::SageMaker::Model"):
        network = model.properties["VpcConfig"] or {}
        groups = [str(group) for group in network.get("SecurityGroupIds", [])]
        if groups != ["securitygroupid-0a"] or not network.get("Subnets"):
            yield f"{model.id} is in {network}"


def _elsewhere(stack: Stack, pipeline: Resource, action: Any) -> Iterator[str]:
    for role in (action.get("RoleArn"), action["Configuration"].get("RoleArn")):
        if role and role.split(":")[4] != _account(stack, _stage(action)):
            yield f"{pipeline.id}: {action['Name']} becomes {role}, which is not of its stage"


def _account(stack: Stack, stage: str) -> str:
    names = {"preprod": "PreProdAccount", "prod": "ProdAccount"}
    return str(stack.parameters[names[stage]]) if stage in names else stack.account


def _stage(action: Any) -> str:
    return str(action["Name"]).rpartition("-")[2]


def _what(action: Any) -> str:
    if provider(action) == "Manual":
        return "approve"
    return "run" if action["Configuration"]["ActionMode"] == "CHANGE_SET_EXECUTE" else "prepare"


def _change(stack: Stack, pipeline: Resource, action: Any) -> Iterator[str]:
    known, stage = action["Configuration"], _stage(action)
    project = f"{stack.parameters['SageMakerProjectName']}-{stack.parameters['SageMakerProjectId']}"
    where = f"{pipeline.id}: {action['Name']}"
    if known["StackName"] != f"{project}-deploy-{stage}":
        yield f"{where} changes {known['StackName']}"
    if action.get("Region") != stack.region or f"-{stage}-" not in str(action.get("RoleArn")):
        yield f"{where} acts in {action.get('Region')} as {action.get('RoleArn')}"
    if _what(action) == "prepare":
        if known["TemplatePath"] != f"Verified::{stage}.template.json":
            yield f"{where} takes {known['TemplatePath']}, which nobody has verified"
        if known.get("Capabilities") != NAMED_ROLES:
            yield f"{where} with {known.get('Capabilities')}: the stack has roles with names"
        if f"-{stage}-project-cfn-" not in str(known.get("RoleArn")):
            yield f"{where} makes resources as {known.get('RoleArn')}"
