"""A statement as plain data, in the words of IAM's own documents."""

import pytest

from mlops_commons.iam.statements import (
    EVERYBODY,
    Principals,
    Statement,
    account_roots,
    wildcard_reasons,
)

pytestmark = pytest.mark.pure

ROOT = "arn:${AWS::Partition}:iam::${ProdAccount}:root"


def test_a_statement_says_who_may_do_what_on_what_and_when() -> None:
    statement = Statement(
        sid="Read",
        principals=account_roots("${ProdAccount}"),
        actions=("s3:GetObject",),
        resources=("${Bucket.Arn}/*",),
        condition={"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}},
    )
    assert statement.document() == {
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": {"AWS": {"Fn::Sub": ROOT}},
        "Action": ["s3:GetObject"],
        "Resource": [{"Fn::Sub": "${Bucket.Arn}/*"}],
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }


@pytest.mark.parametrize(
    ("principals", "wanted"),
    [
        (EVERYBODY, {"AWS": "*"}),
        (Principals(services=("a.amazonaws.com",)), {"Service": "a.amazonaws.com"}),
        (
            Principals(services=("a", "b"), aws=("arn:aws:iam::1:role/r",)),
            {"Service": ["a", "b"], "AWS": "arn:aws:iam::1:role/r"},
        ),
    ],
)
def test_a_principal_is_a_service_or_an_arn_or_everybody(
    principals: Principals, wanted: object
) -> None:
    found = Statement(sid="S", actions=("a:B",), principals=principals).document()
    assert found["Principal"] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("${Bucket.Arn}", {"Fn::GetAtt": ["Bucket", "Arn"]}),
        ("${Topic}", {"Ref": "Topic"}),
        ("${Topic}/${AWS::Region}", {"Fn::Sub": "${Topic}/${AWS::Region}"}),
        ("${!aws:username}", "${aws:username}"),
        ("${Token[TOKEN.1]}/*", "${Token[TOKEN.1]}/*"),
    ],
)
def test_a_name_of_the_template_is_referred_to(text: str, wanted: object) -> None:
    assert Statement(sid="S", actions=("a:B",), resources=(text,)).document()["Resource"] == [
        wanted
    ]


def test_all_but_one_resource_is_denied_and_needs_no_reason() -> None:
    statement = Statement(
        sid="S", effect="Deny", actions=("iam:PassRole",), not_resources=("${Role.Arn}",)
    )
    document = statement.document()
    assert document["NotResource"] == [{"Fn::GetAtt": ["Role", "Arn"]}]
    assert "Resource" not in document
    assert wildcard_reasons([statement]) == {}


def test_a_wildcard_is_reported_under_the_id_of_cdk_nag() -> None:
    statement = Statement(
        sid="S", actions=("a:B",), resources=("arn:${AWS::Partition}:a:::b/*",), reason="why"
    )
    assert wildcard_reasons([statement]) == {
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:a:::b/*]": "why"
    }


def test_a_variable_of_iam_alone_needs_no_function() -> None:
    statement = Statement(
        sid="Own",
        actions=("s3:GetObject",),
        resources=("arn:${AWS::Partition}:s3:::${!aws:PrincipalTag/team}",),
        condition={"StringEquals": {"aws:ResourceTag/team": "${!aws:PrincipalTag/team}"}},
    )
    document = statement.document()
    assert document["Condition"] == {
        "StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}
    }
    assert document["Resource"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:s3:::${!aws:PrincipalTag/team}"}
    ]
