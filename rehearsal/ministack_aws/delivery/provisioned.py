"""Products that were launched, with the status of their stacks."""

from typing import Final

from ministack_aws.engine import cloudformation
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Record, Request
from ministack_aws.errors import ServiceError

PROVISIONED: Final[dict[tuple[str, str, str], Record]] = {}
"""Provisioned products by account, region and name."""
STATUSES: Final = {"CREATE_COMPLETE": "AVAILABLE", "UPDATE_COMPLETE": "AVAILABLE"}
OWN: Final = ("stack", "terminating")
"""What is noted about a product and not shown."""


def key(name: str) -> tuple[str, str, str]:
    """The key of a provisioned product of the account and region of the request."""
    return (get_account_id(), get_region(), name)


def all_here() -> list[Record]:
    """What is there; a product that is terminated goes when its stack has gone."""
    place = (get_account_id(), get_region())
    for key, row in list(PROVISIONED.items()):
        if row.get("terminating") and _stack(row)["StackStatus"] == "DELETE_COMPLETE":
            del PROVISIONED[key]
    return [row for key, row in PROVISIONED.items() if key[:2] == place]


def find(request: Request) -> Record:
    """The provisioned product that a call names.

    Raises:
        ServiceError: there is none.
    """
    names = {request.get(k) for k in ("Id", "Name", "ProvisionedProductId")}
    names.add(request.get("ProvisionedProductName"))
    for row in all_here():
        if {row["Id"], row["Name"]} & names:
            return row
    raise ServiceError("ResourceNotFoundException", "The provisioned product was not found")


def detail(found: Record) -> Record:
    """A provisioned product as its calls show it, with the status of its stack."""
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


def record(found: Record) -> Record:
    """The record of its launch: succeeded, failed with its reasons, or in progress."""
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


def _stack(found: Record) -> Record:
    return cloudformation.stacks().get(found["stack"]) or {"StackStatus": "DELETE_COMPLETE"}


def _status(found: Record) -> str:
    status = _stack(found)["StackStatus"]
    if status.endswith("_IN_PROGRESS") and "ROLLBACK" not in status:
        return "UNDER_CHANGE"
    return STATUSES.get(status, "ERROR")


def _failures(found: Record) -> list[Record]:
    stack_id = _stack(found).get("StackId", "")
    events = cloudformation.stack_events().get(stack_id, [])
    return [
        event
        for event in events
        if event.get("ResourceStatus", "").endswith("_FAILED") and event.get("ResourceStatusReason")
    ]
