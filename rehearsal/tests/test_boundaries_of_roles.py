"""A policy is put into a role only where the role has the boundary that a condition wants.

Service Authorization Reference, "AWS Identity and Access Management": iam:PermissionsBoundary is a
condition key of iam:PutRolePolicy, with the boundary that the role has.
"""

import json
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts

pytestmark = pytest.mark.app

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/wanted"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }
    ],
}
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
}
NAMED = ["CAPABILITY_NAMED_IAM"]
EVERYTHING_ELSE = {
    "Effect": "Allow",
    "NotAction": ["iam:CreateRole", "iam:PutRolePolicy"],
    "Resource": "*",
}


def bounded(*actions: str) -> dict[str, Any]:
    condition = {"ArnEquals": {"iam:PermissionsBoundary": BOUNDARY}}
    return {"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition}


def resources(name: str, **properties: Any) -> dict[str, Any]:
    """A role, and a policy of its own beside it."""
    role = {"RoleName": name, "AssumeRolePolicyDocument": TRUST, **properties}
    policy = {"PolicyName": "own", "PolicyDocument": DOCUMENT, "Roles": [{"Ref": "Role"}]}
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": policy},
    }


@pytest.fixture(scope="module", autouse=True)
def boundary(accounts: Accounts) -> None:
    iam = accounts.client("iam")
    iam.create_policy(PolicyName="wanted", PolicyDocument=json.dumps(DOCUMENT))


def test_the_boundary_of_the_role_counts_when_a_policy_is_put_into_it(accounts: Accounts) -> None:
    conditional = bounded("iam:CreateRole", "iam:PutRolePolicy")
    maker = accounts.role(
        "bounded-maker", "cloudformation.amazonaws.com", EVERYTHING_ELSE, conditional
    )
    wanted = resources("is-bounded", PermissionsBoundary=BOUNDARY)
    assert accounts.deploy("is-bounded", wanted, RoleARN=maker, Capabilities=NAMED) == (
        "CREATE_COMPLETE",
        "",
    )


def test_a_role_without_it_gets_no_policy(accounts: Accounts) -> None:
    create = {"Effect": "Allow", "Action": "iam:CreateRole", "Resource": "*"}
    maker = accounts.role(
        "free-maker",
        "cloudformation.amazonaws.com",
        EVERYTHING_ELSE,
        create,
        bounded("iam:PutRolePolicy"),
    )
    status, why = accounts.deploy(
        "is-free", resources("is-free"), RoleARN=maker, Capabilities=NAMED
    )
    assert status.startswith("ROLLBACK")
    assert "iam:PutRolePolicy" in why
