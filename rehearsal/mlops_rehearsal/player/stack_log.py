"""What CloudFormation has to say about an action: the changes of a change set, or a stack's events.

Read by the account's administrator, so that looking does not need permissions of the action's role.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from mlops_commons.utilities.stack_failures import events_of_operation
from mlops_rehearsal.player.structure import Action


def stack_log(stacks: Any, action: Action, since: datetime) -> str:
    """A line for each change or event, or why CloudFormation does not tell them."""
    settings = action.configuration
    try:
        if settings["ActionMode"] == "CHANGE_SET_REPLACE":
            return "\n".join(_changes(stacks, settings["StackName"], settings["ChangeSetName"]))
        return "\n".join(_events(stacks, settings["StackName"], since))
    except ClientError as error:
        return str(error)


def _changes(stacks: Any, stack: str, change_set: str) -> Iterator[str]:
    found = stacks.describe_change_set(StackName=stack, ChangeSetName=change_set)
    for change in found.get("Changes", ()):
        resource = change["ResourceChange"]
        yield f"{resource['Action']:<8} {resource['LogicalResourceId']} {resource['ResourceType']}"


def _events(stacks: Any, stack: str, since: datetime) -> Iterator[str]:
    for event in events_of_operation(stacks, stack):
        if event["Timestamp"] >= since:
            what = f"{event['LogicalResourceId']} {event['ResourceType']}"
            reason = event.get("ResourceStatusReason", "")
            yield f"{event['ResourceStatus']:<28} {what} {reason}".rstrip()
