"""Names that are taken: CloudFormation creates what a template says and never adopts what is there.

CloudFormation User Guide, "Troubleshooting", "Resource name already exists"; in the words of its
handlers: `Resource of type '...' with identifier '...' already exists.`
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

from ministack_aws.arns import arn
from ministack_aws.engine import (
    cloudformation,
    codebuild,
    eventbridge,
    functions,
    iam,
    logs,
    s3,
    sns,
)
from ministack_aws.engine.requests import get_account_id
from ministack_aws.engine.types import Attributes, Create, Properties, ResourceHandlers

TAKEN: Final = (
    "Resource handler returned message: \"Resource of type '{}' with identifier '{}' already "
    'exists." (HandlerErrorCode: AlreadyExists)'
)


def register(handlers: ResourceHandlers) -> None:
    """Look for each name that a template gives before the resource is made."""
    for resource_type, (name_of, is_there) in NAMES.items():
        create = handlers[resource_type]["create"]
        handlers[resource_type]["create"] = _new(resource_type, create, name_of, is_there)


def _new(
    resource_type: str,
    create: Create,
    name_of: Callable[[Properties], str],
    is_there: Callable[[str], bool],
) -> Create:
    @functools.wraps(create)
    def checked(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        name = name_of(properties)
        if name and is_there(name) and not _is_own(stack_name, logical_id):
            raise ValueError(TAKEN.format(resource_type, name))
        return create(logical_id, properties, stack_name)

    return checked


def _is_own(stack_name: str, logical_id: str) -> bool:
    """Whether the stack has made the resource before: an update without a handler of its own."""
    stack: Mapping[str, Any] = cloudformation.stacks().get(stack_name) or {}
    made: Mapping[str, Any] = stack.get("_resources", {}).get(logical_id) or {}
    return bool(made.get("PhysicalResourceId"))


def _property(name: str) -> Callable[[Properties], str]:
    return lambda properties: str(properties.get(name) or "")


def _policy_arn(properties: Properties) -> str:
    name = properties.get("ManagedPolicyName")
    path = properties.get("Path", "/")
    return f"arn:aws:iam::{get_account_id()}:policy{path}{name}" if name else ""


def _rule_key(properties: Properties) -> str:
    name, bus = properties.get("Name"), properties.get("EventBusName", "default")
    return eventbridge.rule_key(name, bus.rpartition("/")[2]) if name else ""


def _topic_arn(properties: Properties) -> str:
    name = properties.get("TopicName")
    return arn("sns", name) if name else ""


Names = Mapping[str, tuple[Callable[[Properties], str], Callable[[str], bool]]]

NAMES: Final[Names] = {
    "AWS::CodeBuild::Project": (_property("Name"), lambda name: name in codebuild.projects()),
    "AWS::Events::Rule": (_rule_key, lambda key: key in eventbridge.rules()),
    "AWS::IAM::ManagedPolicy": (_policy_arn, lambda policy: policy in iam.policies()),
    "AWS::IAM::Role": (_property("RoleName"), lambda name: name in iam.roles()),
    "AWS::IAM::User": (_property("UserName"), lambda name: name in iam.users()),
    "AWS::Lambda::Function": (
        _property("FunctionName"),
        lambda name: name in functions.functions(),
    ),
    "AWS::Logs::LogGroup": (_property("LogGroupName"), lambda name: name in logs.groups()),
    # Names of buckets are unique in a partition, whosever they are.
    "AWS::S3::Bucket": (_property("BucketName"), lambda name: s3.owner_of(name) is not None),
    "AWS::SNS::Topic": (_topic_arn, lambda topic: topic in sns.topics()),
}
"""By type: the name that a template gives, and whether something has it. Types that are records
refuse a second one of a name themselves."""
