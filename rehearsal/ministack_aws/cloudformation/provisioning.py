"""Launching a product: the stack is made with the role of the product's launch constraint."""

import time
import uuid
from urllib.parse import urlsplit

from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudformation
from ministack.services.cloudformation import handlers

from ministack_aws.cloudformation import service_role
from ministack_aws.errors import ServiceError
from ministack_aws.records import all_of, artifact_ids

PRODUCT = "AWS::ServiceCatalog::CloudFormationProduct"
CONSTRAINT = "AWS::ServiceCatalog::LaunchRoleConstraint"
PROVISIONED = {}
"""Provisioned products by account, region and name."""
STATUSES = {"CREATE_COMPLETE": "AVAILABLE", "UPDATE_COMPLETE": "AVAILABLE"}
MESSAGE_CHARACTERS = 1000
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")


OWN = ("stack", "terminating")
"""What is noted about a product and not shown."""


def provision(request, visible):
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
    status, _, answer = handlers._create_stack(parameters)
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
        "UserArn": evaluator.caller_arn(),
        "stack": stack,
        "LastRecordId": f"rec-{uuid.uuid4().hex[:13]}",
    }
    return {"RecordDetail": _record(PROVISIONED[_key(name)])}


def terminate(request):
    """End a provisioned product and delete its stack with the launch role."""
    found = _found(request)
    handlers._delete_stack({"StackName": [found["stack"]]})
    found["terminating"] = True
    return {"RecordDetail": {**_record(found), "Status": "IN_PROGRESS"}}


def describe(request):
    """A provisioned product with the status of its stack."""
    return {"ProvisionedProductDetail": _detail(_found(request))}


def describe_record(request):
    """The record of a launch: succeeded, failed with its reasons, or in progress."""
    for found in _here():
        if found["LastRecordId"] == request["Id"]:
            return {"RecordDetail": _record(found), "RecordOutputs": []}
    raise ServiceError("ResourceNotFoundException", f"Record {request['Id']} not found")


def level(request):
    """Whose provisioned products a call is about: the condition key `servicecatalog:userLevel`.

    IAM keys of Service Catalog: `self` is who launched the product, `account` everybody.
    """
    ids = set(map(str, request.values()))
    about = [row for row in _here() if ids & {row["Id"], row["Name"], row["LastRecordId"]}]
    own = about and all(row["UserArn"] == evaluator.caller_arn() for row in about)
    return "self" if own else "account"


def scan(request):
    """All provisioned products of the account and region."""
    return {"ProvisionedProducts": [_detail(found) for found in _here()]}


def _key(name):
    return (get_account_id(), get_region(), name)


def _here():
    """What is there; a product that is terminated goes when its stack has gone."""
    place = (get_account_id(), get_region())
    for key, row in list(PROVISIONED.items()):
        if row.get("terminating") and _stack(row)["StackStatus"] == "DELETE_COMPLETE":
            del PROVISIONED[key]
    return [row for key, row in PROVISIONED.items() if key[:2] == place]


def _found(request):
    names = {request.get(k) for k in ("Id", "Name", "ProvisionedProductId")}
    names.add(request.get("ProvisionedProductName"))
    for row in _here():
        if {row["Id"], row["Name"]} & names:
            return row
    raise ServiceError("ResourceNotFoundException", "The provisioned product was not found")


def _launch_role(product):
    for _, constraint in all_of(CONSTRAINT):
        if constraint["ProductId"] == product:
            return constraint["RoleArn"]
    raise ServiceError("InvalidParametersException", f"Product {product} has no launch constraint")


def _template(product, artifact):
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


def _stack(found):
    return cloudformation._stacks.get(found["stack"]) or {"StackStatus": "DELETE_COMPLETE"}


def _status(found):
    status = _stack(found)["StackStatus"]
    if status.endswith("_IN_PROGRESS") and "ROLLBACK" not in status:
        return "UNDER_CHANGE"
    return STATUSES.get(status, "ERROR")


def _detail(found):
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


def _record(found):
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


def _failures(found):
    stack_id = _stack(found).get("StackId", "")
    events = cloudformation._stack_events.get(stack_id, [])
    return [
        event
        for event in events
        if event.get("ResourceStatus", "").endswith("_FAILED") and event.get("ResourceStatusReason")
    ]


def _members(name, values):
    return {f"{name}.member.{n}": [value] for n, value in enumerate(values, start=1)}


def _pairs(name, prefix, rows):
    found = {}
    for n, row in enumerate(rows, start=1):
        found[f"{name}.member.{n}.{prefix}Key"] = [row["Key"]]
        found[f"{name}.member.{n}.{prefix}Value"] = [row["Value"]]
    return found
