"""What the reviewed page must say, whoever regenerates it."""

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_reachability.document import CONFIGURATIONS, PAGE
from mlops_reachability.starts import Target

pytestmark = pytest.mark.pure

HELD = (Target.PERSONAS, Target.PLATFORM, Target.PREPROD, Target.PROD, Target.GOVERNANCE)


def cells(configuration: str, start: str) -> dict[str, str]:
    """The row of a start in the table of a configuration."""
    text = (REPOSITORY_ROOT / PAGE).read_text(encoding="utf-8")
    _, _, rest = text.partition(f"<!-- reach in {configuration}: ")
    rows = rest.partition("<!-- end of reach")[0].splitlines()
    (row,) = (line for line in rows if line.startswith(f"| {start} |"))
    found = [cell.strip() for cell in row.strip("|").split("|")[1:]]
    return dict(zip(Target, found, strict=True))


@pytest.mark.parametrize("target", HELD)
@pytest.mark.parametrize("start", ["persona ds", "persona ml-engineer", "persona execution"])
@pytest.mark.parametrize("configuration", [c.name for c in CONFIGURATIONS])
def test_nobody_who_writes_code_gets_beyond_the_projects_of_dev(
    configuration: str, start: str, target: Target
) -> None:
    assert cells(configuration, start)[target] == ""


@pytest.mark.parametrize("configuration", [c.name for c in CONFIGURATIONS])
def test_a_foreign_account_reaches_nothing(configuration: str) -> None:
    assert set(cells(configuration, "foreign account").values()) == {""}


@pytest.mark.parametrize("persona", ["ds", "ml-engineer", "execution"])
def test_where_projects_are_kept_apart_a_persona_reaches_its_own_one_alone(persona: str) -> None:
    of_project = cells("separate-projects", f"persona {persona} of project p-alpha")
    assert of_project[Target.OWN] == "**yes**"
    assert [t for t in (Target.OTHER, *HELD) if of_project[t]] == []
    of_none = cells("separate-projects", f"persona {persona}")
    assert [t for t in (Target.OWN, Target.OTHER, *HELD) if of_none[t]] == []


def test_where_projects_are_kept_apart_a_lead_reaches_no_other_one() -> None:
    for start in ("persona lead", "persona lead of project p-alpha"):
        assert cells("separate-projects", start)[Target.OTHER] == ""


def test_a_company_s_boundary_path_prefix_and_keys_change_nobody_s_reach() -> None:
    text = (REPOSITORY_ROOT / PAGE).read_text(encoding="utf-8")
    _, _, rest = text.partition("<!-- reach in organisation: ")
    rows = rest.partition("<!-- end of reach")[0].splitlines()
    starts = [row.split("|")[1].strip() for row in rows if row.startswith("| ")][2:]
    assert len(starts) > 20
    for start in starts:
        own = cells("organisation", start)
        for target, cell in cells("sample", start).items():
            assert (cell == "**yes**" or "basic" in cell) == (own[target] == "**yes**")
