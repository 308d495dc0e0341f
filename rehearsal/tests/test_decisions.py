"""What the emulator remembers of IAM's decisions, through its own door."""

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, TRUST, Accounts
from botocore.exceptions import ClientError

from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.app

READ = {"Effect": "Allow", "Action": "ssm:DescribeParameters", "Resource": "*"}


def decided(accounts: Accounts, role: str) -> dict[tuple[str, str], int]:
    """How often each action was allowed or denied to a role of the tests' account."""
    principal = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    return {
        (row["action"], row["decision"]): row["count"]
        for row in accounts.emulator.decisions()
        if row["principal"] == principal and row["account"] == ACCOUNT
    }


def session(accounts: Accounts, service: str, role: str, name: str) -> Any:
    found = accounts.emulator.service_credentials(role, "lambda.amazonaws.com", name)
    return accounts.client(service, found)


def test_sessions_count_as_their_role_and_each_decision_by_itself(accounts: Accounts) -> None:
    role = accounts.role("counted", "lambda.amazonaws.com", READ)
    for name in ("first", "second"):
        session(accounts, "ssm", role, name).describe_parameters()
    with pytest.raises(ClientError, match="AccessDenied"):
        session(accounts, "ssm", role, "first").get_parameter(Name="/secret")
    assert decided(accounts, "counted") == {
        ("ssm:DescribeParameters", "allowed"): 2,
        ("ssm:GetParameter", "denied"): 1,
    }


def test_a_role_with_a_path_counts_with_its_own_arn(accounts: Accounts) -> None:
    trust = {"Statement": [{**TRUST, "Principal": {"Service": "lambda.amazonaws.com"}}]}
    created = accounts.client("iam").create_role(
        RoleName="with-a-path", Path="/of/services/", AssumeRolePolicyDocument=json.dumps(trust)
    )
    role = created["Role"]["Arn"]
    session(accounts, "sts", role, "s").get_caller_identity()
    assert role.endswith(":role/of/services/with-a-path")
    assert decided(accounts, "of/services/with-a-path") == {("sts:GetCallerIdentity", "allowed"): 1}


def test_what_a_stack_may_do_with_its_role_counts_for_the_role(accounts: Accounts) -> None:
    role = accounts.role("stack-role", "cloudformation.amazonaws.com")
    resources = {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "never-made"}}}
    accounts.deploy("denied-to-its-role", resources, RoleARN=role)
    assert decided(accounts, "stack-role")["s3:CreateBucket", "denied"] == 1


def test_a_role_that_does_not_trust_the_caller_is_a_denial(accounts: Accounts) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    caller = accounts.role("not-trusted", "lambda.amazonaws.com", everything)
    other = accounts.role("trusts-a-service", "events.amazonaws.com")
    with pytest.raises(ClientError, match="AccessDenied"):
        session(accounts, "sts", caller, "s").assume_role(RoleArn=other, RoleSessionName="session")
    assert decided(accounts, "not-trusted")["sts:AssumeRole", "denied"] == 1


def test_a_bucket_of_another_account_that_refuses_is_a_denial(accounts: Accounts) -> None:
    other = {"aws_access_key_id": "444455556666", "aws_secret_access_key": "test"}
    accounts.client("s3", other).create_bucket(
        Bucket="bucket-of-another-account",
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    role = accounts.role("reads-elsewhere", "lambda.amazonaws.com", everything)
    with pytest.raises(ClientError, match="AccessDenied"):
        session(accounts, "s3", role, "s").get_object(Bucket="bucket-of-another-account", Key="k")
    assert decided(accounts, "reads-elsewhere")["s3:GetObject", "denied"] >= 1


def test_only_who_has_started_the_emulator_may_ask(accounts: Accounts) -> None:
    for path in ("decisions", "sessions"):
        request = urllib.request.Request(
            f"{accounts.emulator.endpoint}/_registry/{path}",
            data=json.dumps({"role": "r", "service": "s", "name": "n"}).encode(),
            headers={"X-Registry-Token": "guessed"},
        )
        trust = ssl.create_default_context(cafile=str(accounts.emulator.certificate))
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request, timeout=10, context=trust)


def test_a_role_that_does_not_trust_the_service_is_refused_with_a_hint(accounts: Accounts) -> None:
    role = accounts.role("trusts-lambda", "lambda.amazonaws.com")
    with pytest.raises(PlatformError, match="not authorized to perform: sts:AssumeRole") as refusal:
        accounts.emulator.service_credentials(role, "events.amazonaws.com", "s")
    assert refusal.value.hint == "see the trust policy of that role, and its conditions"


def test_the_log_of_a_job_is_read_by_the_name_of_its_stream(accounts: Accounts) -> None:
    """Service Authorization Reference: the resource of GetLogEvents is a log stream."""
    group = "/jobs/read-by-stream"
    stream = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:{group}:log-stream:own-*"
    allowed = {"Effect": "Allow", "Action": "logs:GetLogEvents", "Resource": stream}
    role = accounts.role("reads-own-streams", "lambda.amazonaws.com", allowed)
    owner = accounts.client("logs")
    owner.create_log_group(logGroupName=group)
    for name in ("own-1", "other-1"):
        owner.create_log_stream(logGroupName=group, logStreamName=name)
    reader = session(accounts, "logs", role, "reader")
    assert reader.get_log_events(logGroupName=group, logStreamName="own-1")["events"] == []
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.get_log_events(logGroupName=group, logStreamName="other-1")
