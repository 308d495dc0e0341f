"""`bootstrap` with a policy of the user's own, against an emulated account."""

from pathlib import Path

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from bootstrap_checkouts import noted
from laptops import PROFILE, Laptop

pytestmark = pytest.mark.app

LAMBDA = "lambda.amazonaws.com"


@pytest.fixture
def laptop(tmp_path: Path, accounts: Accounts) -> Laptop:
    found = Laptop(tmp_path, accounts)
    found.allow("s3:ListBucket")
    return found


def test_who_may_not_read_policies_gets_no_bootstrap(laptop: Laptop) -> None:
    role = laptop.accounts.role("passer-by", LAMBDA)
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
