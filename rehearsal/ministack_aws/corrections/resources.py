"""Resources that MiniStack makes otherwise than AWS: networks, roles, functions, images."""

import os
from collections.abc import Callable
from typing import Any

from ministack_aws.access.sessions import trusts
from ministack_aws.engine import ec2, ecr, iam, sns
from ministack_aws.engine.requests import json_error
from ministack_aws.engine.types import (
    Attributes,
    Create,
    Properties,
    Request,
    ResourceHandlers,
    Response,
)

Change = Callable[..., tuple[str, Attributes]]


def register(handlers: ResourceHandlers) -> None:
    """Wrap the handlers and the call that need it."""
    vpc, role = handlers["AWS::EC2::VPC"], handlers["AWS::IAM::Role"]
    vpc["create"] = _with_block(vpc["create"])
    function = handlers["AWS::Lambda::Function"]
    function["create"] = _runnable(function["create"])
    role["create"] = _with_known_policies(_with_boundary(role["create"], 1), 1)
    role["update"] = _with_known_policies(_with_boundary(role["update"], 2), 2)
    topic = handlers["AWS::SNS::Topic"]
    topic["create"] = _with_key(topic["create"], 1)
    topic["update"] = _with_key(topic["update"], 2)
    ecr.describe_images.wrap(_only_those_there)


def _with_block(create: Create) -> Create:
    """AWS::EC2::VPC, Return values: "CidrBlock: The primary IPv4 CIDR block for the VPC"."""

    def wrapped(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        vpc, attributes = create(logical_id, properties, stack_name)
        attributes.setdefault("CidrBlock", ec2.vpcs()[vpc]["CidrBlock"])
        attributes.setdefault("VpcId", vpc)
        return vpc, attributes

    return wrapped


def _with_boundary(change: Change, position: int) -> Change:
    """AWS::IAM::Role, PermissionsBoundary: "The ARN of the policy used to set the permissions
    boundary for the role"; a policy that is not there is refused (API_CreateRole)."""

    def wrapped(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        boundary = arguments[position].get("PermissionsBoundary")
        if boundary and not _is_there(boundary):
            raise ValueError(f"Scope ARN: {boundary} does not exist or is not attachable.")
        role, attributes = change(*arguments, **options)
        iam.roles()[role]["PermissionsBoundary"] = boundary
        return role, attributes

    return wrapped


def _with_key(change: Change, position: int) -> Change:
    """AWS::SNS::Topic, KmsMasterKeyId: the key with which the topic's messages are encrypted."""

    def wrapped(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        topic, attributes = change(*arguments, **options)
        key = arguments[position].get("KmsMasterKeyId", "")
        sns.topics()[topic].setdefault("attributes", {})["KmsMasterKeyId"] = key
        return topic, attributes

    return wrapped


def _with_known_policies(change: Change, position: int) -> Change:
    """API_AttachRolePolicy, NoSuchEntity: "The request was rejected because it referenced a
    resource entity that does not exist"."""

    def wrapped(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        for policy in arguments[position].get("ManagedPolicyArns", ()):
            if not _is_there(policy):
                raise ValueError(f"Policy {policy} does not exist or is not attachable.")
        return change(*arguments, **options)

    return wrapped


def _is_there(policy: str) -> bool:
    """AWS's own policies always are."""
    return policy.split(":")[4] == "aws" or policy in iam.policies()


def _runnable(create: Create) -> Create:
    """Refuse an unknown role as Lambda does, and trust the emulator's certificate.

    API_CreateFunction, Role; functions that name the certificates of the Lambda image
    (`/etc/pki/...`, as the CDK's BucketDeployment does) get those of the emulator.
    """

    def wrapped(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        role = iam.roles().get(str(properties.get("Role", "")).rpartition("/")[2])
        if role is None or not trusts(role, "lambda.amazonaws.com"):
            raise ValueError("The role defined for the function cannot be assumed by Lambda.")
        variables = (properties.get("Environment") or {}).get("Variables") or {}
        if "AWS_CA_BUNDLE" in variables:
            trusted = {**variables, "AWS_CA_BUNDLE": os.environ.get("AWS_CA_BUNDLE", "")}
            properties = {**properties, "Environment": {"Variables": trusted}}
        return create(logical_id, properties, stack_name)

    return wrapped


def _only_those_there(describe: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """API_DescribeImages, ImageNotFoundException: "The image requested does not exist in the
    specified repository"."""

    def wrapped(request: Request) -> Response:
        name, wanted = request.get("repositoryName", ""), request.get("imageIds") or ()
        if name in ecr.repositories():
            for image in wanted:
                if ecr.find_image(name, image) is None:
                    message = f"The image with imageId {image} does not exist within the repository"
                    return json_error("ImageNotFoundException", message, 400)
        return describe(request)

    return wrapped
