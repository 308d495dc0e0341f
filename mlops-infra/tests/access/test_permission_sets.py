"""The permission sets that the documentation offers, evaluated."""

import json
import re
from typing import Any

import pytest
from persona_policies import profile
from policy_evaluation import Request, allows

from mlops_commons.utilities import names
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure
PEOPLE, DELIVERIES = "people-and-permission-sets.md", "publish-a-change.md"
OPEN, TAG = "sagemaker:CreatePresignedDomainUrl", "aws:PrincipalTag/StudioProfile"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def documented(page: str = PEOPLE) -> list[dict[str, Any]]:
    text = (REPOSITORY_ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    statements: list[dict[str, Any]] = json.loads(block)["Statement"]
    return statements


@pytest.mark.parametrize("besides", [[], [EVERYTHING]], ids=["as written", "with *:* besides"])
def test_a_person_opens_the_own_profile_and_no_other(besides: list[dict[str, Any]]) -> None:
    statements = [*documented(), *besides]
    ana = {TAG: "ds-ana"}
    assert allows(statements, Request(OPEN, profile("ds-ana"), ana))
    assert not allows(statements, Request(OPEN, profile("lead-ds-eva"), ana))
    assert not allows(statements, Request(OPEN, profile("ds-ana")))
    assert not allows(statements, Request(OPEN, profile("anything"), {TAG: "*"}))


@pytest.mark.parametrize("app", ["infra", "template"])
def test_a_person_hears_of_deliveries_by_mail_of_the_company_only(app: str) -> None:
    statements = documented(DELIVERIES)
    name = names.notices_topic(names.pipeline("mlops", app, "release/1.0", "retail"))
    topic = f"arn:aws:sns:eu-west-1:111111111111:{name}"
    mail = {"sns:Protocol": "email", "sns:Endpoint": "eva@example.com"}
    assert allows(statements, Request("sns:Subscribe", topic, mail))
    for other in (
        {**mail, "sns:Endpoint": "eva@elsewhere.example"},
        {"sns:Protocol": "https", "sns:Endpoint": "https://collector.example.com/@example.com"},
    ):
        assert not allows(statements, Request("sns:Subscribe", topic, other))
    elsewhere = f"arn:aws:sns:eu-west-1:111111111111:sagemaker-{name}"
    assert not allows(statements, Request("sns:Subscribe", elsewhere, mail))
    for action in ("sns:Publish", "sns:SetTopicAttributes", "sns:DeleteTopic"):
        assert not allows(statements, Request(action, topic, mail))
