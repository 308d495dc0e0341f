"""Denials go into every boundary: a value that IAM refuses would end the first deployment."""

import json
from pathlib import Path
from typing import Any

import parliament
import pytest
from changed_configuration import problems

pytestmark = pytest.mark.pure

PATH = ("org", "permissions_boundary")
REFUSED_BY_PARLIAMENT = ("MALFORMED", "INVALID_ARN", "MISMATCHED_TYPE", "MISMATCHED_TYPE_OPERATION")


def denial(**more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*", **more}


def condition(operator: str, key: str, value: Any) -> dict[str, Any]:
    return denial(Condition={operator: {key: value}})


def refused(folder: Path, statement: dict[str, Any]) -> list[str]:
    return problems(folder, [(PATH, {"name": "b", "deny": [statement]})])


def refused_by_parliament(statement: dict[str, Any]) -> bool:
    """What an independent reader of policies says of the same statement."""
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    findings = parliament.analyze_policy_string(text).findings
    return any(finding.issue in REFUSED_BY_PARLIAMENT for finding in findings)


BAD = [
    (denial(Resource="foo"), "'foo' is neither an ARN"),
    (denial(Resource="arn:aws:s3"), "'arn:aws:s3' is neither an ARN"),
    (condition("Bool", "aws:SecureTransport", "maybe"), "'maybe' is not true or false"),
    (condition("NotIpAddress", "aws:SourceIp", "999.1.1.1"), "'999.1.1.1' is not an address"),
    (condition("NumericLessThan", "s3:max-keys", "abc"), "'abc' is not a number"),
    (condition("DateLessThan", "aws:CurrentTime", "soon"), "'soon' is not a date"),
    (condition("StringEquals", "key", "foo"), "'key' is no condition key"),
]
GOOD = [
    denial(),
    denial(Resource="*"),
    denial(Resource=["arn:aws:s3:::a", "arn:aws:s3:::a/*"]),
    denial(Resource="arn:*:s3:::a"),
    condition("Bool", "aws:SecureTransport", "false"),
    condition("Null", "aws:TokenIssueTime", "true"),
    condition("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*"),
    condition("NotIpAddress", "aws:SourceIp", ["203.0.113.0/24"]),
    condition("NumericLessThanIfExists", "s3:max-keys", "10"),
    condition("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"),
    condition("StringNotEquals", "aws:RequestedRegion", ["eu-west-1", "us-east-1"]),
    condition("StringNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/org-*"),
    condition("StringEquals", "aws:ResourceTag/Team", "${aws:PrincipalTag/Team}"),
]


@pytest.mark.parametrize(("statement", "said"), BAD)
def test_a_value_that_iam_refuses_is_refused(
    tmp_path: Path, statement: dict[str, Any], said: str
) -> None:
    (found,) = refused(tmp_path, statement)
    assert found.startswith("org.permissions_boundary.deny[0].")
    assert said in found


@pytest.mark.parametrize("actions", ["*", ["s3:GetObject", "*"]])
def test_a_denial_of_everything_is_refused(tmp_path: Path, actions: Any) -> None:
    everything = {"Effect": "Deny", "Action": actions, "Resource": "*"}
    (found,) = refused(tmp_path, everything)
    assert "leaves no role of the platform anything to do" in found
    outside = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    assert refused(tmp_path, {**everything, "Condition": outside}) == []


@pytest.mark.parametrize("statement", GOOD)
def test_a_value_that_iam_takes_is_taken(tmp_path: Path, statement: dict[str, Any]) -> None:
    assert not refused_by_parliament(statement)
    assert refused(tmp_path, statement) == []


def test_what_parliament_refuses_is_refused() -> None:
    """It reads neither addresses nor keys nor dates as closely; what it refuses is among ours."""
    assert [said for statement, said in BAD if refused_by_parliament(statement)]


def test_addresses_of_both_kinds_are_taken(tmp_path: Path) -> None:
    """IAM User Guide, "IP address condition operators"; parliament knows no IPv6."""
    addresses = ["203.0.113.7", "2001:db8::/32", "203.0.113.7/24"]
    assert refused(tmp_path, condition("IpAddress", "aws:SourceIp", addresses)) == []
