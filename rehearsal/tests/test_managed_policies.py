"""Execution policies in an account: created, given a version, left, and never replaced silently."""

import json
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts

from mlops_commons.accounts.managed_policies import Change, put_policies
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.app


def document(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def put(accounts: Accounts, **documents: dict[str, Any]) -> list[Change]:
    wanted = {arn(name): document for name, document in documents.items()}
    return list(put_policies(accounts.client("iam"), wanted).values())


def test_a_policy_is_created_once_and_then_used_again(accounts: Accounts) -> None:
    wanted = {"again1": document("s3:ListBucket"), "again2": document("s3:GetObject")}
    assert put(accounts, **wanted) == [Change.CREATED] * 2
    assert put(accounts, **wanted) == [Change.UNCHANGED] * 2
    iam = accounts.client("iam")
    assert len(iam.list_policy_versions(PolicyArn=arn("again1"))["Versions"]) == 1


def test_a_changed_policy_gets_a_version_and_the_oldest_makes_room(accounts: Accounts) -> None:
    assert put(accounts, versions=document("s3:Action0")) == [Change.CREATED]
    for number in range(1, 7):
        wanted = document(f"s3:Action{number}")
        assert put(accounts, versions=wanted) == [Change.NEW_VERSION]
    iam = accounts.client("iam")
    versions = iam.list_policy_versions(PolicyArn=arn("versions"))["Versions"]
    assert sorted(v["VersionId"] for v in versions) == ["v3", "v4", "v5", "v6", "v7"]
    (default,) = [v["VersionId"] for v in versions if v["IsDefaultVersion"]]
    found = iam.get_policy_version(PolicyArn=arn("versions"), VersionId=default)["PolicyVersion"]
    assert "s3:Action6" in json.dumps(found["Document"])


def test_who_may_not_read_policies_is_told_so_and_nothing_else_is_used(accounts: Accounts) -> None:
    role = accounts.role("reader", "lambda.amazonaws.com")
    credentials = accounts.emulator.service_credentials(role, "lambda.amazonaws.com", "reader")
    iam = accounts.client("iam", credentials)
    with pytest.raises(PlatformError, match=r"cannot be put in place.*iam:GetPolicy"):
        put_policies(iam, {arn("denied"): document("s3:GetObject")})
    names = [p["PolicyName"] for p in accounts.client("iam").list_policies()["Policies"]]
    assert "denied" not in names
