"""A rehearsal that fails leaves a report, whatever has failed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.table import ACTS, Act
from mlops_rehearsal.audience import Audience
from mlops_rehearsal.performance import Papers, perform
from mlops_rehearsal.report.collected import Origin
from mlops_rehearsal.timeline import Request, world_of
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.recorded import LINES, tail
from mlops_rehearsal.world.world import World

pytestmark = pytest.mark.app


def refuses(world: World) -> tuple[Evidence, ...]:
    raise PlatformError(f"no such file: {world.folder}/x", hint="fix it")


def has_a_mistake(world: World) -> tuple[Evidence, ...]:
    return ({}["missing"],)


def leaves_doors_open(world: World) -> tuple[Evidence, ...]:
    account = world.config.pipeline.account
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "999900000009"}}
    iam = world.administrator("iam", account, "eu-west-1")
    policy = {"Version": "2012-10-17", "Statement": [{**trust, "Resource": "*"}]}
    del policy["Statement"][0]["Principal"]
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=json.dumps(policy))["Policy"]
    iam.create_role(
        RoleName="stranger",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        PermissionsBoundary=limit["Arn"],
    )
    raise PlatformError("the doors are open")


def ends_the_emulator(world: World) -> tuple[Evidence, ...]:
    world.emulator.stop()
    raise PlatformError("the emulator has ended")


def report_of(file: Path, second: Callable[[World], tuple[Evidence, ...]]) -> str:
    """The text of the report when the second act does this; the first and third are real."""
    acts = (ACTS[0], Act(2, "second", "The second act", second), ACTS[2])
    with world_of(Request()) as world, pytest.raises((PlatformError, KeyError)):
        perform(
            world,
            acts,
            origin=Origin(made=datetime(2030, 1, 1, tzinfo=UTC)),
            papers=Papers(report=file, evidence=file.with_name("evidence.tar")),
            audience=Audience(),
        )
    found = ElementTree.fromstring(file.read_text(encoding="utf-8").removeprefix("<!doctype html>"))
    return " ".join(" ".join(found.itertext()).split())


def test_an_act_that_fails_is_reported_with_those_before_and_after_it(tmp_path: Path) -> None:
    text = report_of(tmp_path / "report.html", refuses)
    said = "Act 2, 'The second act', failed because no such file: <rehearsal>/x. Next: fix it"
    assert said in text
    assert "1 Empty accounts played" in text
    assert "3 First deploy of repositories and pipelines not reached" in text
    assert "sts:GetCallerIdentity" in text
    assert {file.name for file in tmp_path.iterdir()} == {"evidence.tar", "report.html"}


def test_a_mistake_in_an_act_is_reported_too(tmp_path: Path) -> None:
    assert "KeyError: 'missing'" in report_of(tmp_path / "report.html", has_a_mistake)


def test_what_an_account_holds_is_read_from_the_account(tmp_path: Path) -> None:
    text = report_of(tmp_path / "report.html", leaves_doors_open)
    assert "Roles may be entered from outside of the platform: stranger" in text
    assert "stranger governance an account that is not the platform's" in text
    assert "limit governance 1" in text


def test_an_emulator_that_has_ended_does_not_hide_why_the_act_failed(tmp_path: Path) -> None:
    text = report_of(tmp_path / "report.html", ends_the_emulator)
    assert "failed because the emulator has ended" in text
    assert "the emulator does not answer" in text


@pytest.mark.parametrize("what", ["report", "evidence"])
def test_what_cannot_be_written_is_refused_before_the_first_act(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").touch()
    places = {"report": tmp_path / "r", what: tmp_path / "file" / "x"}
    with pytest.raises(PlatformError, match=f"the {what} cannot be written") as refusal:
        Papers(**places).check()
    assert refusal.value.hint == f"name another file: rehearse --{what} FILE"


def test_the_end_of_a_log_has_no_lines_that_the_terminal_has_overwritten(tmp_path: Path) -> None:
    log = tmp_path / "program.log"
    log.write_bytes(b"first\n" * LINES + b" 1%\r 50%\r\x1b[32m100%\x1b[0m\r\nlast\n")
    lines = tail(log).split("\n")
    assert (len(lines), lines[-2:]) == (LINES, ["100%", "last"])
    assert tail(tmp_path / "no.log") == ""
