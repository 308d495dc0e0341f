"""Pushes: their events on the bus of the repository's account, told by the repository's hook."""

import os
import shlex
import sys
from pathlib import Path
from typing import Final

from ministack_aws import event_bus
from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import all_of
from ministack_aws.delivery.reference_changes import state_changes
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Answer, Request

TYPE: Final = "AWS::CodeCommit::Repository"
PROGRAM = Path(__file__).with_name("post_receive.py")
DETAIL_TYPE = "CodeCommit Repository State Change"
NEEDED = ("MINISTACK_SELF_URL", "MINISTACK_REGISTRY_TOKEN", "SSL_CERT_FILE")


def write_hook(repository: Path, name: str) -> None:
    """Let git tell the emulator of every push to a repository, whichever way it came."""
    settings = {variable: os.environ.get(variable, "") for variable in NEEDED}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
    command = [sys.executable, "-I", str(PROGRAM), get_account_id(), get_region(), name]
    hook = repository / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.touch(mode=0o700)
    hook.write_text("\n".join(["#!/bin/sh", *lines, f"exec {shlex.join(command)}", ""]))
    hook.chmod(0o700)


def pushed(request: Request) -> tuple[int, Answer]:
    """An HTTP status, and how many events a push has put on the bus."""
    with request_scope(request["account"], request["region"]):
        ids = {properties["RepositoryName"]: i for i, properties in all_of(TYPE)}
        name = request["repository"]
        if name not in ids:
            return 404, {"message": f"{name} does not exist"}
        details = list(state_changes(name, ids[name], request["references"]))
        for detail in details:
            # The example has the repository's ARN as the only one of `resources`.
            event_bus.emit("aws.codecommit", DETAIL_TYPE, detail, [arn("codecommit", name)])
    return 200, {"events": len(details)}
