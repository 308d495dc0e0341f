"""`access` says of what cannot be synthesised where it is wrong, and what to run next."""

import re
import sys
from pathlib import Path

import pytest
from rich.console import Console

from mlops_commons.cli import tables
from mlops_commons.cli.application import application
from mlops_commons.contract import ParameterName
from mlops_commons.utilities.errors import ConfigError, PlatformError
from mlops_commons.utilities.paths import EXAMPLES, REPOSITORY_ROOT
from mlops_reachability.cli import access
from mlops_reachability.document import PAGE
from mlops_reachability.programs import Programs
from mlops_reachability.starts import PERSONA_PARAMETERS, PERSONAS, Target, check_start
from mlops_reachability.synthesis import run_or_refuse, synthesise
from mlops_reachability.table import Reach, ReachTable

pytestmark = pytest.mark.pure


def test_a_broken_configuration_is_told_before_anything_is_synthesised(tmp_path: Path) -> None:
    broken = tmp_path / "cdk-app.yml"
    shipped = (EXAMPLES / "sample" / "cdk-app.yml").read_text()
    broken.write_text(re.sub(r"app_prefix: .*", "app_prefix: '9 9'", shipped))
    with pytest.raises(ConfigError, match="app_prefix") as caught:
        synthesise(broken, EXAMPLES / "sample" / "cdk-infra-app.yml", tmp_path / "out")
    assert str(broken) in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("what", ["mlops-infra", "mlops-sm-project-template", "the deploy app"])
def test_what_cannot_be_synthesised_is_named_with_a_command_that_exists(
    tmp_path: Path, what: str
) -> None:
    command = [sys.executable, "-c", "raise SystemExit('error: the reason')"]
    with pytest.raises(PlatformError) as caught:
        run_or_refuse(Programs(), command, tmp_path, {}, what)
    assert caught.value.message == f"{what} cannot be synthesised: the reason"
    verb = caught.value.hint.rpartition("./mlops-multi-account.sh ")[2].split()
    assert verb[0] in {command.name for command in application.registered_commands}
    assert verb[1] in ("infra", "template")


@pytest.mark.parametrize(
    "start",
    ["persona dss", "persona", "root", "pusher to a project's test repository", "Foreign account"],
)
def test_a_start_that_no_configuration_has_is_refused_before_anything_is_synthesised(
    monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    asked: list[object] = []
    monkeypatch.setattr("mlops_reachability.synthesis.synthesise", lambda *a: asked.append(a))
    with pytest.raises(PlatformError, match=f"there is no start '{start}'; ") as caught:
        access(start=start)
    assert "persona ds" in caught.value.message or "did you mean" in caught.value.message
    assert not asked


def test_every_start_of_the_reviewed_tables_is_known() -> None:
    page = (REPOSITORY_ROOT / PAGE).read_text(encoding="utf-8")
    found = {row.split(" | ")[0].removeprefix("| ") for row in re.findall(r"^\| \w.*", page, re.M)}
    found -= {"Who has", "From"}
    assert len(found) > 25
    for start in found:
        check_start(start)


def test_every_persona_of_the_contract_is_known() -> None:
    of_contract = [name for name in ParameterName if name.startswith(PERSONA_PARAMETERS)]
    assert sorted(PERSONAS) == sorted(name.rpartition("/")[2] for name in of_contract)


@pytest.mark.parametrize(
    "start",
    ["whoever pushes at a git host to acme/mlops", "whoever uploads the archive to some-bucket"],
)
def test_starts_outside_of_codecommit_are_known(start: str) -> None:
    check_start(start)


def test_a_path_fits_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tuple(f"step {number} of a way that is long" for number in range(9))
    row = Reach(start="persona ds", target=next(iter(Target)), products=("byoc",), path=path)
    found = ReachTable(products=("byoc",), rows=(row,))
    monkeypatch.setattr("mlops_reachability.synthesis.synthesise", lambda *arguments: None)
    monkeypatch.setattr("mlops_reachability.table.table", lambda *arguments: found)
    monkeypatch.setattr(tables, "console", lambda: Console(width=60))
    access()
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 60
    assert "step 8 of a way that is long" in " ".join(printed.split())
