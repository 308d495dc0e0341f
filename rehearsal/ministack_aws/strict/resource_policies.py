"""Policies of resources: principals that are not there and operators that IAM does not know."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

from ministack_aws.access.policy_problems import (
    ACCOUNT,
    operator_problem,
    principal_problem,
    statements,
)
from ministack_aws.engine import iam, kms, s3, sns
from ministack_aws.engine.requests import get_account_id, json_error
from ministack_aws.engine.types import (
    Attributes,
    Properties,
    Query,
    Request,
    ResourceHandlers,
    Response,
)

POLICIES: Final[Mapping[str, tuple[str, str]]] = {
    "AWS::ECR::Repository": ("RepositoryPolicyText", "InvalidParameterException"),
    "AWS::KMS::Key": ("KeyPolicy", "MalformedPolicyDocumentException"),
    "AWS::S3::BucketPolicy": ("PolicyDocument", "MalformedPolicy"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "InvalidParameter"),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "InvalidAttributeValue"),
    "AWS::SageMaker::ModelPackageGroup": ("ModelPackageGroupPolicy", "ValidationException"),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy", "MalformedPolicyDocumentException"),
}
"""The property of a type with its policy, and the error with which its service refuses one."""

LOCKOUT: Final = "The new key policy will not allow you to update the key policy in the future."
Change = Callable[..., tuple[str, Attributes]]


def register(handlers: ResourceHandlers) -> None:
    """Check the policies that CloudFormation and the calls of the services write."""
    for resource_type, (name, code) in POLICIES.items():
        handler = handlers[resource_type]
        for operation, position in (("create", 1), ("update", 2)):
            if operation in handler:
                change = handler[operation]  # type: ignore[literal-required]
                handler[operation] = _checked(change, position, name, code)  # type: ignore[literal-required]
    s3.put_policy.wrap(_bucket_policy)
    kms.put_policy.wrap(_key_policy)
    sns.set_attributes.wrap(_topic_policy)


def problem_of(document: str | Mapping[str, Any], resource_type: str) -> str | None:
    """Why a service does not take the policy of a resource, or None."""
    found = operator_problem(document) or principal_problem(document)
    if not found and resource_type == "AWS::KMS::Key" and not _is_administered(document):
        return LOCKOUT
    return found


def _is_administered(document: str | Mapping[str, Any]) -> bool:
    """KMS Developer Guide, "Creating a key policy": the key policy lockout safety check."""
    account = get_account_id()
    for statement in statements(document):
        actions = statement.get("Action", [])
        actions = [actions] if isinstance(actions, str) else actions
        principal = statement.get("Principal", {})
        named = principal.get("AWS", []) if isinstance(principal, Mapping) else principal
        named = [named] if isinstance(named, str) else named
        if (
            statement.get("Effect") == "Allow"
            and iam.action_matches("kms:PutKeyPolicy", list(actions), [])
            and any(_is_of(account, str(name)) for name in named)
        ):
            return True
    return False


def _is_of(account: str, principal: str) -> bool:
    return principal == "*" or (
        (bool(ACCOUNT.fullmatch(principal)) or principal.startswith("arn:"))
        and account in principal
    )


def _checked(change: Change, position: int, name: str, code: str) -> Change:
    @functools.wraps(change)
    def checked(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        properties: Properties = arguments[position]
        document = properties.get(name)
        kind = "AWS::KMS::Key" if name == "KeyPolicy" else ""
        problem = problem_of(document, kind) if document else None
        if problem:
            raise ValueError(f"{problem} (Error Code: {code})")
        return change(*arguments, **options)

    return checked


def _bucket_policy(
    put: Callable[[str, bytes], Response],
) -> Callable[[str, bytes], Response]:
    @functools.wraps(put)
    def checked(name: str, body: bytes) -> Response:
        problem = problem_of(body.decode(), "")
        return s3.error("MalformedPolicy", problem, 400) if problem else put(name, body)

    return checked


def _key_policy(put: Callable[[Request], Response]) -> Callable[[Request], Response]:
    @functools.wraps(put)
    def checked(request: Request) -> Response:
        problem = problem_of(request.get("Policy", ""), "AWS::KMS::Key")
        if problem:
            return json_error("MalformedPolicyDocumentException", problem, 400)
        return put(request)

    return checked


def _topic_policy(set_attributes: Callable[[Query], Response]) -> Callable[[Query], Response]:
    @functools.wraps(set_attributes)
    def checked(parameters: Query) -> Response:
        values = {name: found[0] for name, found in parameters.items() if found}
        if values.get("AttributeName") == "Policy":
            problem = problem_of(values.get("AttributeValue", ""), "")
            if problem:
                return sns.error("InvalidParameter", f"Invalid parameter: {problem}", 400)
        return set_attributes(parameters)

    return checked
