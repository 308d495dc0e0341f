"""Who is let in by statements that name nobody, and who is meant by a condition."""

import json
from typing import Any

import pytest

from mlops_commons.iam.publicity import public_statements

pytestmark = pytest.mark.pure

ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}


def found(properties: dict[str, Any], kind: str = "AWS::SQS::QueuePolicy") -> list[tuple[str, str]]:
    return list(public_statements({"Resources": {"It": {"Type": kind, "Properties": properties}}}))


def with_statement(**statement: Any) -> dict[str, Any]:
    return {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "x:Y", **statement}]}}


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::111111111111:root", "*"]}]
)
def test_anybody_is_let_in_by_a_star(principal: Any) -> None:
    assert found(with_statement(Principal=principal)) == [("It", "PolicyDocument.Statement.0")]


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": {"AWS": "arn:aws:iam::111111111111:root"}},
        {"Principal": {"Service": "events.amazonaws.com"}},
        {"Principal": {"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}},
        {"Principal": "*", "Effect": "Deny"},
        {"Resource": "*"},
    ],
)
def test_who_is_named_is_somebody(statement: dict[str, Any]) -> None:
    assert found(with_statement(**statement)) == []


@pytest.mark.parametrize(
    "condition",
    [
        ORG,
        {"StringEqualsIgnoreCase": {"aws:principalOrgID": "o-abcdefghij"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-abcdefghij/*"]}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:acme-lake"}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}},
        {"StringEquals": {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}},
        {"Bool": {"aws:SecureTransport": "true"}, **ORG},
    ],
)
def test_a_condition_says_who_is_meant(condition: dict[str, Any]) -> None:
    assert found(with_statement(Principal="*", Condition=condition)) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": ["o-abcdefghij/x/"]}},
        {"StringLike": {"aws:PrincipalAccount": ["111111111111", "*"]}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:*:*:*:*"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
    ],
)
def test_a_condition_that_anybody_satisfies_says_nothing(condition: dict[str, Any]) -> None:
    assert found(with_statement(Principal="*", Condition=condition))


def test_all_but_one_is_anybody() -> None:
    assert found(with_statement(NotPrincipal={"AWS": "arn:aws:iam::111111111111:root"}))


def test_a_policy_that_is_text_is_read() -> None:
    text = json.dumps(with_statement(Principal="*")["PolicyDocument"])
    assert found({"PolicyDocument": text}, "AWS::Logs::ResourcePolicy")
    assert found({"Description": "{ a Statement"}) == []


def test_a_trust_counts_and_the_policy_of_an_endpoint_of_a_network_lets_nobody_in() -> None:
    trust = {"AssumeRolePolicyDocument": with_statement(Principal="*")["PolicyDocument"]}
    assert found(trust, "AWS::IAM::Role") == [("It", "AssumeRolePolicyDocument.Statement.0")]
    assert found(with_statement(Principal="*"), "AWS::EC2::VPCEndpoint") == []


def test_a_resource_that_is_a_statement_itself_is_read() -> None:
    """AWS::Events::EventBusPolicy, CloudFormation's template reference."""
    bus = {"StatementId": "all", "Action": "events:PutEvents", "Principal": "*"}
    mine = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-abcdefghij"}
    kind = "AWS::Events::EventBusPolicy"
    assert found(bus, kind) == [("It", "Principal")]
    assert found({**bus, "Condition": mine}, kind) == []
    assert found({**bus, "Principal": "111111111111"}, kind) == []
