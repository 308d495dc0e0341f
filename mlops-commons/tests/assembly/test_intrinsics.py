"""Intrinsic functions come to what CloudFormation would make of them."""

from typing import Any

import pytest

from mlops_commons.assembly.intrinsics import Scope, Unknown, condition, evaluate, text

pytestmark = pytest.mark.pure

SCOPE = Scope(
    values={"Account": "123456789012", "AWS::Region": "eu-west-1", "Zones": ["a", "b"]},
    attribute=lambda logical_id, name: "arn:key" if (logical_id, name) == ("Key", "Arn") else None,
    zones=("zone 1", "zone 2"),
    mappings={"Sizes": {"eu-west-1": {"Small": "10"}}},
    conditions={
        "Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
        "Asked": {"Fn::Equals": [{"Ref": "Later"}, "yes"]},
        "Neither": {"Fn::Not": [{"Fn::Or": [{"Condition": "Here"}, {"Condition": "Asked"}]}]},
        "Both": {"Fn::And": [{"Condition": "Here"}, {"Condition": "Asked"}]},
    },
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Account"}, "123456789012"),
        ({"Ref": "Vpc"}, "Vpc"),
        ({"Fn::GetAtt": ["Key", "Arn"]}, "arn:key"),
        ({"Fn::GetAtt": "Key.Arn"}, "arn:key"),
        ({"Fn::GetAtt": ["Other", "Arn"]}, "Other"),
        ({"Fn::Sub": "${Account}/${Key.Arn}/${!Account}"}, "123456789012/arn:key/${Account}"),
        ({"Fn::Sub": ["${Own}/${Account}", {"Own": {"Ref": "Vpc"}}]}, "Vpc/123456789012"),
        ({"Fn::Join": [":", ["a", {"Ref": "Account"}]]}, "a:123456789012"),
        ({"Fn::Join": ["", {"Ref": "Zones"}]}, "ab"),
        ({"Fn::Select": [1, {"Fn::GetAZs": ""}]}, "zone 2"),
        ({"Fn::Select": ["1", {"Fn::Split": [":", "a:b"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Small"]}, "10"),
        ({"Fn::FindInMap": ["Sizes", "x", "Small", {"DefaultValue": "1"}]}, "1"),
        ({"Fn::If": ["Here", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Asked", "same", "same"]}, "same"),
        ({"Fn::Base64": "text"}, "dGV4dA=="),
        ({"Fn::ImportValue": {"Fn::Sub": "net-${Account}"}}, "net-123456789012"),
        (443, "443"),
        (True, "true"),
    ],
)
def test_a_value_comes_to_a_text(value: Any, expected: str) -> None:
    assert text(value, SCOPE) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Vpc"},
        {"Fn::Join": ["-", ["a", {"Ref": "Vpc"}]]},
        {"Fn::Sub": "a-${Vpc}"},
        {"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "Vpc"}]}]},
        {"Fn::Select": [7, ["only one"]]},
        {"Fn::If": ["Asked", "a", "b"]},
        {"Fn::Transform": {"Name": "AWS::Include"}},
        {"Fn::Base64": {"Ref": "Vpc"}},
        {"Fn::FindInMap": ["Sizes", "x", "Small"]},
        ["a list is no text"],
    ],
)
def test_what_only_the_deployment_knows_is_marked(value: Any) -> None:
    assert isinstance(text(value, SCOPE), Unknown)


@pytest.mark.parametrize(
    ("name", "holds"),
    [("Here", True), ("Asked", None), ("Neither", False), ("Both", None), ("Missing", None)],
)
def test_a_condition_holds_or_does_not_or_nobody_knows(name: str, holds: bool | None) -> None:
    assert condition(name, SCOPE) is holds


def test_no_value_takes_its_entry_away() -> None:
    nothing = {"Ref": "AWS::NoValue"}
    found = evaluate({"Kept": 1, "Gone": nothing, "List": [nothing, {"Ref": "Account"}]}, SCOPE)
    assert found == {"Kept": 1, "List": ["123456789012"]}
