"""What counts as a refusal of an attacker's attempt, by what AWS says to him and to the control."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.attack import refused_by
from mlops_rehearsal.acts.attacker import Attacker
from mlops_rehearsal.acts.attempts import Attempt, denied

pytestmark = pytest.mark.pure

WHO = "User: arn:aws:sts::111111111111:assumed-role/r/s is not authorized to perform: "
NO_ALLOW = f"{WHO}iam:CreateRole on resource: * because no identity-based policy allows the action"
BY_THE_ORGANIZATION = (
    f"{WHO}iam:CreateRole on resource: * with an explicit deny in a service control policy"
)
SOMEBODY = cast(Attacker, None)


def says(message: str, code: str = "AccessDenied") -> Callable[[Any], object]:
    def refuse(who: object) -> object:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "CreateRole")

    return refuse


def nothing(who: object) -> object:
    return None


def attempt(how: Callable[[Any], object], control: Callable[[Any], object]) -> Attempt:
    return Attempt("makes a role", "role", how, denied("iam:CreateRole"), "`NoRoles`", control)


def test_a_call_that_somebody_else_may_make_is_refused_by_its_statement() -> None:
    assert refused_by(attempt(says(NO_ALLOW), nothing), SOMEBODY) == "`NoRoles`"


def test_a_call_that_the_organization_denies_to_everybody_is_refused_by_it() -> None:
    found = refused_by(attempt(says(NO_ALLOW), says(BY_THE_ORGANIZATION)), SOMEBODY)
    assert found == "a service control policy, to everybody"


def test_a_control_that_fails_for_another_reason_still_shows_the_refusal() -> None:
    invalid = says("the name is taken", "EntityAlreadyExists")
    assert refused_by(attempt(says(NO_ALLOW), invalid), SOMEBODY) == "`NoRoles`"


@pytest.mark.parametrize(
    ("how", "control", "fault"),
    [
        (nothing, nothing, "it has succeeded; `NoRoles` should have refused it"),
        (says("no such thing", "NoSuchEntity"), nothing, "it failed for another reason: NoSuch"),
        (says(f"{WHO}iam:TagRole"), nothing, "it failed for another reason: AccessDenied"),
        (says(NO_ALLOW), says(NO_ALLOW), "who may do it is refused too"),
        (nothing, says(BY_THE_ORGANIZATION), "it has succeeded"),
    ],
)
def test_what_is_no_refusal_is_said(
    how: Callable[[Any], object], control: Callable[[Any], object], fault: str
) -> None:
    with pytest.raises(PlatformError, match=fault):
        refused_by(attempt(how, control), SOMEBODY)
