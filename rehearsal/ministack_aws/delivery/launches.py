"""Launching a product: the stack is made with the role of the product's launch constraint."""

import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from ministack_aws.cloudformation import service_role
from ministack_aws.cloudformation.record_types import artifact_ids
from ministack_aws.cloudformation.records import all_of
from ministack_aws.engine import cloudformation, iam
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Answer, Query, Record, Request
from ministack_aws.errors import ServiceError

PRODUCT = "AWS::ServiceCatalog::CloudFormationProduct"
CONSTRAINT = "AWS::ServiceCatalog::LaunchRoleConstraint"
PROVISIONED: Final[dict[tuple[str, str, str], Record]] = {}
"""Provisioned products by account, region and name."""
STATUSES = {"CREATE_COMPLETE": "AVAILABLE", "UPDATE_COMPLETE": "AVAILABLE"}
MESSAGE_CHARACTERS = 1000
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
OWN: Final = ("stack", "terminating")
"""What is noted about a product and not shown."""


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
    if _key(name) in PROVISIONED:
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
    PROVISIONED[_key(name)] = {
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
    return {"RecordDetail": _record(PROVISIONED[_key(name)])}


def terminate(request: Request) -> Answer:
    """End a provisioned product and delete its stack with the launch role."""
    found = _found(request)
    cloudformation.delete_stack({"StackName": [found["stack"]]})
    found["terminating"] = True
    return {"RecordDetail": {**_record(found), "Status": "IN_PROGRESS"}}


def describe(request: Request) -> Answer:
    """A provisioned product with the status of its stack."""
    return {"ProvisionedProductDetail": _detail(_found(request))}


def describe_record(request: Request) -> Answer:
    """The record of a launch: succeeded, failed with its reasons, or in progress."""
    for found in _here():
        if found["LastRecordId"] == request["Id"]:
            return {"RecordDetail": _record(found), "RecordOutputs": []}
    raise ServiceError("ResourceNotFoundException", f"Record {request['Id']} not found")


def level(request: Request) -> str:
    """Whose provisioned products a call is about: the condition key `servicecatalog:userLevel`.

    IAM keys of Service Catalog: `self` is who launched the product, `account` everybody.
    """
    ids = set(map(str, request.values()))
    about = [row for row in _here() if ids & {row["Id"], row["Name"], row["LastRecordId"]}]
    own = about and all(row["UserArn"] == iam.caller_arn() for row in about)
    return "self" if own else "account"


def scan(request: Request) -> Answer:
    """All provisioned products of the account and region."""
    return {"ProvisionedProducts": [_detail(found) for found in _here()]}


def _key(name: str) -> tuple[str, str, str]:
    return (get_account_id(), get_region(), name)


def _here() -> list[Record]:
    """What is there; a product that is terminated goes when its stack has gone."""
    place = (get_account_id(), get_region())
    for key, row in list(PROVISIONED.items()):
        if row.get("terminating") and _stack(row)["StackStatus"] == "DELETE_COMPLETE":
            del PROVISIONED[key]
    return [row for key, row in PROVISIONED.items() if key[:2] == place]


def _found(request: Request) -> Record:
    names = {request.get(k) for k in ("Id", "Name", "ProvisionedProductId")}
    names.add(request.get("ProvisionedProductName"))
    for row in _here():
        if {row["Id"], row["Name"]} & names:
            return row
    raise ServiceError("ResourceNotFoundException", "The provisioned product was not found")


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


def _stack(found: Record) -> Record:
    return cloudformation.stacks().get(found["stack"]) or {"StackStatus": "DELETE_COMPLETE"}


def _status(found: Record) -> str:
    status = _stack(found)["StackStatus"]
    if status.endswith("_IN_PROGRESS") and "ROLLBACK" not in status:
        return "UNDER_CHANGE"
    return STATUSES.get(status, "ERROR")


def _detail(found: Record) -> Record:
    shown = {name: value for name, value in found.items() if name not in OWN}
    stack = _stack(found)
    return {
        **shown,
        "Arn": f"arn:aws:servicecatalog:{get_region()}:{get_account_id()}:stack/{found['Name']}",
        "Type": "CFN_STACK",
        "Status": _status(found),
        "StatusMessage": stack.get("StackStatusReason", ""),
        "PhysicalId": stack.get("StackId", ""),
    }


def _record(found: Record) -> Record:
    status = _status(found)
    known = {"AVAILABLE": "SUCCEEDED", "UNDER_CHANGE": "IN_PROGRESS"}
    record = {
        "RecordId": found["LastRecordId"],
        "ProvisionedProductName": found["Name"],
        "ProvisionedProductId": found["Id"],
        "ProvisionedProductType": "CFN_STACK",
        "RecordType": "PROVISION_PRODUCT",
        "ProductId": found["ProductId"],
        "LaunchRoleArn": found["LaunchRoleArn"],
        "Status": known.get(status, "FAILED"),
        "RecordErrors": [],
    }
    if record["Status"] == "FAILED":
        record["RecordErrors"] = [
            {"Code": event["LogicalResourceId"], "Description": event["ResourceStatusReason"]}
            for event in _failures(found)
        ]
    return record


def _failures(found: Record) -> list[Record]:
    stack_id = _stack(found).get("StackId", "")
    events = cloudformation.stack_events().get(stack_id, [])
    return [
        event
        for event in events
        if event.get("ResourceStatus", "").endswith("_FAILED") and event.get("ResourceStatusReason")
    ]


def _members(name: str, values: Iterable[str]) -> Query:
    return {f"{name}.member.{n}": [value] for n, value in enumerate(values, start=1)}


def _pairs(name: str, prefix: str, rows: Iterable[Mapping[str, str]]) -> Query:
    found = {}
    for n, row in enumerate(rows, start=1):
        found[f"{name}.member.{n}.{prefix}Key"] = [row["Key"]]
        found[f"{name}.member.{n}.{prefix}Value"] = [row["Value"]]
    return found
