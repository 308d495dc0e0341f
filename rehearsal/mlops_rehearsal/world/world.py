"""What the acts of a rehearsal share: the accounts, the checkout and how to reach everything."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from mlops_commons.config import PlatformConfig
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.process import run
from mlops_rehearsal.emulator.clients import client
from mlops_rehearsal.emulator.server import Emulator
from mlops_rehearsal.world.adoption import Adoption
from mlops_rehearsal.world.approvals import Approval
from mlops_rehearsal.world.company_network import CompanyNetwork
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.recorded import RecordedAction

INHERITED: Final = ("LANG", "LC_ALL", "PATH", "SSL_CERT_FILE", "TERM")
LAST_LINES: Final = 25

JSII_PACKAGES: Final = REPOSITORY_ROOT / ".venv" / "jsii-packages"
"""The unpacked packages of the CDK, for all rehearsals of this checkout."""

Credentials = Mapping[str, str]
"""`aws_access_key_id`, `aws_secret_access_key` and, of a session, `aws_session_token`."""


@dataclass(frozen=True, kw_only=True)
class World:
    """One rehearsal.

    Attributes:
        config: the configuration of the checkout.
        checkout: a laptop's clone of the repository with the accounts filled in.
        folder: everything that the rehearsal writes: logs, builds, AWS configuration.
        set_name: the one account set that is played; empty for all.
        approve: called with the name of a manual approval.
        say: shows a line of progress.
        administrators: credentials of the person who may do everything, by account.
        actions: what was played of every pipeline, in the order in which it was.
        projects: what has been launched.
        of_builds: variables that every build has besides, such as where a service of AWS is here.
        company: the network through which builds install; none where they do so directly.
        product: a part of the name of the product to launch; `all_products` launches each.
        adopts: the table that projects learn from, where it is not that of their product.
    """

    config: PlatformConfig
    emulator: Emulator
    checkout: Path
    folder: Path
    set_name: str
    approve: Callable[[str], Approval]
    say: Callable[[str], None]
    administrators: dict[str, Credentials] = field(default_factory=dict)
    actions: list[RecordedAction] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    of_builds: dict[str, str] = field(default_factory=dict)
    company: CompanyNetwork | None = None
    product: str = ""
    all_products: bool = False
    adopts: Adoption | None = None

    @property
    def staffed(self) -> list[Project]:
        """The projects that somebody works on."""
        return [project for project in self.projects if not project.nobody]

    @property
    def trainable(self) -> list[Project]:
        """Those that have all that their training needs."""
        return [project for project in self.staffed if not project.missing]

    @property
    def aws_config_file(self) -> Path:
        """The private AWS configuration with a profile for each account."""
        return self.folder / "aws" / "config"

    @property
    def aws_credentials_file(self) -> Path:
        return self.folder / "aws" / "credentials"

    @property
    def git_configuration_file(self) -> Path:
        """With it git finds the repositories of CodeCommit in this world."""
        return self.folder / "gitconfig"

    @cached_property
    def logs(self) -> Path:
        """A log for each program that was run."""
        folder = self.folder / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def client(self, service: str, region: str, credentials: Credentials) -> Any:
        """A boto3 client that reaches the emulator with these credentials."""
        emulator = self.emulator
        return client(service, region, emulator.endpoint, emulator.certificate, credentials)

    def root(self, service: str, account: str, region: str) -> Any:
        """A client of an account's root, whose access key is the account's id in the emulator."""
        own = {"aws_access_key_id": account, "aws_secret_access_key": "test"}
        return self.client(service, region, own)

    def administrator(self, service: str, account: str, region: str) -> Any:
        """A client of an account's administrator."""
        return self.client(service, region, self.administrators[account])

    def assume(self, credentials: Credentials, role: str, name: str, region: str) -> Credentials:
        """Credentials of a role, assumed with others; refused as AWS refuses it."""
        sts = self.client("sts", region, credentials)
        found = sts.assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
        return {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }

    def environment(self) -> dict[str, str]:
        """What a person's shell has in this world; nothing of the real one's AWS settings."""
        home, temporary = self.folder / "home", self.folder / "tmp"
        for folder in (home, temporary):
            folder.mkdir(exist_ok=True)
        own = {name: os.environ[name] for name in INHERITED if name in os.environ}
        packages = [p for p in sorted(self.checkout.glob("mlops-*")) if p.is_dir()]
        return {
            **own,
            **self.emulator.client_environment(),
            "HOME": str(home),
            # What programs leave behind goes with the folder of the rehearsal.
            "TMPDIR": str(temporary),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{own.get('PATH', os.defpath)}",
            # The environment holds the packages of this checkout; those of the copy come first.
            "PYTHONPATH": os.pathsep.join(map(str, packages)),
            "AWS_CONFIG_FILE": str(self.aws_config_file),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.aws_credentials_file),
            "GIT_CONFIG_GLOBAL": str(self.git_configuration_file),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_VALIDATION": "false",
            # 200 MB that every rehearsal would unpack into its own home and remove again.
            "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(JSII_PACKAGES),
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        }

    def program(
        self, name: str, command: list[str | Path], *, cwd: Path, environment: Mapping[str, str]
    ) -> None:
        """Run a program into a log of its own.

        Raises:
            PlatformError: it failed; the message holds the end of what it printed.
            KeyboardInterrupt: a person has interrupted it.
        """
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            code = run(command, cwd=cwd, environment=environment, output=output)
        if code in (129, 130, 143):
            raise KeyboardInterrupt
        if code:
            raise PlatformError(
                f"'{name}' failed with exit code {code}:\n{end_of(log)}",
                hint=f"the end of the log '{name}' is in the report",
            )


def end_of(log: Path) -> str:
    """The last lines of a log, where the reason stands."""
    lines = log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    return "\n".join(f"  {line[:500]}" for line in lines[-LAST_LINES:])
