"""Sessions of roles as the service that a role trusts has them, for programs that play services.

`POST /_registry/sessions` with `{"role", "service", "name"}` answers with credentials when the
role's trust policy lets the service assume it, its conditions included; `source` is the ARN of the
resource for which the service acts, `source_identity` the name that Studio gives to a session.
"""

import json
import os
import secrets
from collections.abc import Mapping
from typing import Any, Final

from ministack_aws.engine import iam
from ministack_aws.engine.requests import request_scope
from ministack_aws.engine.types import Context, Credentials, Record, Request

ASSUME: Final = "sts:AssumeRole"
SET_IDENTITY: Final = "sts:SetSourceIdentity"


class NotTrusted(Exception):
    """There is no such role, or it does not trust the service; the message says so as AWS does."""


def answer(request: Request) -> tuple[int, Mapping[str, str]]:
    """An HTTP status, and the credentials that a request of this path is for."""
    try:
        return 200, session(
            request["role"],
            request["service"],
            request["name"],
            request.get("source", ""),
            request.get("source_identity", ""),
        )
    except NotTrusted as error:
        return 403, {"message": str(error)}


def session(
    role: str, service: str, name: str, source: str = "", source_identity: str = ""
) -> Credentials:
    """The credentials of a role for a service that its trust policy lets assume it.

    Raises:
        NotTrusted: it does not, or there is no such role.
    """
    account, role_name = role.split(":")[4], role.rpartition("/")[2]
    with request_scope(account, _region(source)):
        record = iam.roles().get(role_name)
        context = source_context(service, account, source)
        for action in (ASSUME, *([SET_IDENTITY] if source_identity else [])):
            if record is None or not trusts(record, service, context, action):
                raise NotTrusted(f"{service} is not authorized to perform: {action} on {role}")
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


def _region(source: str) -> str:
    found = source.split(":")[3] if source.count(":") > 3 else ""
    return found or os.environ.get("MINISTACK_REGION", "us-east-1")


def source_context(service: str, account: str, source: str = "") -> Context:
    """The condition keys that a service sends along when it assumes a role for a resource.

    IAM User Guide, "The confused deputy problem": aws:SourceArn and aws:SourceAccount; services
    act for resources of the account that the role is in.
    """
    name = service.partition(".")[0]
    arn = source or f"arn:aws:{name}:{_region(source)}:{account}:{name}"
    return {"aws:sourceaccount": account, "aws:sourcearn": arn}


def trusts(
    record: Record, service: str, context: Context | None = None, action: str = ASSUME
) -> bool:
    """Whether the trust policy of a role lets a service assume it, with its conditions.

    Args:
        context: condition keys of the call; by default those of the account of the role.
    """
    document = record.get("AssumeRolePolicyDocument")
    document = json.loads(document) if isinstance(document, str) else document or {}
    found = document.get("Statement", [])
    account = str(record.get("Arn", ":::::")).split(":")[4]
    keys = context if context is not None else source_context(service, account)
    question = iam.question(
        principal_arn=service,
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=record.get("Arn", "*"),
        region=os.environ.get("MINISTACK_REGION", "us-east-1"),
        secure_transport=True,
        service_context=keys,
    )
    effects = {
        statement["Effect"]
        for statement in (found if isinstance(found, list) else [found])
        if _names(statement, service)
        and iam.action_matches(action, _listed(statement.get("Action", [])), [])
        and iam.conditions_hold(statement.get("Condition") or {}, question)
    }
    return "Allow" in effects and "Deny" not in effects


def _names(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal", {})
    if principal == "*":
        return statement.get("Effect") == "Deny"
    if not isinstance(principal, Mapping):
        return False
    everybody = "*" in _listed(principal.get("AWS", [])) and statement.get("Effect") == "Deny"
    return everybody or service in _listed(principal.get("Service", []))


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)
