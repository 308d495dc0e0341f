"""The evaluator of the persona tests, against examples whose answers IAM's guide gives."""

from typing import Any

import pytest
from policy_evaluation import Request, allows, matches

pytestmark = pytest.mark.pure


def allow(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", **more}


GET = Request("s3:GetObject", "arn:aws:s3:::b/k", {"aws:PrincipalTag/team": "red"})


def test_nothing_is_allowed_without_a_statement() -> None:
    assert not allows([], GET)


def test_an_explicit_deny_wins_in_any_order() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    assert allows([allow()], GET)
    assert not allows([allow(), deny], GET)
    assert not allows([deny, allow()], GET)


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        (allow(Action=["S3:getobject"]), True),
        (allow(Action="s3:Get*"), True),
        (allow(Action="s3:GetObject?"), False),
        (allow(Resource="arn:aws:s3:::b"), False),
        (allow(Resource=["arn:aws:s3:::a/*", "arn:aws:s3:::?/*"]), True),
    ],
)
def test_actions_and_resources_match_with_wildcards(
    statement: dict[str, Any], answer: bool
) -> None:
    assert allows([statement], GET) is answer


def test_not_resource_is_everything_else() -> None:
    besides = {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"}
    assert not allows([besides], GET)
    assert allows([besides], Request("s3:GetObject", "arn:aws:s3:::c/k"))


def test_a_variable_is_taken_literally_and_matches_nothing_when_absent() -> None:
    assert matches("user/${aws:username}", "user/*", {"aws:username": "*"})
    assert not matches("user/${aws:username}", "user/ana", {"aws:username": "*"})
    assert not matches("user/${aws:username}", "user/ana", {})


@pytest.mark.parametrize(
    ("operator", "wanted", "context", "answer"),
    [
        ("StringEquals", "x", {"k": "x"}, True),
        ("StringEquals", ["x", "y"], {"k": "y"}, True),
        ("StringEquals", "x*", {"k": "xy"}, False),
        ("StringEquals", "x", {}, False),
        ("StringEqualsIfExists", "x", {}, True),
        ("StringEqualsIfExists", "x", {"k": "y"}, False),
        ("StringNotEquals", "x", {"k": "x"}, False),
        ("StringNotEquals", ["x", "y"], {"k": "y"}, False),
        ("StringNotEquals", "x", {"k": "y"}, True),
        ("StringNotEquals", "x", {}, True),
        ("StringLike", "x*", {"k": "xy"}, True),
        ("ArnLike", "arn:aws:s3:*:*:b", {"k": "arn:aws:s3:::b"}, True),
        ("ArnLike", "arn:aws:s*", {"k": "arn:aws:s3:::b"}, False),
        ("ArnLike", "arn:aws:s3:::${v}", {"k": "arn:aws:s3:::b", "v": "b"}, True),
        ("ArnLike", "arn:aws:s3:::${v}", {"k": "arn:aws:s3:::b"}, False),
        ("Bool", "true", {"k": "true"}, True),
        ("Bool", "true", {}, False),
        ("Null", "true", {}, True),
        ("Null", "true", {"k": "x"}, False),
        ("Null", "false", {"k": "x"}, True),
        ("ForAllValues:StringEquals", ["x", "y"], {"k": ("x", "y")}, True),
        ("ForAllValues:StringEquals", ["x"], {"k": ("x", "y")}, False),
        ("ForAllValues:StringEquals", ["x"], {}, True),
        ("ForAnyValue:StringEquals", ["x"], {"k": ("x", "y")}, True),
        ("ForAnyValue:StringEquals", ["x"], {}, False),
    ],
)
def test_a_condition_holds_as_the_guide_says(
    operator: str, wanted: Any, context: dict[str, Any], answer: bool
) -> None:
    statement = allow(Condition={operator: {"k": wanted}})
    assert allows([statement], Request(GET.action, GET.resource, context)) is answer


def test_all_conditions_have_to_hold() -> None:
    statement = allow(Condition={"StringEquals": {"a": "1", "b": "2"}})
    assert not allows([statement], Request(GET.action, GET.resource, {"a": "1", "b": "3"}))


@pytest.mark.parametrize(
    "statement",
    [allow(Principal="*"), allow(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
)
def test_what_the_evaluator_does_not_know_is_an_error(statement: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError):
        allows([statement], Request(GET.action, GET.resource, {"aws:SourceIp": "10.0.0.1"}))
