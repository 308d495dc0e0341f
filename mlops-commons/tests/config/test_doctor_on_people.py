"""What `doctor` says about who approves deployments."""

from pathlib import Path

import pytest
from one_account_set import ONE_SET, loaded

from mlops_commons.config import PlatformConfig
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.people import look_at_people

pytestmark = pytest.mark.pure

SSO = "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Approvers_*"


def findings(folder: Path, *arns: str, mfa: bool = False) -> list[Finding]:
    listed = ", ".join(f'"{arn}"' for arn in arns)
    block = (
        f"  projects:\n    approvers: {{role_arns: [{listed}], require_mfa: {str(mfa).lower()}}}\n"
    )
    return of_sets(loaded(folder, ONE_SET + block))


def of_governance(found: Finding) -> bool:
    return found.message.startswith("governance: ")


def of_sets(config: PlatformConfig) -> list[Finding]:
    """What is said of the sets; governance comes first."""
    return [found for found in look_at_people(config) if not of_governance(found)]


@pytest.mark.parametrize(
    ("listed", "level", "said"),
    [
        ("", Level.WARNING, "nobody is named under pipeline.notify"),
        ("one@example.com", Level.OK, "1 e-mail address told"),
        ("one@example.com, two@example.com", Level.OK, "2 e-mail addresses told"),
    ],
)
def test_who_hears_of_deliveries_is_said(
    tmp_path: Path, listed: str, level: Level, said: str
) -> None:
    text = ONE_SET.replace("  pipeline:\n", f"  pipeline:\n    notify: [{listed}]\n")
    found = [row for row in look_at_people(loaded(tmp_path, text)) if of_governance(row)]
    assert (found[1].level, said in found[1].message) == (level, True)


def test_a_set_without_approvers_is_told_who_approves(tmp_path: Path) -> None:
    (found,) = of_sets(loaded(tmp_path))
    assert found.level is Level.WARNING
    assert "the lead approves" in found.message
    assert Path(__file__).parents[3].joinpath(found.remedy.partition("see ")[2]).is_file()


@pytest.mark.parametrize("mfa", [False, True])
def test_approvers_from_outside_are_fine(tmp_path: Path, mfa: bool) -> None:
    (found,) = findings(tmp_path, "arn:aws:iam::222222222222:role/Approvers", mfa=mfa)
    assert found.level is Level.OK
    assert found.message == "set 'business-unit-1': approvers from outside of Studio are named"


def test_mfa_that_nobody_of_identity_center_can_have_is_an_error(tmp_path: Path) -> None:
    arn = f"arn:aws:iam::222222222222:{SSO}"
    (found,) = findings(tmp_path, arn, mfa=True)
    assert found.level is Level.ERROR
    assert arn in found.message
    (found,) = findings(tmp_path, arn)
    assert found.level is Level.OK
