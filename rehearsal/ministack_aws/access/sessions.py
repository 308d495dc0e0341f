"""Sessions of roles as the service that a role trusts has them, for programs that play services.

`POST /_registry/sessions` with `{"role", "service", "name"}` answers with credentials when the
role's trust policy names the service.
"""

import json
import os
import secrets
from collections.abc import Mapping

from ministack_aws.engine import iam
from ministack_aws.engine.requests import request_scope
from ministack_aws.engine.types import Credentials, Record, Request


class NotTrusted(Exception):
    """There is no such role, or it does not trust the service."""


def answer(request: Request) -> tuple[int, Mapping[str, str]]:
    """An HTTP status, and the credentials that a request of this path is for."""
    role, service = request["role"], request["service"]
    try:
        return 200, session(role, service, request["name"])
    except NotTrusted:
        return 403, {"message": f"{service} is not authorized to perform: sts:AssumeRole on {role}"}


def session(role: str, service: str, name: str) -> Credentials:
    """The credentials of a role for a service that its trust policy names.

    Raises:
        NotTrusted: it names it not, or there is no such role.
    """
    account, role_name = role.split(":")[4], role.rpartition("/")[2]
    with request_scope(account, os.environ.get("MINISTACK_REGION", "us-east-1")):
        record = iam.roles().get(role_name)
    if record is None or not trusts(record, service):
        raise NotTrusted(role)
    credentials = {
        "aws_access_key_id": "ASIA" + secrets.token_hex(8).upper(),
        "aws_secret_access_key": secrets.token_hex(20),
        "aws_session_token": secrets.token_hex(64),
    }
    iam.register_session(
        credentials["aws_access_key_id"],
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{name}",
            "UserId": f"{role_name}:{name}",
            "SecretAccessKey": credentials["aws_secret_access_key"],
            "SessionToken": credentials["aws_session_token"],
        },
    )
    return credentials


def trusts(record: Record, service: str) -> bool:
    """Whether the trust policy of a role names a service."""
    document = record.get("AssumeRolePolicyDocument")
    document = json.loads(document) if isinstance(document, str) else document or {}
    found = document.get("Statement", [])
    for statement in found if isinstance(found, list) else [found]:
        principal = statement.get("Principal", {})
        services = principal.get("Service", ()) if isinstance(principal, dict) else ()
        services = [services] if isinstance(services, str) else services
        if statement.get("Effect") == "Allow" and service in services:
            return True
    return False
