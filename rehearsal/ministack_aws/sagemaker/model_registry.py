"""Model package groups' versions: registered, read from other accounts, approved and rejected."""

import json
import re
import time
from functools import cache
from typing import Final

import botocore.session
from botocore.model import Shape
from botocore.validate import ParamValidator

from ministack_aws import event_bus
from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import all_of
from ministack_aws.engine import iam
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Answer, Context, Operations, Properties, Record, Request
from ministack_aws.errors import ServiceError

GROUP = "AWS::SageMaker::ModelPackageGroup"
NEEDED_ACROSS_ACCOUNTS = ("sagemaker:DescribeModelPackage", "sagemaker:CreateModel")
"""For a model of a version of another account, by the role's policy and the group's (SageMaker
Developer Guide, "Deploy a Model Version from a Different Account")."""
PACKAGES: Final[dict[str, Record]] = {}
"""Versions by ARN, in the order of their creation."""
MAXIMUM_PROPERTIES: Final = 50
LENGTHS: Final = (128, 256)
"""Of a key and of a value."""
PROPERTY: Final = re.compile(r"[\w\s_.:/=+@-]+")
STATUSES: Final = ("Approved", "Rejected", "PendingManualApproval")


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN that a call is about; None where it is not one of these calls."""
    if operation in ("DescribeModelPackage", "UpdateModelPackage"):
        return request.get("ModelPackageName") or request.get("ModelPackageArn") or "*"
    # Service Authorization Reference, "Amazon SageMaker": both are about versions, not their group.
    if operation in ("CreateModelPackage", "ListModelPackages") and (
        group := request.get("ModelPackageGroupName")
    ):
        return arn("sagemaker", f"model-package/{_short(group)}/*")
    return None


def context_of(operation: str, request: Request) -> Context:
    """The condition keys of a call."""
    status = request.get("ModelApprovalStatus")
    changing = operation in ("CreateModelPackage", "UpdateModelPackage")
    return {"sagemaker:modelapprovalstatus": status} if changing and status else {}


def package(package_arn: str) -> Record:
    """A version.

    Raises:
        ServiceError: there is none with this ARN.
    """
    if package_arn not in PACKAGES:
        raise ServiceError("ValidationException", f"ModelPackage {package_arn} does not exist.")
    return PACKAGES[package_arn]


def group_refusal(package_arn: str, principal: str, action: str) -> str | None:
    """Why the policy of a version's group keeps out a role of another account; None if it does not.

    SageMaker Developer Guide, "Deploy a Model Version from a Different Account".
    """
    _, _, _, region, account, resource = package_arn.split(":", 5)
    group = resource.split("/")[1]
    with request_scope(account, region):
        policies = {
            p["ModelPackageGroupName"]: p.get("ModelPackageGroupPolicy") for _, p in all_of(GROUP)
        }
    context = iam.question(
        principal_arn=principal,
        principal_type="AssumedRole",
        principal_account=get_account_id(),
        action=action,
        resource_arn=package_arn,
        region=region,
        service_context={},
    )
    policy = policies.get(group)
    if policy and iam.resource_policy_allows(policy, context, False):
        return None
    return (
        f"User: {principal} is not authorized to perform: {action} on resource: {package_arn} "
        "because no resource-based policy allows the action"
    )


def create(request: Request) -> Record:
    """Register the next version of a group.

    Raises:
        ServiceError: the request is not what CreateModelPackage takes.
    """
    _check(request)
    group = _short(request["ModelPackageGroupName"])
    if group not in {p["ModelPackageGroupName"] for _, p in all_of(GROUP)}:
        raise ServiceError("ValidationException", f"Model Package Group {group} does not exist.")
    status = request.get("ModelApprovalStatus", "PendingManualApproval")
    if status not in STATUSES:
        raise ServiceError("ValidationException", f"'{status}' is no ModelApprovalStatus")
    prefix = arn("sagemaker", f"model-package/{group}/")
    version = 1 + sum(found.startswith(prefix) for found in PACKAGES)
    package_arn = f"{prefix}{version}"
    PACKAGES[package_arn] = {
        **request,
        "ModelPackageGroupName": group,
        "ModelPackageVersion": version,
        "ModelPackageArn": package_arn,
        "ModelApprovalStatus": status,
        "ModelPackageStatus": "Completed",
        "CreationTime": time.time(),
    }
    _tell(PACKAGES[package_arn])
    return {"ModelPackageArn": package_arn}


def _check(request: Request) -> None:
    """What AWS's own SDK knows of the call, and what the service checks besides.

    SageMaker API Reference, CreateModelPackage, CustomerMetadataProperties: at most 50 entries, and
    the lengths and characters of keys and values.
    """
    report = ParamValidator().validate(request, _shape())
    if report.has_errors():
        raise ServiceError("ValidationException", report.generate_report())
    properties = request.get("CustomerMetadataProperties", {})
    if len(properties) > MAXIMUM_PROPERTIES:
        raise ServiceError("ValidationException", f"{len(properties)} CustomerMetadataProperties")
    for text, maximum in [
        pair for row in properties.items() for pair in zip(row, LENGTHS, strict=True)
    ]:
        if len(text) > maximum or not PROPERTY.fullmatch(text):
            raise ServiceError(
                "ValidationException",
                f"Value '{text}' at 'customerMetadataProperties' failed to satisfy constraint",
            )


@cache
def _shape() -> Shape:
    sagemaker = botocore.session.get_session().get_service_model("sagemaker")
    return sagemaker.operation_model("CreateModelPackage").input_shape


def _update(request: Request) -> Answer:
    found = package(request["ModelPackageArn"])
    if found["ModelPackageArn"].split(":")[4] != get_account_id():
        raise ServiceError("AccessDeniedException", "The version is in another account")
    status = request.get("ModelApprovalStatus", found["ModelApprovalStatus"])
    if status not in STATUSES:
        raise ServiceError("ValidationException", f"'{status}' is no ModelApprovalStatus")
    found["ModelApprovalStatus"] = status
    found["ApprovalDescription"] = request.get("ApprovalDescription", "")
    _tell(found)
    return {"ModelPackageArn": found["ModelPackageArn"]}


def _tell(found: Record) -> None:
    detail = {
        name: found[name]
        for name in (
            *("ModelPackageGroupName", "ModelPackageVersion", "ModelPackageArn"),
            *("ModelPackageStatus", "ModelApprovalStatus"),
        )
    }
    name = "SageMaker Model Package State Change"
    event_bus.emit("aws.sagemaker", name, detail, [found["ModelPackageArn"]])


def _list(request: Request) -> Answer:
    group, status = request.get("ModelPackageGroupName"), request.get("ModelApprovalStatus")
    here = f"arn:aws:sagemaker:{get_region()}:{get_account_id()}:model-package/"
    found = [
        {name: row[name] for name in SUMMARY if name in row}
        for package_arn, row in PACKAGES.items()
        if package_arn.startswith(here)
        and (group is None or row["ModelPackageGroupName"] == _short(group))
        and status in (None, row["ModelApprovalStatus"])
    ]
    # API_ListModelPackages, SortOrder: "The default is Ascending".
    newest_first = request.get("SortOrder") == "Descending"
    return {"ModelPackageSummaryList": found[::-1] if newest_first else found}


def _describe(request: Request) -> Answer:
    return package(request["ModelPackageName"])


def _short(name: str) -> str:
    return name.rpartition("/")[2]


SUMMARY = (
    *("ModelPackageGroupName", "ModelPackageVersion", "ModelPackageArn", "CreationTime"),
    *("ModelPackageStatus", "ModelApprovalStatus", "ModelPackageDescription"),
)


def _group(request: Request) -> Properties:
    for _, properties in all_of(GROUP):
        if properties["ModelPackageGroupName"] == request["ModelPackageGroupName"]:
            return properties
    raise ServiceError("ValidationException", "There is no such model package group.")


def _get_policy(request: Request) -> Answer:
    policy = _group(request).get("ModelPackageGroupPolicy")
    return {"ResourcePolicy": policy if isinstance(policy, str) else json.dumps(policy)}


def _put_policy(request: Request) -> Answer:
    _group(request)["ModelPackageGroupPolicy"] = json.loads(request["ResourcePolicy"])
    group = f"model-package-group/{request['ModelPackageGroupName']}"
    return {"ModelPackageGroupArn": arn("sagemaker", group)}


OPERATIONS: Final[Operations] = {
    "CreateModelPackage": create,
    "DescribeModelPackage": _describe,
    "GetModelPackageGroupPolicy": _get_policy,
    "ListModelPackages": _list,
    "PutModelPackageGroupPolicy": _put_policy,
    "UpdateModelPackage": _update,
}
