"""What people write into the folder of extensions: it works, or is refused with file and line."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from mlops_commons.stage import Studio
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.core_stage import CoreStage
from mlops_infra.extension_loading import PACKAGE

pytestmark = pytest.mark.construct

Extended = Callable[..., dict[str, Any]]
IMPORTS = """\
import aws_cdk as cdk
from aws_cdk import aws_iam as iam, aws_ssm as ssm

from mlops_commons.contract import Persona


def add(stack, stage):
    """
COMPANY = "iam.ManagedPolicy.from_managed_policy_name(stack, 'Company', 'company')"
MODEL = "arn:aws:bedrock:eu-west-1::foundation-model/a-model"
INVOKE = f"iam.PolicyStatement(actions=['bedrock:InvokeModel'], resources=['{MODEL}'])"


@pytest.fixture
def extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Extended]:
    """The template of a stage with Studio, or without, and with these files as extensions."""
    monkeypatch.setattr(importlib.import_module(PACKAGE), "__path__", [str(tmp_path)])

    def template(files: dict[str, str], *, studio: bool = True) -> dict[str, Any]:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        importlib.invalidate_caches()
        env = cdk.Environment(account="1" * 12, region="eu-west-1")
        chosen = Studio(domain_name="studio") if studio else None
        stage = CoreStage(cdk.App(), "dev", env=env, studio=chosen)
        return Template.from_stack(stage.stack).to_json()

    before = set(sys.modules)
    yield template
    for name in set(sys.modules) - before:
        if name.startswith(f"{PACKAGE}."):
            del sys.modules[name]


def roles(template: dict[str, Any]) -> dict[str, Any]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }


WRONG = [
    (
        "def add(stack):\n    pass\n",
        r"one\.py:1: .*'add' takes \(stack\); allowed: \(stack, stage\)",
    ),
    (
        "def add(stack, stage, more):\n    pass\n",
        r"one\.py:1: .*'add' takes \(stack, stage, more\)",
    ),
    ("x = 1\nasync def add(stack, stage):\n    pass\n", r"one\.py:2: .*'add' is a coroutine"),
    ("def add(stack, stage):\n    yield stack\n", r"one\.py:1: .*'add' is a coroutine or a gen"),
    ("import sys\nsys.exit(0)\n", r"one\.py:2: .*cannot be imported: SystemExit: 0"),
    ("def add(stack, stage):\n    raise SystemExit\n", r"one\.py:2: .*has failed.*: SystemExit\n"),
    # Python 3.11.2 calls it a ValueError, later ones a SyntaxError.
    ("\0", r"one\.py: extension 'one' cannot be imported: \w+: source .* null bytes"),
    (
        "def add(stack, stage):\n    stack.role('nobody')\n",
        r"one\.py:2: .*'nobody' is no persona; there are: data_s",
    ),
    (
        f"{IMPORTS}s = iam.PolicyStatement(not_actions=['s3:GetObject'], resources=['*'])\n"
        "    stack.role(Persona.AUDITOR).add_to_principal_policy(s)\n",
        r"one\.py: .*is granted all but s3:GetObject \(NotAction\).*allowed: a list of actions",
    ),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_a_wrong_extension_is_refused_with_its_line(
    extended: Extended, text: str, told: str
) -> None:
    with pytest.raises(PlatformError, match=told) as refused:
        extended({"one.py": text})
    assert refused.value.hint


def test_a_role_that_a_stage_without_studio_lacks_is_asked_for_in_a_line(
    extended: Extended,
) -> None:
    with pytest.raises(PlatformError, match=r"one\.py:8: .*has no role of the persona") as refused:
        extended({"one.py": f"{IMPORTS}stack.role(Persona.AUDITOR)\n"}, studio=False)
    assert "stage.has_studio" in refused.value.hint


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("lake.v2.py", "no extension can have this name.* no name with a '.'"),
        ("lake/bucket.py", "a folder without an __init__.py is never called"),
    ],
)
def test_an_extension_that_would_never_be_called_is_refused(
    extended: Extended, file: str, told: str
) -> None:
    with pytest.raises(PlatformError, match=f"{file}: .*{told}"):
        extended({file: "def add(stack, stage):\n    pass\n"})


ADDS = "    ssm.StringParameter(stack, 'Own', string_value='a')\n    return 42\n"


@pytest.mark.parametrize("file", ["my-Lake.py", "2024.py", "class.py", "lake/__init__.py"])
def test_whatever_else_an_extension_is_called_it_adds(extended: Extended, file: str) -> None:
    beside = {
        "_helper.py": "def add(x):\n    pass\n",
        "code/handler.py": "def handler():\n    pass\n",
    }
    template = extended({file: IMPORTS.rstrip(" ") + ADDS, **beside}, studio=False)
    assert [name for name in template["Resources"] if name.startswith("Own")]


@pytest.mark.parametrize("asked", [f"apply({COMPANY})", "clear()"])
def test_no_boundary_on_all_roles_takes_the_place_of_those_of_people_and_projects(
    extended: Extended, asked: str
) -> None:
    plain = roles(extended({}))
    kept = {name for name, role in plain.items() if "PermissionsBoundary" in role}
    found = roles(extended({"one.py": f"{IMPORTS}iam.PermissionsBoundary.of(stack).{asked}\n"}))
    assert len([name for name in kept if name.startswith("Personas")]) == 5
    assert {name for name in kept if found[name] == plain[name]} == kept


@pytest.mark.parametrize(
    "granting",
    [
        f"stack.role(Persona.DATA_SCIENTIST).add_to_principal_policy({INVOKE})",
        "iam.ManagedPolicy(stack, 'Models', roles=[stack.role(Persona.DATA_SCIENTIST)], "
        f"statements=[{INVOKE}])",
        "iam.Policy(stack, 'Models', roles=[stack.role(Persona.DATA_SCIENTIST)], "
        f"statements=[{INVOKE}])",
        "stack.role(Persona.DATA_SCIENTIST).add_managed_policy("
        f"iam.ManagedPolicy(stack, 'Models', statements=[{INVOKE}]))",
    ],
)
def test_the_boundary_lets_through_what_is_granted_however_it_is_granted(
    extended: Extended, granting: str
) -> None:
    resources = extended({"one.py": f"{IMPORTS}{granting}\n"})["Resources"]
    letting = {
        name
        for name, resource in resources.items()
        if name.startswith("Personas") and "Boundary" in name
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        if "bedrock:InvokeModel" in statement["Action"]
    }
    assert len(letting) == 1
    assert next(iter(letting)).startswith("PersonasDataScientistBoundary")


def test_a_boundary_that_would_be_too_long_is_refused(extended: Extended) -> None:
    actions = "[f'bedrock:InvokeThisOrThat{number}' for number in range(200)]"
    statement = f"iam.PolicyStatement(actions={actions}, resources=['{MODEL}'])"
    granting = f"stack.role(Persona.DATA_SCIENTIST).add_to_principal_policy({statement})"
    with pytest.raises(PlatformError, match=r"would have [0-9]+ characters.*IAM takes 6144"):
        extended({"one.py": f"{IMPORTS}{granting}\n"})
