"""Launching a product: the stack is made with the role of the product's launch constraint."""

import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from ministack_aws.cloudformation import service_role
from ministack_aws.cloudformation.record_types import artifact_ids
from ministack_aws.cloudformation.records import all_of
from ministack_aws.delivery import provisioned
from ministack_aws.delivery.provisioned import PROVISIONED
from ministack_aws.engine import cloudformation, iam
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Answer, Query, Record, Request
from ministack_aws.errors import ServiceError

PRODUCT: Final = "AWS::ServiceCatalog::CloudFormationProduct"
CONSTRAINT: Final = "AWS::ServiceCatalog::LaunchRoleConstraint"
MESSAGE_CHARACTERS: Final = 1000
CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")


def provision(request: Request, visible: set[str]) -> Answer:
    """Launch a version of a product.

    Args:
        visible: the products that the caller has access to.

    Raises:
        ServiceError: the caller has no access, or the stack cannot be started.
    """
    product, name = request["ProductId"], request["ProvisionedProductName"]
    if product not in visible:
        raise ServiceError("ResourceNotFoundException", f"Product {product} not found")
    if provisioned.key(name) in PROVISIONED:
        raise ServiceError(
            "DuplicateResourceException", f"A provisioned product named {name} already exists"
        )
    provisioned_id = f"pp-{uuid.uuid4().hex[:13]}"
    stack = f"SC-{get_account_id()}-{provisioned_id}"
    service_role.act_as(_launch_role(product), stack)
    parameters = {
        "StackName": [stack],
        "TemplateURL": [_template(product, request["ProvisioningArtifactId"])],
        **_members("Capabilities", CAPABILITIES),
        **_pairs("Parameters", "Parameter", request.get("ProvisioningParameters", ())),
        **_pairs("Tags", "", request.get("Tags", ())),
    }
    status, _, answer = cloudformation.create_stack(parameters)
    if status != 200:
        text = answer.decode() if isinstance(answer, bytes) else str(answer)
        raise ServiceError("InvalidParametersException", text[-MESSAGE_CHARACTERS:])
    PROVISIONED[provisioned.key(name)] = {
        "Name": name,
        "Id": provisioned_id,
        "ProductId": product,
        "ProvisioningArtifactId": request["ProvisioningArtifactId"],
        "CreatedTime": time.time(),
        "LaunchRoleArn": _launch_role(product),
        "UserArn": iam.caller_arn(),
        "stack": stack,
        "LastRecordId": f"rec-{uuid.uuid4().hex[:13]}",
    }
    return {"RecordDetail": provisioned.record(PROVISIONED[provisioned.key(name)])}


def terminate(request: Request) -> Answer:
    """End a provisioned product and delete its stack with the launch role."""
    found = provisioned.find(request)
    cloudformation.delete_stack({"StackName": [found["stack"]]})
    found["terminating"] = True
    return {"RecordDetail": {**provisioned.record(found), "Status": "IN_PROGRESS"}}


def describe(request: Request) -> Answer:
    """A provisioned product with the status of its stack."""
    return {"ProvisionedProductDetail": provisioned.detail(provisioned.find(request))}


def describe_record(request: Request) -> Answer:
    """The record of a launch: succeeded, failed with its reasons, or in progress."""
    for found in provisioned.all_here():
        if found["LastRecordId"] == request["Id"]:
            return {"RecordDetail": provisioned.record(found), "RecordOutputs": []}
    raise ServiceError("ResourceNotFoundException", f"Record {request['Id']} not found")


def level(request: Request) -> str:
    """Whose provisioned products a call is about: the condition key `servicecatalog:userLevel`.

    IAM keys of Service Catalog: `self` is who launched the product, `account` everybody.
    """
    ids = set(map(str, request.values()))
    about = [
        row for row in provisioned.all_here() if ids & {row["Id"], row["Name"], row["LastRecordId"]}
    ]
    own = about and all(row["UserArn"] == iam.caller_arn() for row in about)
    return "self" if own else "account"


def scan(request: Request) -> Answer:
    """All provisioned products of the account and region."""
    return {"ProvisionedProducts": [provisioned.detail(found) for found in provisioned.all_here()]}


def search(request: Request) -> Answer:
    """As `scan`, with the names of products and versions (API_ProvisionedProductAttribute)."""
    found = [{**provisioned.detail(row), **_names(row)} for row in provisioned.all_here()]
    return {"ProvisionedProducts": found, "TotalResultsCount": len(found)}


def _names(row: Record) -> Answer:
    product = dict(all_of(PRODUCT)).get(row["ProductId"], {})
    ids = artifact_ids(product, row["ProductId"])
    versions = dict(zip(ids, product.get("ProvisioningArtifactParameters", ()), strict=True))
    version = versions.get(row["ProvisioningArtifactId"], {})
    return {
        "ProductName": product.get("Name", ""),
        "ProvisioningArtifactName": version.get("Name", ""),
        "UserArn": row["UserArn"],
    }


def _launch_role(product: str) -> str:
    for _, constraint in all_of(CONSTRAINT):
        if constraint["ProductId"] == product:
            return str(constraint["RoleArn"])
    raise ServiceError("InvalidParametersException", f"Product {product} has no launch constraint")


def _template(product: str, artifact: str) -> str:
    properties = dict(all_of(PRODUCT))[product]
    versions = properties["ProvisioningArtifactParameters"]
    known = dict(zip(artifact_ids(properties, product), versions, strict=True))
    if artifact not in known:
        raise ServiceError("ResourceNotFoundException", f"Artifact {artifact} not found")
    parts = urlsplit(known[artifact]["Info"]["LoadTemplateFromURL"])
    bucket, _, key = parts.path.lstrip("/").partition("/")
    if ".s3." in parts.netloc:
        bucket, key = parts.netloc.partition(".s3.")[0], parts.path.lstrip("/")
    return f"https://s3.{get_region()}.amazonaws.com/{bucket}/{key}"


def _members(name: str, values: Iterable[str]) -> Query:
    return {f"{name}.member.{n}": [value] for n, value in enumerate(values, start=1)}


def _pairs(name: str, prefix: str, rows: Iterable[Mapping[str, str]]) -> Query:
    found = {}
    for n, row in enumerate(rows, start=1):
        found[f"{name}.member.{n}.{prefix}Key"] = [row["Key"]]
        found[f"{name}.member.{n}.{prefix}Value"] = [row["Value"]]
    return found
