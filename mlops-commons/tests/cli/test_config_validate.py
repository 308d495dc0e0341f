"""`config validate` of any file, for people, scripts and code scanning."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mlops_commons.cli.application import application
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES, SAMPLE

pytestmark = pytest.mark.pure

FOLDERS = sorted(file.parent for file in EXAMPLES.glob(f"*/{CDK_APP_CONFIG.name}"))


def validate(*arguments: object) -> tuple[int, str]:
    ended = CliRunner().invoke(application, ["config", "validate", *map(str, arguments)])
    return ended.exit_code, ended.output


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The sample with an unknown key in one file and a bad range in the other."""
    app = (SAMPLE / CDK_APP_CONFIG.name).read_text()
    (tmp_path / CDK_APP_CONFIG.name).write_text(app.replace("app_prefix", "app_prefx", 1))
    infra = (
        "cdk_infra_app_config:\n  network:\n    default_create_network:\n      vpc_cidr: 1.2.3.4\n"
    )
    (tmp_path / CDK_INFRA_APP_CONFIG.name).write_text(infra)
    return tmp_path


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_every_example_is_valid_in_every_form(folder: Path, form: str) -> None:
    code, printed = validate(folder, "--format", form)
    assert code == 0, printed


def test_a_folder_and_either_file_of_it_say_the_same(broken: Path) -> None:
    of_folder = validate(broken, "--json")
    assert of_folder == validate(broken / CDK_APP_CONFIG.name, "--json")
    assert of_folder == validate(broken / CDK_INFRA_APP_CONFIG.name, "--format", "json")


def test_a_script_reads_each_problem_with_file_line_and_path(broken: Path) -> None:
    code, printed = validate(broken, "--json")
    found = json.loads(printed)
    assert (code, found["valid"]) == (1, False)
    rows = {(Path(row["file"]).name, row["line"], row["path"]) for row in found["problems"]}
    lines = (broken / CDK_APP_CONFIG.name).read_text().splitlines()
    line = next(n for n, text in enumerate(lines, start=1) if "app_prefx" in text)
    assert (CDK_APP_CONFIG.name, line) in {row[:2] for row in rows}
    assert (CDK_INFRA_APP_CONFIG.name, 4) in {row[:2] for row in rows}
    assert all(row["message"] for row in found["problems"])


def test_sarif_has_a_result_for_each_problem_of_the_report(broken: Path) -> None:
    """The required properties of SARIF 2.1.0 (OASIS, sections 3.13, 3.14, 3.27, 3.29, 3.30)."""
    rows = json.loads(validate(broken, "--json")[1])["problems"]
    code, printed = validate(broken, "--format", "sarif")
    log: dict[str, Any] = json.loads(printed)
    (run,) = log["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert (code, log["version"], len(run["results"])) == (1, "2.1.0", len(rows))
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert result["ruleId"] in rules
        assert result["level"] == "error"
        assert result["message"]["text"]
        assert place["region"]["startLine"] >= 1
        assert "\\" not in place["artifactLocation"]["uri"]


def test_a_file_that_is_not_there_is_a_problem_like_any_other(tmp_path: Path) -> None:
    code, printed = validate(tmp_path / "nowhere", "--json")
    assert code == 1
    assert "there is no such file" in json.loads(printed)["problems"][0]["message"]


def test_a_person_reads_the_same_problems_and_what_to_do(broken: Path) -> None:
    code, printed = validate(broken)
    assert code == 1 or "app_prefx" in printed
