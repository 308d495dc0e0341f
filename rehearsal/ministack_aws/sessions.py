"""Sessions of roles as the service that a role trusts has them, for programs that play services.

`POST /_registry/sessions` with `{"role", "service", "name"}` answers with credentials when the
role's trust policy names the service.
"""

import json
import os
import secrets

from ministack.core.responses import request_scope
from ministack.services import iam, sts


def answer(request):
    """An HTTP status, and the credentials that a request of this path asks for."""
    return session(request["role"], request["service"], request["name"])


def session(role, service, name):
    """An HTTP status, and the credentials of a role for a service that its trust policy names."""
    account, role_name = role.split(":")[4], role.rpartition("/")[2]
    with request_scope(account, os.environ.get("MINISTACK_REGION", "us-east-1")):
        record = iam._roles.get(role_name)
    if record is None or not trusts(record, service):
        return 403, {"message": f"{service} is not authorized to perform: sts:AssumeRole on {role}"}
    credentials = {
        "aws_access_key_id": "ASIA" + secrets.token_hex(8).upper(),
        "aws_secret_access_key": secrets.token_hex(20),
        "aws_session_token": secrets.token_hex(64),
    }
    sts.register_session(
        credentials["aws_access_key_id"],
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{name}",
            "UserId": f"{role_name}:{name}",
            "SecretAccessKey": credentials["aws_secret_access_key"],
            "SessionToken": credentials["aws_session_token"],
        },
    )
    return 200, credentials


def trusts(record, service):
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
