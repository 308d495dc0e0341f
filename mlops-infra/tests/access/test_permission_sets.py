"""The permission set that the documentation offers, evaluated."""

import json
import re
from typing import Any

import pytest
from persona_policies import profile
from policy_evaluation import Request, allows

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure
PAGE = REPOSITORY_ROOT / "docs" / "how-to" / "people-and-permission-sets.md"
OPEN, TAG = "sagemaker:CreatePresignedDomainUrl", "aws:PrincipalTag/StudioProfile"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def documented() -> list[dict[str, Any]]:
    text = PAGE.read_text(encoding="utf-8")
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
