"""`bootstrap` with a policy of the user's own, against an emulated account."""

from pathlib import Path

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from bootstrap_checkouts import noted
from laptops import PROFILE, Laptop

from mlops_commons.accounts.bootstrap_record import TAG

pytestmark = pytest.mark.app

LAMBDA = "lambda.amazonaws.com"


@pytest.fixture
def laptop(tmp_path: Path, accounts: Accounts) -> Laptop:
    found = Laptop(tmp_path, accounts)
    found.allow("s3:ListBucket")
    return found


def test_who_may_not_read_policies_gets_no_bootstrap(laptop: Laptop) -> None:
    look = {"Effect": "Allow", "Action": "cloudformation:DescribeStacks", "Resource": "*"}
    role = laptop.accounts.role("passer-by", LAMBDA, look)
    laptop.sign_in(**laptop.accounts.emulator.service_credentials(role, LAMBDA, "passer-by"))
    done = laptop.bootstrap()
    assert done.returncode == 1
    assert "cannot be put in place" in done.stderr
    assert "iam:GetPolicy" in done.stderr
    assert noted(done) == []
    assert laptop.policies() == []


def test_a_profile_of_another_account_changes_nothing(laptop: Laptop) -> None:
    laptop.sign_in(aws_access_key_id="9" * 12, aws_secret_access_key="test")
    done = laptop.bootstrap()
    assert done.returncode == 1
    assert f"'{PROFILE}' reaches account 999999999999" in done.stderr
    assert noted(done) == []
    assert laptop.policies() == []


def test_a_profile_that_is_not_there_is_named_with_what_makes_it(laptop: Laptop) -> None:
    laptop.configuration.write_text("")
    done = laptop.bootstrap()
    assert done.returncode == 1
    assert f"aws configure sso --profile {PROFILE}" in done.stderr
    assert noted(done) == []
    assert "Traceback" not in done.stderr


def test_a_policy_of_ones_own_is_used_again_until_it_changes(laptop: Laptop) -> None:
    laptop.sign_in(aws_access_key_id=ACCOUNT, aws_secret_access_key="test")
    said = []
    for action in ("s3:ListBucket", "s3:ListBucket", "s3:GetObject"):
        laptop.allow(action)
        done = laptop.bootstrap()
        assert done.returncode == 0, done.stderr
        (arn,) = laptop.policies()
        (command,) = noted(done)
        assert f"--cloudformation-execution-policies {arn}" in command
        said += [line for line in done.stderr.splitlines() if line.endswith(arn)]
    assert said == [f"created: {arn}", f"unchanged: {arn}", f"new version: {arn}"]


def bootstrapped(laptop: Laptop, command: str) -> None:
    """The stack of the bootstrap as the CDK makes it of this command; here only what is read."""
    words = command.split()

    def given(flag: str) -> str:
        return words[words.index(flag) + 1] if flag in words else ""

    key, _, value = given("--tags").partition("=")
    policies = given("--cloudformation-execution-policies")
    laptop.accounts.bootstrapped({"CloudFormationExecutionPolicies": policies}, {key: value})


def test_a_delivery_is_refused_until_the_bootstrap_allows_what_it_needs(laptop: Laptop) -> None:
    laptop.sign_in(aws_access_key_id=ACCOUNT, aws_secret_access_key="test")
    laptop.allow("s3:ListBucket")
    refused = laptop.run("infra", "deploy", "--all")
    assert refused.returncode == 1
    assert f"aws://{ACCOUNT}/eu-west-1 (governance): is not bootstrapped" in refused.stderr
    assert refused.stdout == ""
    (command,) = noted(laptop.bootstrap())
    try:
        bootstrapped(laptop, command)
        assert laptop.run("infra", "deploy", "--all").returncode == 0
        laptop.allow("s3:DeleteBucket")
        refused = laptop.run("infra", "deploy", "--all")
        assert refused.returncode == 1
        assert "ours.json has what the last bootstrap did not allow: s3:DeleteBucket on *" in (
            refused.stderr
        )
        assert "bootstrap --stage governance; then the same command again" in refused.stderr
        published = laptop.run("infra", "publish", "-m", "why", "--yes")
        assert published.returncode == 1
        assert "s3:DeleteBucket on *" in published.stderr
        (command,) = noted(laptop.bootstrap())
        bootstrapped(laptop, command)
        assert laptop.run("infra", "deploy", "--all").returncode == 0
    finally:
        laptop.accounts.client("cloudformation").delete_stack(StackName="CDKToolkit")


def test_the_tags_that_others_gave_the_stack_of_the_bootstrap_stay(laptop: Laptop) -> None:
    laptop.sign_in(aws_access_key_id=ACCOUNT, aws_secret_access_key="test")
    laptop.allow("s3:ListBucket")
    laptop.accounts.bootstrapped({}, {"cost-centre": "42", TAG: "of before"})
    try:
        (command,) = noted(laptop.bootstrap())
    finally:
        laptop.accounts.client("cloudformation").delete_stack(StackName="CDKToolkit")
    assert "--tags cost-centre=42" in command
    assert command.count(TAG) == 1
    assert "of before" not in command
