"""The row that the guide to a persona shows is one that the table takes."""

import re
import textwrap

import pytest
from persona_policies import SCOPE
from service_authorization import lacking

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_infra.access import personas

pytestmark = pytest.mark.pure

GUIDE = REPOSITORY_ROOT / "docs/how-to/add-a-persona.md"


def test_the_row_of_the_guide_is_one_of_the_table() -> None:
    blocks = re.findall(r" {3}```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (row,) = (textwrap.dedent(block) for block in blocks if "jobs_run_as" in block)
    # The persona of the guide is not there; another one shows that the rest is.
    text = row.replace("Persona.REVIEWER", "Persona.AUDITOR")
    made = eval(text, dict(vars(personas)))
    assert isinstance(made, personas.PersonaRow)
    granted = [found for policy in made.policies for found in policy.statements(SCOPE)]
    passed = {"Effect": "Allow", "Action": ["iam:PassRole"]}  # by `jobs_run_as`
    assert lacking([passed, *(statement.document() for statement in granted)]) == []
