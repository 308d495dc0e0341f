"""The emulator as a process group on 127.0.0.1, with everything it writes in one folder."""

import dataclasses
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.emulator.deeds import Deed
from mlops_rehearsal.emulator.environment import emulator_python
from mlops_rehearsal.emulator.loopback import opener
from mlops_rehearsal.emulator.measured import STOP_SECONDS as MEASURED_STOP_SECONDS
from mlops_rehearsal.emulator.measured import borrowed, requested, start_of
from mlops_rehearsal.emulator.own_calls import OwnCalls
from mlops_rehearsal.emulator.own_network import OwnNetwork
from mlops_rehearsal.emulator.policy_files import OUTSIDER

HOST: Final = "127.0.0.1"
PLUGIN: Final = Path(__file__).resolve().parents[2]
"""The folder with `ministack_aws`, which runs in the emulator's environment."""
START_SECONDS: Final = 120.0
STOP_SECONDS: Final = 3.0
SAGEMAKER_PYTHON: Final = "sagemaker/python3"
INHERITED: Final = ("LANG", "LC_ALL", "PATH")
"""Nothing else of the caller's environment reaches the emulator: no credentials, no proxies."""


@dataclass
class Emulator:
    """AWS on this machine while entered: TLS, IAM enforced, any number of accounts.

    Args:
        region: the region of calls that name none.
        folder: takes log, repositories and certificate; a temporary one, which is removed at
            the end, when none is given.
        world: the folder of everything that is made with it, which goes when this process is
            killed; its own one if none is given.
        scps: service control policies, one in each file, that hold in every account but `OUTSIDER`.
        fresh_account: whether the default quotas of AWS hold.

    Attributes:
        endpoint: its URL, `https://127.0.0.1:<port>`.
        certificate: what clients trust.
        log: what it printed.
        repositories: the bare git repositories of CodeCommit: `<account>/<region>/<name>.git`.
        pid: the leader of its process group.
    """

    region: str
    folder: Path | None = None
    world: Path | None = None
    scps: tuple[Path, ...] = ()
    fresh_account: bool = False
    endpoint: str = field(init=False, default="")
    pid: int = field(init=False, default=0)

    def __enter__(self) -> "Emulator":
        python = emulator_python()
        self._temporary = self.folder is None
        self.folder = self.folder or Path(tempfile.mkdtemp(prefix="mlops-emulator-"))
        try:
            self._start(python)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def root(self) -> Path:
        """The folder of this run."""
        assert self.folder, "the emulator has not been started"
        return self.folder

    @property
    def certificate(self) -> Path:
        return self.root / "certificate.pem"

    @property
    def log(self) -> Path:
        return self.root / "emulator.log"

    @property
    def repositories(self) -> Path:
        return self.root / "repositories"

    def client_environment(self) -> dict[str, str]:
        """The variables with which boto3, the CDK CLI and `aws` reach the emulator only."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_CA_BUNDLE": str(self.certificate),
            "NODE_EXTRA_CA_CERTS": str(self.certificate),
            "AWS_EC2_METADATA_DISABLED": "true",
            # Also in the shell of somebody who has a proxy.
            "NO_PROXY": HOST,
            "no_proxy": HOST,
        }

    def service_credentials(
        self, role: str, service: str, name: str, *, source: str = "", source_identity: str = ""
    ) -> dict[str, str]:
        """Credentials of a role as the service that it trusts gets them, for boto3's clients.

        Args:
            source: the ARN of the resource for which the service acts.
            source_identity: the name of a person that Studio gives to a session.

        Raises:
            PlatformError: the role is not there, or its trust policy and the conditions of it
                do not let the service assume it.
        """
        request = {"role": role, "service": service, "name": name}
        found: dict[str, str] = self._own_calls().ask(
            "sessions",
            {**request, "source": source, "source_identity": source_identity},
            hint="see the trust policy of that role, and its conditions",
        )
        return found

    def ask_deed(self, deed: Deed) -> None:
        """Ask whether a service may do something with a role that it is given.

        Raises:
            PlatformError: it may not, in AWS's words.
        """
        hint = "let the role that is named have the permission, on the resource that is named"
        self._own_calls().ask("deeds", dataclasses.asdict(deed), hint=hint)

    def ask_network(
        self, place: tuple[str, str], subnet: str, groups: Sequence[str], call: Mapping[str, str]
    ) -> None:
        """Ask whether a call of AWS from a network interface arrives.

        Args:
            place: account and region of the subnet.
            call: `service`, `principal`, `action` and `resource`.

        Raises:
            PlatformError: it does not; the message says what stops it.
        """
        request = {"account": place[0], "region": place[1], "subnet": subnet, "groups": [*groups]}
        hint = "see the endpoints, routes and security groups of the VPC"
        self._own_calls().ask("reach", {**request, "call": dict(call)}, hint=hint)

    def refused(self, places: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
        """What services were refused since the last time: `service`, `deed`, `role`, `reason`.

        Args:
            places: accounts and regions, in which notices and logs are looked at that no service
                has sent yet.
        """
        hint = f"see what it printed: {self.log}"
        found: list[dict[str, str]] = self._own_calls().ask("refused", {}, hint=hint)
        for account, region in places:
            request = {"account": account, "region": region}
            found += self._own_calls().ask("deliveries", request, hint=hint)
        return found

    def decisions(self) -> list[dict[str, Any]]:
        """How IAM has decided: `account`, `principal`, `action`, `decision` and `count` of each.

        Raises:
            PlatformError: the emulator does not answer.
        """
        found: list[dict[str, Any]] = self._own_calls().ask(
            "decisions", {}, hint=f"see what it printed: {self.log}"
        )
        return found

    def own_network(self, account: str, region: str, network: OwnNetwork) -> None:
        """Let an account have a network that a configuration names, under its own ids.

        Raises:
            PlatformError: the emulator does not answer.
        """
        wanted = {"account": account, "region": region, **dataclasses.asdict(network)}
        self._own_calls().ask("networks", wanted, hint=f"see what it printed: {self.log}")

    def own_key(self, arn: str, policy: Mapping[str, Any]) -> None:
        """Let an account have a key of KMS under an id that a configuration names.

        Raises:
            PlatformError: the emulator does not answer.
        """
        wanted = {"arn": arn, "policy": policy}
        self._own_calls().ask("keys", wanted, hint=f"see what it printed: {self.log}")

    def git_host(self, repositories: Sequence[str]) -> tuple[str, str]:
        """The URL of a git host with these repositories, and the token of who signs in there."""
        hint = f"see what it printed: {self.log}"
        found = self._own_calls().ask("git-host", {"repositories": repositories}, hint=hint)
        return str(found["url"]), str(found["token"])

    def finish_connection(
        self, arn: str, repositories: Sequence[str], *, there_before: bool = False
    ) -> None:
        """What a person does in the console: install the provider's app for repositories.

        Raises:
            PlatformError: there is no such connection.
        """
        wanted = {"arn": arn, "repositories": repositories, "there_before": there_before}
        self._own_calls().ask("connections", wanted, hint="see the stack of the connection")

    def fetched(self, configuration: Mapping[str, str]) -> tuple[Path, str]:
        """The repository and the commit to which the action of a connection leads.

        Raises:
            PlatformError: the connection is pending, or the host has no such branch for it.
        """
        hint = "finish the connection in the console, see docs/how-to/choose-a-source.md"
        found = self._own_calls().ask("fetched", dict(configuration), hint=hint)
        return Path(found["folder"]), str(found["commit"])

    def end_run(self, account: str, region: str, pipeline: str, run: str, status: str) -> None:
        """Tell CodePipeline how a run of a pipeline has ended, such as `Succeeded`.

        Raises:
            PlatformError: the pipeline has no such run.
        """
        request = {"account": account, "region": region, "pipeline": pipeline}
        hint = "see the runs with: aws codepipeline list-pipeline-executions"
        self._own_calls().ask("runs", {**request, "run": run, "status": status}, hint=hint)

    def end_build(
        self, account: str, region: str, build: str, status: str, phase: str = ""
    ) -> None:
        """Tell CodeBuild how a build that reads a repository has ended, such as `SUCCEEDED`.

        Args:
            phase: in which it has failed, such as `BUILD`.

        Raises:
            PlatformError: there is no such build in progress.
        """
        place = {"account": account, "region": region}
        request = {**place, "build": build, "status": status, "phase": phase}
        self._own_calls().ask("builds", request, hint="see: aws codebuild list-builds")

    def new_job(self, account: str, region: str) -> str:
        """The id of a new job of CodePipeline, which a function is to answer."""
        hint = f"see what it printed: {self.log}"
        found = self._own_calls().ask("jobs", {"account": account, "region": region}, hint=hint)
        return str(found["id"])

    def job(self, job_id: str) -> Mapping[str, Any]:
        """How a job has ended: `status`, and `variables` or `message`; no status before."""
        hint = f"see what it printed: {self.log}"
        found: Mapping[str, Any] = self._own_calls().ask("jobs", {"id": job_id}, hint=hint)
        return found

    def tell_action(
        self, account: str, region: str, pipeline: str, detail: Mapping[str, Any]
    ) -> None:
        """Let CodePipeline remember an action that was played."""
        request = {"account": account, "region": region, "pipeline": pipeline, "detail": detail}
        self._own_calls().ask("actions", request, hint=f"see what it printed: {self.log}")

    def tell_progress(
        self, account: str, region: str, pipeline: str, run: str, detail: Mapping[str, str]
    ) -> None:
        """Let CodePipeline know that an action of a run has begun or ended.

        Args:
            detail: `stage`, `action`, `status`; `message` of a failure; `commit` and `summary` of
                a source.
        """
        request = {"account": account, "region": region, "pipeline": pipeline, "run": run, **detail}
        self._own_calls().ask("progress", request, hint=f"see what it printed: {self.log}")

    def offer_sagemaker_python(self, python: Path) -> None:
        """Let the jobs and endpoints of SageMaker run with a Python from now on.

        A program in between, because a Python that is linked to does not find its packages. It is
        called as in an image, because a shell in a container looks for `python3`.
        """
        program = self.root / SAGEMAKER_PYTHON
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
        program.chmod(0o755)

    def stop(self) -> None:
        """End every process and remove the temporary folder; a second call does nothing."""
        if self.pid:
            _end_group(self._process)
            if self._process.stdin:
                self._process.stdin.close()
            self.pid = 0
            self._output.close()
        temporary = self.root / "tmp" if self.folder else None
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
        if self._temporary and self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _own_calls(self) -> OwnCalls:
        return OwnCalls(self.endpoint, self.certificate, self._token)

    def _start(self, python: Path) -> None:
        key = self.root / "key.pem"
        (self.root / "tmp").mkdir(parents=True, exist_ok=True)
        self.repositories.mkdir(exist_ok=True)
        self._token = secrets.token_hex(32)
        make_certificate(self.certificate, key)
        port = _free_port()
        self.endpoint = f"https://{HOST}:{port}"
        self._output: IO[bytes] = self.log.open("wb")
        self._process = subprocess.Popen(
            [str(python), *start_of("ministack_aws")],
            cwd=self.root,
            env=self._environment(python, port, key),
            # It ends when this process does, also where it is killed (ministack_aws/parent.py).
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            # Lambda functions run as its children: one signal reaches all of them.
            process_group=0,
        )
        self.pid = self._process.pid
        self._wait()

    def _environment(self, python: Path, port: int, key: Path) -> Mapping[str, str]:
        certificate = str(self.certificate)
        programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        own = {name: os.environ[name] for name in INHERITED if name in os.environ}
        measured = borrowed(self.root)
        lambda_opt = PLUGIN / "ministack_aws" / "lambda_opt"
        paths = (str(PLUGIN), str(lambda_opt), measured.get("PYTHONPATH"))
        return {
            **own,
            "PATH": programs,
            "HOME": str(self.root),
            "TMPDIR": str(self.root / "tmp"),
            **measured,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "GATEWAY_PORT": str(port),
            "EDGE_PORT": str(port),
            "MINISTACK_REGION": self.region,
            "MINISTACK_SCPS": "\n".join(map(str, self.scps)),
            "MINISTACK_OUTSIDERS": OUTSIDER,
            "MINISTACK_FRESH_ACCOUNT": "1" if self.fresh_account else "",
            "MINISTACK_REMOVED_WITH_STARTER": str(self.world or self.root),
            "MINISTACK_CODECOMMIT_ROOT": str(self.repositories),
            "MINISTACK_REGISTRY_TOKEN": self._token,
            "MINISTACK_SAGEMAKER_PYTHON": str(self.root / SAGEMAKER_PYTHON),
            "MINISTACK_SELF_URL": f"https://{HOST}:{port}",
            "LAMBDA_EXECUTOR": "local",
            "IOT_MTLS_ENABLED": "0",  # would listen on all interfaces
            "AUTH": "true",
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": certificate,
            "MINISTACK_SSL_KEY": str(key),
            "SSL_CERT_FILE": certificate,
            "REQUESTS_CA_BUNDLE": certificate,
            "AWS_CA_BUNDLE": certificate,
            "NODE_EXTRA_CA_CERTS": certificate,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        health = opener(self.certificate)
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                health.open(f"{self.endpoint}/_ministack/health", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise PlatformError(
            f"the emulator did not start:\n{self.log.read_text(errors='replace')[-2000:]}",
            hint=f"its whole log is {self.log}; where a package is missing, make its environment "
            "again: rm -rf .venv/emulator-environments",
        )


def make_certificate(certificate: Path, key: Path, *hosts: str) -> None:
    """Write a certificate that is its own authority, for hosts or for this machine, and its key.

    Raises:
        PlatformError: the emulator's environment cannot be made.
    """
    program = PLUGIN / "ministack_aws" / "certificate.py"
    subprocess.run(
        [str(emulator_python()), str(program), str(certificate), str(key), *hosts],
        check=True,
        capture_output=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End the whole group: the emulator itself and the functions that it runs."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        end = time.monotonic() + (MEASURED_STOP_SECONDS if requested() else STOP_SECONDS)
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
    process.wait()
