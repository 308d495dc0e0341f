"""CloudFormation's part: change sets made and executed with the role of the action."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.stack_failures import failures, likely_fix, shown
from mlops_commons.utilities.words import counted
from mlops_rehearsal.player.artifacts import Artifact, get
from mlops_rehearsal.player.structure import Action

SECONDS: Final = 900.0
NO_CHANGES: Final = ("didn't contain changes", "No updates are to be performed")


def play_cloudformation(
    stacks: Any,
    s3: Any,
    action: Action,
    artifacts: Mapping[str, Artifact],
    upload: Callable[[str, bytes], str],
) -> str:
    """Do what an action says; answers with what happened.

    Args:
        stacks, s3: clients with the action's role; the role itself reads the artifact.
        upload: stores a template under a name and answers with its URL.

    Raises:
        PlatformError: the stack has failed; the message names resource and reason.
    """
    mode = action.configuration["ActionMode"]
    if mode == "CHANGE_SET_REPLACE":
        return _replace(stacks, s3, action, artifacts, upload)
    if mode == "CREATE_UPDATE":
        return _create_or_update(stacks, s3, action, artifacts, upload)
    if mode == "CHANGE_SET_EXECUTE":
        return _execute(stacks, action)
    raise PlatformError(f"CloudFormation actions with mode {mode} are not played")


def _replace(
    stacks: Any,
    s3: Any,
    action: Action,
    artifacts: Mapping[str, Artifact],
    upload: Callable[[str, bytes], str],
) -> str:
    settings = action.configuration
    stack, change_set = settings["StackName"], settings["ChangeSetName"]
    status = _status(stacks, stack)
    exists = status not in ("", "REVIEW_IN_PROGRESS")
    if status:
        # A run that has ended before it executed its own has left one (CodePipeline User Guide,
        # AWS CloudFormation deploy action: CHANGE_SET_REPLACE deletes what exists).
        _delete_change_set(stacks, stack, change_set)
    stacks.create_change_set(
        **_request(s3, action, artifacts, upload),
        ChangeSetName=change_set,
        ChangeSetType="UPDATE" if exists else "CREATE",
        Parameters=[
            {"ParameterKey": key, "ParameterValue": str(value)}
            for key, value in json.loads(settings.get("ParameterOverrides") or "{}").items()
        ],
    )
    found = _finished(stacks, stack, change_set)
    if found["Status"] == "FAILED" and not _is_empty(found):
        raise PlatformError(
            f"change set of stack '{stack}' failed: {found.get('StatusReason', '')}",
            hint=likely_fix(
                found.get("StatusReason", ""), otherwise="fix what the message names, then push"
            ),
        )
    if _is_empty(found):
        return "no changes"
    return counted(len(found.get("Changes", ())), "change")


def _request(
    s3: Any,
    action: Action,
    artifacts: Mapping[str, Artifact],
    upload: Callable[[str, bytes], str],
) -> dict[str, Any]:
    """What the action requests of CloudFormation, whether by a change set or at once."""
    settings = action.configuration
    name, _, path = settings["TemplatePath"].partition("::")
    return {
        "StackName": settings["StackName"],
        # CloudFormation takes more than 51,200 bytes by URL only.
        "TemplateURL": upload(path.rpartition("/")[2], _template(s3, artifacts[name], path)),
        "RoleARN": settings["RoleArn"],
        "Capabilities": settings.get("Capabilities", "").split(","),
    }


def _template(s3: Any, artifact: Artifact, path: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(get(s3, artifact))) as archive:
        return archive.read(path)


def _create_or_update(
    stacks: Any,
    s3: Any,
    action: Action,
    artifacts: Mapping[str, Artifact],
    upload: Callable[[str, bytes], str],
) -> str:
    stack = action.configuration["StackName"]
    status = _status(stacks, stack)
    change = stacks.update_stack if status else stacks.create_stack
    try:
        change(**_request(s3, action, artifacts, upload))
    except ClientError as error:
        if any(text in str(error) for text in NO_CHANGES):
            return f"{status} (no changes)"
        raise
    return _settled(stacks, stack)


def _execute(stacks: Any, action: Action) -> str:
    stack, change_set = action.configuration["StackName"], action.configuration["ChangeSetName"]
    if _is_empty(stacks.describe_change_set(StackName=stack, ChangeSetName=change_set)):
        return f"{_status(stacks, stack)} (no changes)"
    stacks.execute_change_set(StackName=stack, ChangeSetName=change_set)
    return _settled(stacks, stack)


def _settled(stacks: Any, stack: str) -> str:
    """The status of a stack when nothing is in progress any more.

    Raises:
        PlatformError: it has failed; the message names the resources and AWS's reasons.
    """
    end = time.monotonic() + SECONDS
    while (status := _status(stacks, stack)).endswith("IN_PROGRESS") and time.monotonic() < end:
        time.sleep(0.3)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        reasons = shown(failures(stacks, stack))
        raise PlatformError(
            f"stack '{stack}' is {status}:\n{reasons}",
            hint=likely_fix(reasons, otherwise="fix the resource that is named, then push"),
        )
    return status


def _status(stacks: Any, stack: str) -> str:
    try:
        return str(stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in str(error):
            return ""
        raise


def _delete_change_set(stacks: Any, stack: str, change_set: str) -> None:
    try:
        stacks.delete_change_set(StackName=stack, ChangeSetName=change_set)
    except ClientError as error:
        if "does not exist" not in str(error):
            raise


def _finished(stacks: Any, stack: str, change_set: str) -> Mapping[str, Any]:
    end = time.monotonic() + SECONDS
    while True:
        found: Mapping[str, Any] = stacks.describe_change_set(
            StackName=stack, ChangeSetName=change_set
        )
        if found["Status"] in ("CREATE_COMPLETE", "FAILED") or time.monotonic() > end:
            return found
        time.sleep(0.2)


def _is_empty(change_set: Mapping[str, Any]) -> bool:
    reason = change_set.get("StatusReason", "")
    return change_set["Status"] == "FAILED" and any(text in reason for text in NO_CHANGES)
