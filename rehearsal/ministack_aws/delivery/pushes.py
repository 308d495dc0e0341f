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
from ministack_aws.engine import application, iam
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Answer, Request

TYPE: Final = "AWS::CodeCommit::Repository"
PROGRAM = Path(__file__).with_name("hooks.py")
DETAIL_TYPE = "CodeCommit Repository State Change"
PUSH: Final = "GitPush"
REFERENCES: Final = "codecommit:references"
NEEDED = ("MINISTACK_SELF_URL", "MINISTACK_REGISTRY_TOKEN", "SSL_CERT_FILE")


def write_hook(repository: Path, name: str) -> None:
    """Let git ask the emulator before every push to a repository, and tell it afterwards."""
    settings = {variable: os.environ.get(variable, "") for variable in NEEDED}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
    (repository / "hooks").mkdir(exist_ok=True)
    for kind in ("pre-receive", "post-receive"):
        here = (get_account_id(), get_region(), name)
        command = [sys.executable, "-I", str(PROGRAM), *here, kind]
        hook = repository / "hooks" / kind
        hook.touch(mode=0o700)
        hook.write_text("\n".join(["#!/bin/sh", *lines, f"exec {shlex.join(command)}", ""]))
        hook.chmod(0o700)


def asked(request: Request) -> tuple[int, Answer]:
    """An HTTP status, and why a person may not change a reference.

    CodeCommit User Guide, "Limit pushes and merges to branches": git asks for the references first,
    a call without `codecommit:References`, and names them when it pushes.
    """
    if not application.policies_are_enforced():
        return 200, {}
    account, region, name = (request[key] for key in ("account", "region", "repository"))
    with request_scope(account, region):
        for line in request["references"]:
            reference = line.split(" ", 2)[2]
            context = {REFERENCES: reference}
            where = (f"codecommit:{PUSH}", "codecommit", region, arn("codecommit", name))
            refusal = iam.enforce(request["pusher"], *where, context)
            if refusal:
                return 403, {"message": f"not authorized to perform: {where[0]} on {reference}"}
    return 200, {}


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
