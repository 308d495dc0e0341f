"""The actions of a CodePipeline pipeline, read from its template."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.assembly.templates import Resource
from mlops_commons.diagrams.values import text

_ROLE: Final = re.compile(
    r":iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/]+?)(-(?P=account)-(?P<region>[a-z0-9-]+))?$"
)
"""A role by its ARN: those of the CDK's bootstrap end in their account and region."""
_DEPLOYING_MODES: Final = frozenset({"CHANGE_SET_EXECUTE", "CREATE_UPDATE"})


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action, with where it works.

    Attributes:
        provider: CodePipeline's name of it, such as `CodeBuild`, `CloudFormation`, `Manual`.
        role: the role, named by its ARN, of the account that the action works in; empty when it
            works in the pipeline's own account with a role of the pipeline's stack.
        stack: the stack that it changes; empty when it changes none.
        approved: whether a person approves in the same stage before it.
        repository, project, topic: the CodeCommit repository, the CodeBuild project and the SNS
            topic that it uses; empty for none.
    """

    stage: str
    name: str
    category: str
    provider: str
    account: str
    region: str
    role: str = ""
    stack: str = ""
    deploys: bool = False
    approved: bool = False
    repository: str = ""
    project: str = ""
    topic: str = ""


def pipeline_actions(pipeline: Resource, variables: Mapping[str, str]) -> Iterator[Action]:
    """Every action of a pipeline, in the order in which they run.

    Args:
        pipeline: the properties of an `AWS::CodePipeline::Pipeline`.
        variables: values of parameters and pseudo parameters; `AWS::AccountId` and
            `AWS::Region` are those of the pipeline.
    """
    for stage in pipeline["Stages"]:
        approved = False
        for action in sorted(stage["Actions"], key=lambda one: int(one["RunOrder"])):
            yield _action(stage["Name"], action, variables, approved=approved)
            approved = approved or action["ActionTypeId"]["Category"] == "Approval"


def _action(
    stage: str, action: Mapping[str, Any], variables: Mapping[str, str], *, approved: bool
) -> Action:
    configuration = action.get("Configuration", {})
    kind = action["ActionTypeId"]
    role = _ROLE.search(text(action.get("RoleArn", ""), variables))
    region = (role and role["region"]) or variables["AWS::Region"]
    return Action(
        stage=stage,
        name=action["Name"],
        category=kind["Category"],
        provider=kind["Provider"],
        account=role["account"] if role else variables["AWS::AccountId"],
        region=text(action.get("Region", region), variables),
        role=role["name"] if role else "",
        stack=text(configuration.get("StackName", ""), variables),
        deploys=configuration.get("ActionMode") in _DEPLOYING_MODES,
        approved=approved,
        repository=text(configuration.get("RepositoryName", ""), variables),
        project=text(configuration.get("ProjectName", ""), variables),
        topic=text(configuration.get("NotificationArn", ""), variables),
    )
