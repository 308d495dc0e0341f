"""What one set of policies allows and another does not."""

from typing import Any

import pytest

from mlops_commons.accounts.permission_changes import not_allowed

pytestmark = pytest.mark.pure

ROLE = "arn:aws:iam::200000000002:role/dev-mlops-infra-Personas*"
PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def document(actions: list[str], resources: list[str], **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_a_further_action_and_a_further_resource_are_new() -> None:
    had = [document(["s3:GetObject"], ["arn:aws:s3:::a"])]
    wanted = [document(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::a", "arn:aws:s3:::b"])]
    assert [str(found) for found in not_allowed(wanted, had)] == [
        "s3:GetObject on b",
        "s3:PutObject on a",
        "s3:PutObject on b",
    ]


def test_what_is_cut_into_other_policies_is_nothing_new() -> None:
    had = [document(["s3:GetObject"], ["a"]), document(["s3:PutObject"], ["a"])]
    assert not_allowed([document(["s3:GetObject", "s3:PutObject"], ["a"])], had) == ()


@pytest.mark.parametrize(
    ("allowed", "new"), [(["*"], False), ([f"{ROLE[:-5]}*"], False), ([f"{ROLE}Ml*"], True)]
)
def test_a_wider_pattern_allows_a_narrower_one_and_not_the_other_way_round(
    allowed: list[str], new: bool
) -> None:
    wanted = [document(["iam:PassRole"], [ROLE])]
    assert bool(not_allowed(wanted, [document(["iam:*"], allowed)])) is new


def test_a_condition_that_asks_for_more_is_no_permission_for_what_asks_for_less() -> None:
    bare, conditional = (
        [document(["iam:PassRole"], [ROLE])],
        [document(["iam:PassRole"], [ROLE], Condition=PASSED)],
    )
    assert not_allowed(conditional, bare) == ()
    (found,) = not_allowed(bare, conditional)
    assert found.action == "iam:PassRole"


@pytest.mark.parametrize(("operator", "new"), [("StringEquals", False), ("StringNotEquals", True)])
def test_fewer_values_of_a_condition_are_allowed_only_where_each_value_allows_more(
    operator: str, new: bool
) -> None:
    def of(*values: str) -> list[dict[str, Any]]:
        condition = {operator: {"iam:PassedToService": list(values)}}
        return [document(["iam:PassRole"], [ROLE], Condition=condition)]

    assert bool(not_allowed(of("a"), of("a", "b"))) is new
    assert not_allowed(of("a", "b"), of("a")) != ()


def test_a_deny_allows_nothing() -> None:
    refused = document(["s3:*"], ["*"])
    refused["Statement"][0]["Effect"] = "Deny"
    assert not_allowed([document(["s3:GetObject"], ["a"])], [refused]) != ()
    assert not_allowed([refused], []) == ()
