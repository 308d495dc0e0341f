"""A connection that nobody has finished is named with the next step; AWS's models check calls."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.config import load_config
from mlops_commons.doctor.connections import look_at_connections
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.utilities.paths import EXAMPLES
from mlops_commons.utilities.stack_failures import likely_fix

pytestmark = pytest.mark.pure

FILES = (
    EXAMPLES / "github-connection" / "cdk-app.yml",
    EXAMPLES / "github-connection" / "cdk-infra-app.yml",
)
THERE = (
    "arn:aws:codeconnections:eu-west-1:111111111111:connection/11111111-2222-3333-4444-555555555555"
)
MADE = "arn:aws:codeconnections:eu-west-1:111111111111:connection/aaaa"


class Session:
    """Clients with answers of AWS's shapes, each given once and in order."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-west-1"}
        self.clients = {
            name: boto3.client(name, **keys)
            for name in ("cloudformation", "codeconnections", "codestar-connections")
        }
        self.stubs = {name: Stubber(found) for name, found in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()

    def client(self, name: str) -> Any:
        return self.clients[name]

    def stack(self, arn: str) -> None:
        stub, asked = (
            self.stubs["cloudformation"],
            {"StackName": "ml-infra-connection-business-unit-1"},
        )
        if not arn:
            stub.add_client_error("describe_stack_resources", "ValidationError")
            return
        row = {
            "LogicalResourceId": "Connection",
            "PhysicalResourceId": arn,
            "ResourceType": "AWS::CodeConnections::Connection",
            "Timestamp": "2026-01-01T00:00:00Z",
            "ResourceStatus": "CREATE_COMPLETE",
        }
        stub.add_response("describe_stack_resources", {"StackResources": [row]}, asked)

    def connection(self, arn: str, status: str, provider: str = "GitHub") -> None:
        found = {
            "ConnectionName": "mlops",
            "ConnectionArn": arn,
            "ConnectionStatus": status,
            "ProviderType": provider,
        }
        self.stubs["codeconnections"].add_response(
            "get_connection", {"Connection": found}, {"ConnectionArn": arn}
        )


def findings(session: Session) -> list[Finding]:
    config = load_config(*FILES)
    (row,) = (r for r in bootstrap_plan(config) if r.governs)
    found = list(look_at_connections("here", row, session, config))
    for stub in session.stubs.values():
        stub.assert_no_pending_responses()
    return found


def test_a_pending_connection_is_an_error_with_the_page_that_finishes_it() -> None:
    session = Session()
    session.stack(MADE)
    session.connection(MADE, "PENDING")
    session.connection(THERE, "AVAILABLE")
    pending, there = findings(session)
    assert pending.level is Level.ERROR
    assert "is pending: pipelines fetch nothing" in pending.message
    assert "/codesuite/settings/connections?region=eu-west-1" in pending.remedy
    assert (there.level, there.message) == (
        Level.OK,
        "the connection 'mlops' to GitHub is available",
    )


def test_a_connection_that_is_still_to_be_made_is_no_finding() -> None:
    session = Session()
    session.stack("")
    session.stubs["codeconnections"].add_client_error("get_connection", "ResourceNotFoundException")
    (missing,) = findings(session)
    assert missing.level is Level.ERROR
    assert "not shared with this account" in missing.message


def test_a_connection_to_another_host_than_the_file_names_is_an_error() -> None:
    session = Session()
    session.stack(MADE)
    session.connection(MADE, "AVAILABLE", provider="GitLab")
    session.connection(THERE, "AVAILABLE", provider="GitLab")
    other, there = findings(session)
    assert other.level is Level.ERROR
    assert "is not to GitHub" in other.message
    assert there.level is Level.OK  # the file names no provider of it


def test_an_account_in_which_codecommit_makes_nothing_is_told_of_other_sources() -> None:
    reason = (
        "CreateRepository request is not allowed because there is no existing CodeCommit "
        "repository in this AWS account or AWS Organization"
    )
    assert "docs/how-to/choose-a-source.md" in likely_fix(reason, otherwise="")
