"""What the CDK's own pipelines do with their roles: update themselves, publish, write their log.

Sources: aws-cdk-lib, pipelines module (SelfMutate runs `cdk deploy`, Assets runs `cdk-assets`), and
the bootstrap template of the CDK CLI, which tags its roles with `aws-cdk:bootstrap-role`.
"""

from collections.abc import Iterator
from typing import Final

from mlops_rehearsal.behaviour.asking import Need, excess, lacking, role_of
from mlops_rehearsal.behaviour.checks.builds import group_of
from mlops_rehearsal.behaviour.checks.pipeline_actions import actions, actions_of
from mlops_rehearsal.behaviour.stack import Stack

SELF: Final = "SelfMutate"
BECOME: Final = ("sts:AssumeRole",)
TAG: Final = "iam:ResourceTag/aws-cdk:bootstrap-role"
OWN: Final = ("deploy", "file-publishing")
"""Whom `cdk deploy` becomes for a stack with assets in files."""


def pipelines_update_themselves(stack: Stack) -> Iterator[str]:
    """SelfMutate becomes the roles of the bootstrap in its account, and no other role there."""
    for project in stack.of_type("AWS::CodeBuild::Project"):
        role = role_of(stack, project.properties["ServiceRole"])
        if role is None or not any(a["Name"] == SELF for _, a in actions_of(stack, project)):
            continue
        yield from lacking(stack, role, [_become(stack.account, name, {TAG: name}) for name in OWN])
        see = ("cloudformation:DescribeStacks", "s3:ListBucket")
        yield from lacking(stack, role, [Need(why="see its stack and bucket", actions=see)])
        yield from excess(
            stack,
            role,
            [
                _become(stack.account, "anything", {}),
                _become(stack.account, "lookup", {TAG: "lookup"}),
                _become("999999999999", "deploy", {TAG: "deploy"}),
            ],
        )


def pipelines_begin_again(stack: Stack) -> Iterator[str]:
    """A pipeline that has changed itself runs once more: else what it was for is not delivered."""
    for pipeline in stack.of_type("AWS::CodePipeline::Pipeline"):
        own = any(action["Name"] == SELF for action in actions(pipeline))
        if own and pipeline.properties["RestartExecutionOnUpdate"] is not True:
            yield f"{pipeline.id} does not begin again after it has changed itself"


def builds_share_a_log(stack: Stack) -> Iterator[str]:
    """The platform's own builds write into the group of the stack, which has a key and an end."""
    for project in stack.of_type("AWS::CodeBuild::Project"):
        if (
            _updates_itself(stack)
            and stack.referenced(group_of(stack, project), "AWS::Logs::LogGroup") is None
        ):
            yield f"{project.id} writes into {group_of(stack, project)}, which nothing here makes"


def _become(account: str, name: str, tags: dict[str, str]) -> Need:
    arn = f"arn:aws:iam::{account}:role/cdk-hnb659fds-{name}-role-{account}-eu-west-1"
    return Need(why=f"become {name}", actions=BECOME, resource=arn, context=tags)


def _updates_itself(stack: Stack) -> bool:
    pipelines = stack.of_type("AWS::CodePipeline::Pipeline")
    return any(action["Name"] == SELF for found in pipelines for action in actions(found))
