"""The ARNs on which the actions of a resource operation act, where its properties tell."""

from collections.abc import Iterator
from typing import Any, Final

from ministack_aws.engine import iam
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Properties

NAMED: Final = {
    "AWS::CodeBuild::Project": ("codebuild", "Name", "project/{}"),
    "AWS::CodeCommit::Repository": ("codecommit", "RepositoryName", "{}"),
    "AWS::CodePipeline::Pipeline": ("codepipeline", "Name", "{}"),
    "AWS::ECR::Repository": ("ecr", "RepositoryName", "repository/{}"),
    "AWS::Events::Rule": ("events", "Name", "rule/{}"),
    "AWS::Lambda::Function": ("lambda", "FunctionName", "function:{}"),
    "AWS::Logs::LogGroup": ("logs", "LogGroupName", "log-group:{}:*"),
    "AWS::SNS::Topic": ("sns", "TopicName", "{}"),
    "AWS::SSM::Parameter": ("ssm", "Name", "parameter/{}"),
}
"""The service of a type, the property with its name, and how its ARN ends."""

PASSED_TO: Final = {
    "AWS::CodeBuild::": "codebuild.amazonaws.com",
    "AWS::CodePipeline::": "codepipeline.amazonaws.com",
    "AWS::EC2::FlowLog": "vpc-flow-logs.amazonaws.com",
    "AWS::Events::": "events.amazonaws.com",
    "AWS::Lambda::": "lambda.amazonaws.com",
    "AWS::SageMaker::": "sagemaker.amazonaws.com",
    "AWS::Scheduler::": "scheduler.amazonaws.com",
    "AWS::ServiceCatalog::": "servicecatalog.amazonaws.com",
    "AWS::StepFunctions::": "states.amazonaws.com",
}
"""iam:PassedToService by the beginning of a type."""

NOT_PASSED: Final = (
    "AssumeRolePolicyDocument",
    "Configuration",
    "PolicyDocument",
    "KeyPolicy",
    "PrincipalARN",
    "Tags",
)


def known_arns(resource_type: str, action: str, properties: Properties) -> tuple[str, ...]:
    """The ARNs of an action of a type's own service; empty where the properties do not tell."""
    service = action.partition(":")[0]
    if resource_type.startswith("Custom::"):
        return (properties["ServiceToken"],)
    if resource_type == "AWS::S3::Bucket" and service == "s3" and properties.get("BucketName"):
        return (f"arn:aws:s3:::{properties['BucketName']}",)
    if resource_type.startswith("AWS::IAM::") and service == "iam":
        return _iam_arns(resource_type, action, properties)
    prefix, name, ending = NAMED.get(resource_type, ("", "", ""))
    if prefix != service or not isinstance(properties.get(name), str) or "Describe" in action:
        return ()
    # The slash with which a parameter's name begins is that of `parameter/` in its ARN.
    plain = properties[name].lstrip("/") if service == "ssm" else properties[name]
    resource = ending.format(plain)
    return (f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}",)


def _iam_arns(resource_type: str, action: str, properties: Properties) -> tuple[str, ...]:
    account = f"arn:aws:iam::{get_account_id()}"
    path = properties.get("Path", "/")
    if resource_type == "AWS::IAM::Role" and properties.get("RoleName"):
        return (f"{account}:role{path}{properties['RoleName']}",)
    if (resource_type == "AWS::IAM::Policy" and "Role" in action) or (
        resource_type == "AWS::IAM::ManagedPolicy" and action.endswith("chRolePolicy")
    ):
        # A role is named without its path.
        roles = [(role, iam.roles().get(role) or {}) for role in properties.get("Roles", ())]
        return tuple(found.get("Arn", f"{account}:role/{role}") for role, found in roles)
    if resource_type == "AWS::IAM::ManagedPolicy" and action.endswith(("Policy", "PolicyVersion")):
        name = properties.get("ManagedPolicyName")
        return (f"{account}:policy{path}{name}",) if name and "Role" not in action else ()
    return ()


def passed_roles(resource_type: str, properties: Properties) -> tuple[tuple[str, str], ...]:
    """The roles of this account that a resource is given, and the service that gets them."""
    service = next((s for kind, s in PASSED_TO.items() if resource_type.startswith(kind)), "")
    if not service:
        return ()
    own = f"arn:aws:iam::{get_account_id()}:role/"
    found = {value for value in _strings(properties) if value.startswith(own)}
    return tuple((role, service) for role in sorted(found))


def _strings(value: Any, key: str = "") -> Iterator[str]:
    if key in NOT_PASSED:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, key)
    elif isinstance(value, str) and "role" in key.lower():
        yield value
