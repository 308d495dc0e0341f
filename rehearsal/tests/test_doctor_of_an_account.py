"""`doctor` against an emulated account: what it says of profile, bootstrap, trust and policies."""

import json
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from bootstrap_checkouts import noted
from command_lines import app_file
from laptops import Laptop

from mlops_commons.contract import TagKey

pytestmark = pytest.mark.app

AREA = f"{ACCOUNT} in eu-west-1"
DEPLOY = f"cdk-hnb659fds-deploy-role-{ACCOUNT}-eu-west-1"
EXECUTION = f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1"
OTHERS = "arn:aws:iam::100000000009:root"


@pytest.fixture
def laptop(tmp_path: Path, accounts: Accounts) -> Laptop:
    """A laptop that is signed in as the account's root; the account is not bootstrapped."""
    found = Laptop(tmp_path, accounts)
    found.allow("s3:ListBucket")
    found.sign_in(aws_access_key_id=ACCOUNT, aws_secret_access_key="test")
    return found


def test_an_account_that_is_not_bootstrapped_is_an_error_with_its_command(laptop: Laptop) -> None:
    assert messages(laptop, "error") == {
        "not bootstrapped": "./mlops-multi-account.sh bootstrap --stage governance"
    }


def test_trust_and_policies_that_are_not_in_the_plan_are_named(laptop: Laptop) -> None:
    iam, ssm = laptop.accounts.client("iam"), laptop.accounts.client("ssm")
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="29", Type="String")
    make_role(iam, DEPLOY, OTHERS)
    make_role(iam, EXECUTION, f"arn:aws:iam::{ACCOUNT}:root")
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.attach_role_policy(RoleName=EXECUTION, PolicyArn=administrator)
    try:
        assert list(messages(laptop, "warning")) == [
            "also trusts 100000000009, which no account set needs"
        ]
        assert list(messages(laptop, "error")) == [
            "CloudFormation's role has AdministratorAccess, not the policies of the plan"
        ]
        assert "bootstrapped, version 29" in messages(laptop, "ok")
    finally:
        iam.detach_role_policy(RoleName=EXECUTION, PolicyArn=administrator)
        for role in (DEPLOY, EXECUTION):
            iam.delete_role(RoleName=role)
        ssm.delete_parameter(Name="/cdk-bootstrap/hnb659fds/version")


def test_a_stage_that_still_trusts_dev_is_an_error_with_the_command_that_ends_it(
    laptop: Laptop,
) -> None:
    prod, dev = "444455556666", "200000000002"
    root = {"aws_access_key_id": prod, "aws_secret_access_key": "test"}
    laptop.configuration.write_text(
        "\n".join(["[profile mlops-prod]", *(f"{key} = {value}" for key, value in root.items())])
    )
    file = app_file(laptop.root)
    file.write_text(file.read_text().replace("400000000004", prod))
    iam = laptop.accounts.client("iam", root)
    # The older bootstrap trusted dev for assets too; governance is right.
    publishing = f"cdk-hnb659fds-file-publishing-role-{prod}-eu-west-1"
    make_role(iam, DEPLOY.replace(ACCOUNT, prod), f"arn:aws:iam::{ACCOUNT}:root")
    make_role(iam, publishing, f"arn:aws:iam::{dev}:root")
    found = messages(laptop, "error", f"{prod} in eu-west-1")
    (told,) = [message for message in found if "trusts" in message]
    assert told.startswith(f"still trusts {dev}, a dev account, as an older bootstrap did")
    assert found[told].endswith("bootstrap --set business-unit-1 --stage prod")


def test_an_account_that_does_not_trust_governance_is_an_error(laptop: Laptop) -> None:
    dev = "444455557777"
    root = {"aws_access_key_id": dev, "aws_secret_access_key": "test"}
    laptop.configuration.write_text(
        "\n".join(["[profile mlops-dev]", *(f"{key} = {value}" for key, value in root.items())])
    )
    file = app_file(laptop.root)
    file.write_text(file.read_text().replace("200000000002", dev))
    iam = laptop.accounts.client("iam", root)
    make_role(iam, DEPLOY.replace(ACCOUNT, dev), f"arn:aws:iam::{dev}:root")
    assert list(messages(laptop, "error", f"{dev} in eu-west-1")) == [
        "not bootstrapped",
        f"does not trust {ACCOUNT}: their pipelines cannot deploy here",
    ]


