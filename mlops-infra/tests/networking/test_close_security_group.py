"""The function that closes a security group, against a real HTTP server for its answers."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from mlops_infra.networking.runtime import close_security_group

pytestmark = pytest.mark.pure

GROUP = "sg-0123456789abcdef0"
INGRESS = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": GROUP}]}
EGRESS = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@pytest.fixture
def ec2(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client(
        "ec2", region_name="eu-west-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    monkeypatch.setattr(boto3, "client", lambda service: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def cloudformation() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The URL to answer to, and the answers that arrive there."""
    answers: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/answer", answers
    server.shutdown()
    server.server_close()


def _call(url: str, request_type: str) -> None:
    close_security_group.handler(
        {
            "RequestType": request_type,
            "ResponseURL": url,
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "logical",
            "ResourceProperties": {"SecurityGroupId": GROUP},
        },
        None,
    )


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_both_default_rules_are_revoked(ec2, cloudformation, request_type) -> None:
    url, answers = cloudformation
    for action, rule in (("ingress", INGRESS), ("egress", EGRESS)):
        ec2.add_response(
            f"revoke_security_group_{action}", {}, {"GroupId": GROUP, "IpPermissions": [rule]}
        )
    _call(url, request_type)
    assert [(a["Status"], a["PhysicalResourceId"]) for a in answers] == [("SUCCESS", GROUP)]
    assert answers[0]["StackId"] == "stack"


def test_rules_that_are_gone_already_are_no_failure(ec2, cloudformation) -> None:
    url, answers = cloudformation
    for action in ("ingress", "egress"):
        ec2.add_client_error(f"revoke_security_group_{action}", "InvalidPermission.NotFound")
    _call(url, "Create")
    assert answers[0]["Status"] == "SUCCESS"


def test_a_refusal_is_answered_as_a_failure_with_its_reason(ec2, cloudformation) -> None:
    url, answers = cloudformation
    ec2.add_client_error("revoke_security_group_ingress", "UnauthorizedOperation", "not you")
    _call(url, "Create")
    assert answers[0]["Status"] == "FAILED"
    assert "not you" in answers[0]["Reason"]


def test_delete_changes_nothing(ec2, cloudformation) -> None:
    url, answers = cloudformation
    _call(url, "Delete")
    assert answers[0]["Status"] == "SUCCESS"
