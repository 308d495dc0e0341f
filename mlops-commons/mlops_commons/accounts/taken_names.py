"""Names that templates give and that something in the account has already.

CloudFormation adopts nothing: a stack whose resource has the name of another one fails and takes
away what it has made (CloudFormation User Guide, "Name type": a name is unique in its account).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.accounts.obstacle import Obstacle
from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.execution_policies.resource_kinds import KINDS
from mlops_commons.execution_policies.values import text
from mlops_commons.utilities.errors import PlatformError

SHOWN: Final = 5
MANAGED_POLICY: Final = "AWS::IAM::ManagedPolicy"
ROLES_OF_STUDIO: Final = "AmazonSageMakerServiceCatalogProducts"
"""How the roles begin that SageMaker's console makes for a domain with projects (SageMaker
Developer Guide, "SageMaker Studio Permissions Required to Use Projects")."""
KEEP_ROLES: Final = (
    "keep the roles that SageMaker's console has made: create_service_catalog_roles: false below "
    "'studio' in cdk-infra-app.yml"
)
OTHER_NAMES: Final = (
    "delete what nothing uses any more (docs/how-to/teardown.md), or give other names: "
    "app_prefix or parameter_namespace in cdk-app.yml"
)
NAME_PROPERTY: Final = {kind: k.name_property for k in KINDS for kind in k.types if k.name_property}


@dataclass(frozen=True, kw_only=True)
class Question:
    """How a service is asked whether a name is taken.

    Attributes:
        absent: the error that says it is not; empty where the answer itself does.
        found: whether an answer without an error means that it is.
    """

    service: str
    operation: str
    parameters: Callable[[str], Mapping[str, Any]]
    absent: str = ""
    found: Callable[[Mapping[str, Any], str], bool] = lambda answer, name: True


QUESTIONS: Final[Mapping[str, Question]] = {
    "AWS::CodeBuild::Project": Question(
        service="codebuild",
        operation="batch_get_projects",
        parameters=lambda name: {"names": [name]},
        found=lambda answer, name: bool(answer["projects"]),
    ),
    "AWS::CodeCommit::Repository": Question(
        service="codecommit",
        operation="get_repository",
        parameters=lambda name: {"repositoryName": name},
        absent="RepositoryDoesNotExistException",
    ),
    "AWS::CodePipeline::Pipeline": Question(
        service="codepipeline",
        operation="get_pipeline",
        parameters=lambda name: {"name": name},
        absent="PipelineNotFoundException",
    ),
    MANAGED_POLICY: Question(
        service="iam",
        operation="get_policy",
        parameters=lambda arn: {"PolicyArn": arn},
        absent="NoSuchEntity",
    ),
    "AWS::IAM::Role": Question(
        service="iam",
        operation="get_role",
        parameters=lambda name: {"RoleName": name},
        absent="NoSuchEntity",
    ),
    "AWS::Lambda::Function": Question(
        service="lambda",
        operation="get_function_configuration",
        parameters=lambda name: {"FunctionName": name},
        absent="ResourceNotFoundException",
    ),
    "AWS::Logs::LogGroup": Question(
        service="logs",
        operation="describe_log_groups",
        parameters=lambda name: {"logGroupNamePrefix": name},
        found=lambda answer, name: name in [row["logGroupName"] for row in answer["logGroups"]],
    ),
    # HeadBucket has no body: its error is the status.
    "AWS::S3::Bucket": Question(
        service="s3",
        operation="head_bucket",
        parameters=lambda name: {"Bucket": name},
        absent="404",
    ),
    "AWS::SSM::Parameter": Question(
        service="ssm",
        operation="get_parameter",
        parameters=lambda name: {"Name": name},
        absent="ParameterNotFound",
    ),
}
"""By type; the names of errors are those of botocore's models, which a test reads."""
NOT_OF_THE_STACK: Final = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED"})
"""Of a resource that is gone, or that the stack has left behind (API_StackResourceSummary)."""
FORBIDDEN: Final = "403"
"""What S3 says of a bucket that somebody else has: names are unique over all accounts."""


def taken_names(
    row: BootstrapRow, stacks: Iterable[StackTemplate], session: Any
) -> Iterator[Obstacle]:
    """The names in templates of an account that something else has.

    Args:
        stacks: those that the role of this account and region makes; each is asked for in its own
            region, because a pipeline keeps copies in those of its stages.
        session: a boto3 session that may read there.

    Raises:
        PlatformError: a service may not be asked.
    """
    client = cache(lambda service, region: session.client(service, region_name=region))
    for stack in stacks:
        region = stack.environment.region
        own = _own(client("cloudformation", region), stack.stack)
        found: dict[str, list[str]] = {}
        for kind, name in _names(stack, own):
            question = QUESTIONS[kind]
            if _is_taken(client(question.service, region), question, name):
                found.setdefault(kind, []).append(name)
        for kind, names in found.items():
            yield _obstacle(row, stack.stack, kind, names)


def _obstacle(row: BootstrapRow, stack: str, kind: str, names: Sequence[str]) -> Obstacle:
    of_studio = all(name.startswith(ROLES_OF_STUDIO) for name in names)
    more = f" and {len(names) - SHOWN} more" if names[SHOWN:] else ""
    shown = ", ".join(names[:SHOWN])
    return Obstacle(
        row=row,
        blocks=True,
        message=f"something in the account, but not the stack '{stack}', has what that stack would "
        f"make: {kind} {shown}{more}",
        remedy=KEEP_ROLES if of_studio else OTHER_NAMES,
    )


def _names(stack: StackTemplate, own: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Type and name of what a stack has still to make."""
    for logical_id, resource in stack.template.get("Resources", {}).items():
        kind = resource["Type"]
        given = resource.get("Properties", {}).get(NAME_PROPERTY.get(kind, ""))
        name = "" if given is None else text(given, stack)
        if kind == MANAGED_POLICY and name:
            place, path = stack.environment, text(resource["Properties"].get("Path", "/"), stack)
            name = f"arn:{place.partition}:iam::{place.account}:policy{path}{name}"
        if kind in QUESTIONS and name and "*" not in name and logical_id not in own:
            yield kind, name


def _own(cloudformation: Any, stack: str) -> frozenset[str]:
    """The logical ids of what a stack has made."""
    from botocore.exceptions import BotoCoreError, ClientError

    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    try:
        rows: Sequence[Mapping[str, Any]] = [
            resource for page in pages for resource in page["StackResourceSummaries"]
        ]
    except (BotoCoreError, ClientError) as error:
        if "does not exist" in str(error):
            return frozenset()
        raise PlatformError(f"the stack {stack} cannot be read: {error}") from error
    return frozenset(
        row["LogicalResourceId"] for row in rows if row["ResourceStatus"] not in NOT_OF_THE_STACK
    )


def _is_taken(client: Any, question: Question, name: str) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = getattr(client, question.operation)(**question.parameters(name))
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == question.absent:
            return False
        if code == FORBIDDEN and question.service == "s3":
            return True
        raise PlatformError(f"it cannot be asked whether there is {name}: {error}") from error
    except BotoCoreError as error:
        raise PlatformError(f"it cannot be asked whether there is {name}: {error}") from error
    return question.found(answer, name)
