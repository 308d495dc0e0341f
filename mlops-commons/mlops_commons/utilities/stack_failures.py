"""Why an operation on a stack has failed: its own failed resources, whatever number of events."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

STACK: Final = "AWS::CloudFormation::Stack"
BEGINNINGS: Final = tuple(
    f"{operation}_IN_PROGRESS" for operation in ("CREATE", "UPDATE", "DELETE", "IMPORT")
)
"""The states in which a stack begins an operation; what rolls back belongs to the one before."""
CONSEQUENCES: Final = ("cancelled", "canceled", "failed to create: [", "failed to update: [")
"""What CloudFormation says of resources that fail only because another one has."""
ELSEWHERE: Final = "DescribeEvents"
"""What a reason says that has to be looked up."""
SHOWN: Final = 5

FIXES: Final = (
    (
        r"CreateRepository request is not allowed",
        "CodeCommit makes no repository in this account: let deliveries come from a git host or "
        "from S3, see docs/how-to/choose-a-source.md",
    ),
    (
        r"InsufficientCapabilities|Requires capabilities",
        "let the action of the pipeline have the capability that the message names "
        "(CAPABILITY_NAMED_IAM for roles with names)",
    ),
    (
        r"already exists|AlreadyExists|EntityAlreadyExists",
        "something of that name is in the account already: remove it or give it another name "
        "(./mlops-multi-account.sh doctor names what is there)",
    ),
    (
        r"not authorized to perform: (?P<what>sts:AssumeRole)",
        "let the trust policy of the role that is named have who is named, with its conditions",
    ),
    (
        r"assumed-role/(?P<role>[\w+=,.@-]+)/.*not authorized to perform: (?P<what>[\w-]+:\w+)",
        "let the role {role} have {what} on the resource that is named",
    ),
    (
        r"not authorized to perform: (?P<what>[\w-]+:\w+)",
        "let who is named have {what} on the resource that is named",
    ),
    (
        r"(?i)MalformedPolicy|invalid principal",
        "fix the policy: the principal, operator or element that is named is not there",
    ),
    (
        r"(?i)limit ?exceeded|quota|exceeded (the )?(maximum|quota)",
        "remove what is not needed, or raise the quota in Service Quotas",
    ),
    (r"(?i)properties? validation failed|#/", "give the property that is named an allowed value"),
    (r"(?i)could not be found|does not exist|NoSuch", "make what is named first, or name another"),
)
"""What a reason of AWS looks like, and what fixes it; the first that fits."""


@dataclass(frozen=True)
class StackFailure:
    """A resource of a stack that has failed, and why, in AWS's words."""

    logical_id: str
    resource_type: str
    reason: str

    def __str__(self) -> str:
        return f"{self.logical_id} ({self.resource_type}): {self.reason}"


def events_of_operation(cloudformation: Any, stack: str) -> list[dict[str, Any]]:
    """The events of the last operation on a stack, oldest first.

    Args:
        cloudformation: a client of boto3.
        stack: a name, or the id of a stack that is deleted already.

    Source: API_DescribeStackEvents: "all stack related events ... in reverse chronological order",
    a page at a time.
    """
    found: list[dict[str, Any]] = []
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
    for page in pages:
        for event in page["StackEvents"]:
            found.insert(0, event)
            if _begins(event):
                return found
    return found


def _begins(event: dict[str, Any]) -> bool:
    return (
        event["ResourceType"] == STACK
        and event.get("PhysicalResourceId") == event["StackId"]
        and event["ResourceStatus"] in BEGINNINGS
    )


def failures(cloudformation: Any, stack: str) -> list[StackFailure]:
    """What has failed in the last operation on a stack, first things first.

    Resources that failed only because another had are left out where there is another.
    """
    found = [
        StackFailure(
            event["LogicalResourceId"],
            event["ResourceType"],
            event.get("ResourceStatusReason", ""),
        )
        for event in events_of_operation(cloudformation, stack)
        if event["ResourceStatus"].endswith("_FAILED")
    ]
    if any(ELSEWHERE in row.reason for row in found):
        found = [*_of_validation(cloudformation, stack), *found]
    return [row for row in found if not _is_consequence(row)] or found


def _of_validation(cloudformation: Any, stack: str) -> list[StackFailure]:
    """What CloudFormation has found before it made anything, which no event of the stack tells.

    Source: API_DescribeEvents, OperationEvent: ValidationStatusReason.
    """
    pages = cloudformation.get_paginator("describe_events").paginate(
        StackName=stack, Filters={"FailedEvents": True}
    )
    return [
        StackFailure(
            event["LogicalResourceId"], event["ResourceType"], event["ValidationStatusReason"]
        )
        for page in pages
        for event in page["OperationEvents"]
        if event.get("ValidationStatusReason")
    ]


def _is_consequence(failure: StackFailure) -> bool:
    return any(text in failure.reason for text in CONSEQUENCES)


def shown(found: list[StackFailure]) -> str:
    """The first failures as lines of a message, and how many more there are."""
    return "\n".join(_lines(found))


def _lines(found: list[StackFailure]) -> Iterator[str]:
    yield from (f"  {failure}" for failure in found[:SHOWN])
    if len(found) > SHOWN:
        yield f"  and {len(found) - SHOWN} more"
    if not found:
        yield "  CloudFormation names no resource that has failed"


def likely_fix(text: str, *, otherwise: str) -> str:
    """What fixes the first thing that AWS complains about in a text.

    Args:
        otherwise: what to do where nothing is known about it.
    """
    for pattern, fix in FIXES:
        match = re.search(pattern, text)
        if match:
            return fix.format(**match.groupdict())
    return otherwise
