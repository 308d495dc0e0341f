"""A laptop whose profile reaches an emulated account."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from accounts_of_tests import ACCOUNT, Accounts
from bootstrap_checkouts import NOTE, give_cdk, without_cdk
from command_lines import command_line

PROFILE = "mlops-governance"


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
        return self.run("bootstrap", "--yes", "--stage", "governance")

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the command line there."""
        environment: Mapping[str, str] = {
            **self.accounts.emulator.client_environment(),
            "AWS_CONFIG_FILE": str(self.configuration),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.configuration.with_name("none")),
        }
        return command_line(self.root, *arguments, environment=environment)

    def policies(self) -> list[str]:
        """The execution policies in the emulated account."""
        found = self.accounts.client("iam").list_policies(Scope="Local")["Policies"]
        return [row["Arn"] for row in found if "-cdk-execution-" in row["PolicyName"]]
