"""A git host, connections that a person finishes, archives: what they let through, and start."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from accounts_of_tests import ACCOUNT, Accounts

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.emulator.deeds import Deed

pytestmark = pytest.mark.app
GIT = shutil.which("git") or "git"
NAME = "begins-at-a-host"
OWN, OTHERS = "example-of-tests/infra", "example-of-tests/somebody-elses"
CONNECTION = {"ConnectionName": NAME, "ProviderType": "GitHub"}


@dataclass(frozen=True)
class Person:
    """Git in the shell of somebody who has a token of the host, in a credential helper."""

    folder: Path
    accounts: Accounts
    url: str
    token: str

    def git(self, *arguments: str, token: str = "") -> "subprocess.CompletedProcess[str]":
        place = urlsplit(self.url)
        kept = self.folder / "credentials"
        kept.write_text(f"{place.scheme}://person:{token or self.token}@{place.netloc}\n")
        settings = {
            f"url.{self.url}.insteadOf": "https://github.com/",
            "http.sslCAInfo": str(self.accounts.emulator.certificate),
            "credential.helper": f"store --file={kept}",
            "user.name": "Pat",
            "user.email": "pat@example.com",
        }
        words = [word for row in settings.items() for word in ("-c", "=".join(row))]
        own = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
        environment = {**own, "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_GLOBAL": os.devnull}
        return subprocess.run(
            [GIT, *words, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def push(self, repository: str, branch: str) -> None:
        work = self.folder / "work"
        if not work.exists():
            self.git("init", "--quiet", str(work))
        at = ("-C", str(work))
        assert not self.git(*at, "commit", "--quiet", "--allow-empty", "-m", "x").returncode
        done = self.git(*at, "push", f"https://github.com/{repository}.git", f"HEAD:{branch}")
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def person(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> Person:
    url, token = accounts.emulator.git_host([OWN, OTHERS])
    return Person(tmp_path_factory.mktemp("person"), accounts, url, token)


@pytest.fixture(scope="module")
def connection(accounts: Accounts) -> str:
    made = {"Connection": {"Type": "AWS::CodeConnections::Connection", "Properties": CONNECTION}}
    assert accounts.deploy(NAME, made)[0] == "CREATE_COMPLETE"
    found = accounts.client("cloudformation").describe_stack_resource(
        StackName=NAME, LogicalResourceId="Connection"
    )
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def configuration(connection: str, repository: str = OWN, branch: str = "main") -> dict[str, str]:
    return {"ConnectionArn": connection, "FullRepositoryId": repository, "BranchName": branch}


def runs(accounts: Accounts, pipeline: str) -> list[str]:
    found = accounts.client("codepipeline").list_pipeline_executions(pipelineName=pipeline)
    return [row["trigger"]["triggerDetail"] for row in found["pipelineExecutionSummaries"]]


def stage(category: str, provider: str, **properties: Any) -> dict[str, Any]:
    kind = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
    return {"Name": category, "Actions": [{"Name": category, "ActionTypeId": kind, **properties}]}


def pipeline(name: str, role: str, source: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CodePipeline::Pipeline",
        "Properties": {
            "Name": name,
            "RoleArn": role,
            "PipelineType": "V2",
            "ArtifactStore": {"Type": "S3", "Location": f"artifacts-of-{name}"},
            "Stages": [source, stage("Approval", "Manual")],
            **more,
        },
    }


def use(connection: str) -> dict[str, Any]:
    """What the role of a delivery pipeline is given."""
    keys = {"codeconnections:FullRepositoryId": OWN, "codeconnections:BranchName": "main"}
    return {
        "Effect": "Allow",
        "Action": "codeconnections:UseConnection",
        "Resource": connection,
        "Condition": {"StringEqualsIfExists": keys},
    }


def test_the_host_lets_in_who_has_its_token_and_knows_no_other_repository(person: Person) -> None:
    asked = ("ls-remote", f"https://github.com/{OWN}.git")
    assert person.git(*asked).returncode == 0
    refused = person.git(*asked, token="wrong")
    assert refused.returncode
    assert "Authentication failed" in refused.stderr or "could not read" in refused.stderr
    unknown = person.git("ls-remote", f"https://github.com/{OWN.title()}.git")
    assert "not found" in unknown.stderr


def test_a_connection_leads_nowhere_until_a_person_has_finished_it(
    accounts: Accounts, person: Person, connection: str
) -> None:
    emulator = accounts.emulator
    person.push(OTHERS, "main")
    with pytest.raises(PlatformError, match="PENDING"):
        emulator.fetched(configuration(connection))
    with pytest.raises(PlatformError, match="Resource not found"):
        emulator.finish_connection(f"{connection}-x", [OWN])
    emulator.finish_connection(connection, [OWN])
    with pytest.raises(PlatformError, match=r"No Branch \[main\]"):
        emulator.fetched(configuration(connection))
    with pytest.raises(PlatformError, match="Could not access the repository"):
        emulator.fetched(configuration(connection, OTHERS))
    with pytest.raises(PlatformError, match="Could not access the repository"):
        emulator.fetched(configuration(connection, OWN.upper()))
    person.push(OWN, "main")
    assert len(emulator.fetched(configuration(connection))[1]) == 40


def test_a_push_to_the_branch_of_the_trigger_starts_the_pipeline_once(
    accounts: Accounts, person: Person, connection: str
) -> None:
    accounts.emulator.finish_connection(connection, [OWN])
    role = accounts.role(NAME, "codepipeline.amazonaws.com", use(connection))
    git = {"SourceActionName": "Source", "Push": [{"Branches": {"Includes": ["main"]}}]}
    trigger = {"ProviderType": "CodeStarSourceConnection", "GitConfiguration": git}
    source = stage(
        "Source",
        "CodeStarSourceConnection",
        Configuration={**configuration(connection), "DetectChanges": "false"},
        OutputArtifacts=[{"Name": "Code"}],
    )
    made = {"Pipeline": pipeline(NAME, role, source, Triggers=[trigger])}
    assert accounts.deploy(f"{NAME}-pipeline", made)[0] == "CREATE_COMPLETE"
    person.push(OWN, "an-experiment")
    assert runs(accounts, NAME) == []
    person.push(OWN, "main")
    assert runs(accounts, NAME) == [f"push to main of {OWN}"]


@pytest.mark.parametrize(
    ("repository", "branch", "refused"),
    [(OWN, "main", ""), (OTHERS, "main", "UseConnection"), (OWN, "other", "UseConnection")],
)
def test_the_role_of_a_pipeline_uses_the_connection_for_one_branch(
    accounts: Accounts, connection: str, repository: str, branch: str, refused: str
) -> None:
    name = f"{NAME}-{repository.partition('/')[2]}-{branch}"
    role = accounts.role(name, "codepipeline.amazonaws.com", use(connection))
    deed = Deed(
        account=ACCOUNT,
        region="eu-west-1",
        service="codepipeline.amazonaws.com",
        deed="use a connection",
        role=role,
        resources={"connection": [connection]},
        context={
            "codeconnections:fullrepositoryid": repository,
            "codeconnections:branchname": branch,
        },
    )
    if not refused:
        accounts.emulator.ask_deed(deed)
        return
    with pytest.raises(PlatformError, match=refused):
        accounts.emulator.ask_deed(deed)


@pytest.fixture
def archived(accounts: Accounts) -> Iterator[str]:
    """A pipeline that a rule starts when its archive is uploaded."""
    name = "begins-with-an-archive"
    start = {"Effect": "Allow", "Action": "codepipeline:StartPipelineExecution", "Resource": "*"}
    role = accounts.role(name, "codepipeline.amazonaws.com")
    starts = accounts.role(f"{name}-starts", "events.amazonaws.com", start)
    detail = {"bucket": {"name": [name]}, "object": {"key": ["snapshot.zip"]}}
    source = stage(
        "Source",
        "S3",
        Configuration={"S3Bucket": name, "S3ObjectKey": "snapshot.zip"},
        OutputArtifacts=[{"Name": "Code"}],
    )
    made = {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "BucketName": name,
                "VersioningConfiguration": {"Status": "Enabled"},
                "NotificationConfiguration": {
                    "EventBridgeConfiguration": {"EventBridgeEnabled": True}
                },
            },
        },
        "Pipeline": pipeline(name, role, source),
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Name": name,
                "EventPattern": {
                    "source": ["aws.s3"],
                    "detail-type": ["Object Created"],
                    "detail": detail,
                },
                "Targets": [
                    {
                        "Arn": f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:{name}",
                        "Id": "Target0",
                        "RoleArn": starts,
                    }
                ],
            },
        },
    }
    assert accounts.deploy(name, made)[0] == "CREATE_COMPLETE"
    yield name


def test_an_upload_of_the_archive_starts_the_pipeline_and_no_other_object_does(
    accounts: Accounts, archived: str
) -> None:
    s3 = accounts.client("s3")
    s3.put_object(Bucket=archived, Key="something-else", Body=b"x")
    assert runs(accounts, archived) == []
    s3.put_object(Bucket=archived, Key="snapshot.zip", Body=b"x", IfNoneMatch="*")
    assert len(runs(accounts, archived)) == 1
    # What `publish` relies on: nobody writes over an archive that he has not seen.
    with pytest.raises(s3.exceptions.ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=archived, Key="snapshot.zip", Body=b"y", IfNoneMatch="*")
    with pytest.raises(s3.exceptions.ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=archived, Key="snapshot.zip", Body=b"y", IfMatch='"0"')
