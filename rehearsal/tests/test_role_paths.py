"""IAM asks for a role with its path, which a call about it does not name."""

import json

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from botocore.exceptions import ClientError

pytestmark = pytest.mark.app

SERVICE = "lambda.amazonaws.com"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
        ],
    }
)


@pytest.mark.parametrize(
    ("allowed", "made", "refused"),
    [("/platform/paths-*", "/platform/", "/"), ("/paths-*", "/", "/platform/")],
)
def test_a_permission_is_for_roles_of_a_path(
    allowed: str, made: str, refused: str, accounts: Accounts
) -> None:
    name = f"maker{made.strip('/')}"
    role = accounts.role(name, SERVICE)
    may = {
        "Effect": "Allow",
        "Action": ["iam:CreateRole", "iam:GetRole", "iam:DeleteRole"],
        "Resource": f"arn:aws:iam::{ACCOUNT}:role{allowed}",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    accounts.client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
    credentials = accounts.emulator.service_credentials(role, SERVICE, "maker")
    iam = accounts.client("iam", credentials)
    wanted = {"RoleName": f"paths-of-{name}", "AssumeRolePolicyDocument": TRUST}
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.create_role(**wanted, Path=refused)
    iam.create_role(**wanted, Path=made)
    # The call names the role without its path, and is allowed for what it is.
    assert iam.get_role(RoleName=wanted["RoleName"])["Role"]["Path"] == made
    iam.delete_role(RoleName=wanted["RoleName"])
    accounts.client("iam").create_role(**wanted, Path=refused)
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.get_role(RoleName=wanted["RoleName"])