def test_a_profile_of_another_account_is_an_error(laptop: Laptop) -> None:
    laptop.sign_in(aws_access_key_id="9" * 12, aws_secret_access_key="test")
    (message,) = messages(laptop, "error")
    assert "reaches account 999999999999" in message


def test_without_credentials_the_account_is_unchecked_and_the_sign_in_named(
    laptop: Laptop,
) -> None:
    laptop.configuration.write_text("")
    assert messages(laptop, "error") == {}
    (remedy,) = messages(laptop, "unchecked").values()
    assert "aws configure sso --profile mlops-governance" in remedy


OWNERS = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
KEY = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [OWNERS]}}}
ALIAS = {"AliasName": "alias/kept", "TargetKeyId": {"Ref": "K"}}


def test_a_key_that_is_deleted_under_its_alias_is_an_error_with_the_way_back(
    laptop: Laptop,
) -> None:
    name = "ml-infra-cc-repo-business-unit-1"
    resources = {"K": KEY, "A": {"Type": "AWS::KMS::Alias", "Properties": ALIAS}}
    tags = [{"Key": TagKey.APP, "Value": "mlops-infra"}]
    assert laptop.accounts.deploy(name, resources, Tags=tags) == ("CREATE_COMPLETE", "")
    cloudformation, kms = laptop.accounts.client("cloudformation"), laptop.accounts.client("kms")
    try:
        key = kms.describe_key(KeyId="alias/kept")["KeyMetadata"]["KeyId"]
        assert "1 key of the platform can encrypt" in messages(laptop, "ok")
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        told = messages(laptop, "error")
        (message,) = [text for text in told if key in text]
        assert f"of the stack {name} is PendingDeletion, and lost on " in message
        assert told[message].startswith(f"aws kms cancel-key-deletion --key-id {key}")
    finally:
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)


def messages(laptop: Laptop, level: str, area: str = AREA) -> dict[str, str]:
    """Message and remedy of the findings of a level about an account."""
    done = laptop.run("doctor", "--json")
    findings = json.loads(done.stdout)
    return {
        finding["message"]: finding["remedy"]
        for finding in findings
        if finding["level"] == level and finding["area"] == area
    }


def make_role(iam: Any, name: str, principal: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))


def test_the_stack_of_a_stage_that_is_gone_is_named_with_what_removes_it(laptop: Laptop) -> None:
    def deploy(name: str, app: str) -> None:
        tags = [{"Key": "cdk-app", "Value": app}]
        laptop.accounts.deploy(name, {"Topic": {"Type": "AWS::SNS::Topic"}}, Tags=tags)

    deploy("staging-mlops-infra", "mlops-infra")
    deploy("ml-infra-cc-repo-business-unit-1", "mlops-infra")
    deploy("somebody-elses", "payroll")
    cloudformation = laptop.accounts.client("cloudformation")
    try:
        found = messages(laptop, "warning")
        named = [message for message in found if "belongs to no set and stage" in message]
        assert named == ["the stack staging-mlops-infra belongs to no set and stage of cdk-app.yml"]
        assert "delete-stack --stack-name staging-mlops-infra" in found[named[0]]
    finally:
        for name in ("staging-mlops-infra", "ml-infra-cc-repo-business-unit-1", "somebody-elses"):
            cloudformation.delete_stack(StackName=name)


def test_what_the_last_bootstrap_did_not_allow_is_an_error_with_the_actions(laptop: Laptop) -> None:
    laptop.allow("s3:ListBucket")
    (command,) = noted(laptop.bootstrap())
    words = command.split()
    arns = words[words.index("--cloudformation-execution-policies") + 1]
    key, _, value = words[words.index("--tags") + 1].partition("=")
    laptop.accounts.bootstrapped({"CloudFormationExecutionPolicies": arns}, {key: value})
    exact = "the last bootstrap allows exactly what the templates need"
    try:
        assert exact in messages(laptop, "ok")
        laptop.allow("s3:DeleteBucket")
        found = messages(laptop, "error")
        assert exact not in messages(laptop, "ok")
    finally:
        laptop.accounts.client("cloudformation").delete_stack(StackName="CDKToolkit")
    (told,) = [message for message in found if "did not allow" in message]
    assert told == "ours.json has what the last bootstrap did not allow: s3:DeleteBucket on *"
    assert found[told] == "./mlops-multi-account.sh bootstrap --stage governance"
