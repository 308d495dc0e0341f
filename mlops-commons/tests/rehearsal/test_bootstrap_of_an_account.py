"""`bootstrap` with a policy of the user's own, against an emulated account."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from bootstrap_checkouts import NOTE, bootstrap, give_cdk, noted, without_cdk

pytestmark = pytest.mark.app

PROFILE = "mlops-governance"
LAMBDA = "lambda.amazonaws.com"


class Laptop:
    """A checkout whose governance account is the emulated one, and a profile that reaches it."""

    def __init__(self, folder: Path, accounts: Accounts) -> None:
        self.accounts = accounts
        self.configuration = folder / "aws-config"
        self.root = without_cdk(
            folder, "execution_policy_filepath: config/ours.json", {"1" * 12: ACCOUNT}
        )
        self.policy_file = self.root / "mlops-commons" / "mlops_commons" / "config" / "ours.json"
        give_cdk(self.root, NOTE)

    def sign_in(self, **credentials: str) -> None:
        """Fill the profile in; the access key of an account's root is its id."""
        lines = [f"{key} = {value}" for key, value in credentials.items()]
        self.configuration.write_text("\n".join([f"[profile {PROFILE}]", *lines]) + "\n")

    def allow(self, action: str) -> None:
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        self.policy_file.write_text(json.dumps(document))

    def bootstrap(self) -> "subprocess.CompletedProcess[str]":
        environment: Mapping[str, str] = {
            **self.accounts.emulator.client_environment(),
            "AWS_CONFIG_FILE": str(self.configuration),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.configuration.with_name("none")),
        }
        return bootstrap(self.root, "--yes", "--stage", "governance", environment=environment)

    def policies(self) -> list[str]:
        """The execution policies in the emulated account."""
        found = self.accounts.client("iam").list_policies(Scope="Local")["Policies"]
        return [row["Arn"] for row in found if "-cdk-execution-" in row["PolicyName"]]


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
