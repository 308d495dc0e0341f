"""The whole rehearsal through its door; some minutes, nearly all of it the builds."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from foreign_tables import TABLES
from interrupts import interruptible

from mlops_commons.utilities.paths import EXAMPLES, REPOSITORY_ROOT

WRAPPER = REPOSITORY_ROOT / "mlops-multi-account.sh"


def rehearse(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start it; its coverage is not measured, which would take a third of its time again.

    `test_own_code.py` plays the acts in a process that is measured, and a hundred tests the
    emulator.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    with interruptible():
        return subprocess.Popen(
            ["/bin/bash", str(WRAPPER), "rehearse", *arguments],
            env={**own, "TMPDIR": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


@pytest.mark.rehearsal
def test_the_sample_is_delivered_to_every_account_and_a_model_goes_to_prod(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("report")
    report = folder / "report.html"
    # Somebody else's, with German numbers: what is trained and delivered follows from one file.
    table = next(table for table in TABLES if table.file == "prices.csv")
    adopts = ("--table", str(table.put(folder)), "--label", table.label)
    program = rehearse(tmp_path, "--json", "--report", str(report), *adopts)
    output, errors = program.communicate(timeout=2400)
    assert program.returncode == 0, errors
    shown = json.loads(output)
    acts = {act["name"]: act["evidence"] for act in shown["acts"]}
    assert list(acts) == [
        *("accounts", "bootstrap", "deploy", "pipelines", "world"),
        *("project", "model", "promotion", "answer", "attack", "change", "upgrade", "teardown"),
    ]
    assert [row["role"].rpartition("/")[2] for row in acts["accounts"]["accounts"]] == [
        "governance",
        "dev",
        "preprod",
        "prod",
    ]
    deployed = [row for row in acts["pipelines"]["actions"] if row["result"].endswith("COMPLETE")]
    assert {row["stage"] for row in deployed} == {"dev", "preprod", "prod"}
    sees = {row["persona"]: row["sees"] for row in acts["world"]["portfolio"]}
    assert sees["data_scientist"] == "nothing"
    assert "MLOps" in sees["lead_data_scientist"]
    decisions = {(r["who"], r["decision"]) for r in acts["project"]["access"]}
    assert decisions == {("data_scientist", "denied"), ("lead_data_scientist", "allowed")}
    assert decisions == {(r["who"], r["decision"]) for r in acts["promotion"]["access"]}
    (adopted,) = acts["model"]["adopted tables"]
    assert adopted["changed"] == "data/prices.csv, project.yml"
    (version,) = acts["model"]["model versions"]
    assert version["status"] == "PendingManualApproval"
    assert "mse" in version["metrics"]
    (run,) = acts["promotion"]["runs"]
    assert run["variables"] == f"ModelPackageArn={version['version']}"
    assert {row["account"] for row in acts["answer"]["answers"]} == {
        row["account"] for row in acts["accounts"]["accounts"] if row["role"] != "governance"
    }
    assert all(int(row["captured"]) > 0 for row in acts["answer"]["answers"])
    assert all("Zimmer" in row["asked"] for row in acts["answer"]["answers"])
    (rolled_back,) = acts["answer"]["rollbacks"]
    assert (rolled_back["version"], rolled_back["serves again"]) == ("2", "1")
    assert rolled_back["stopped by"].endswith("-prod-server-errors")
    attempts = acts["attack"]["access"]
    assert len(attempts) > 20
    assert {row["decision"] for row in attempts} == {"denied"}
    changed = acts["change"]
    assert [row["change"] for row in changed["refusals"]] == [
        "dns_firewall is switched on",
        "stage 'prod' goes",
    ]
    assert {row["stage"] for row in changed["actions"]} >= {"dev", "preprod", "prod"}
    assert len(changed["changes"]) == 4  # a user in dev, an endpoint in every stage
    upgraded = acts["upgrade"]
    elsewhere, published = upgraded["pushes"]
    assert (elsewhere["branch"], elsewhere["started by"]) == ("an-experiment", "nothing")
    assert published["branch"] == "main"
    assert published["started by"].startswith("rule ")
    assert {row["commit"] for row in upgraded["actions"]} == {published["commit"]}
    assert {row["stage"] for row in upgraded["actions"]} >= {"Source", "Build", "dev"}
    (offered,) = upgraded["versions"]
    assert (offered["offered before"], offered["offered now"]) == ("1.0.0", "1.1.0")
    assert [row["changed"] for row in upgraded["projects"]] == ["nothing"]
    assert_accounts_and_access(shown)
    assert f"report: {report}" in errors
    assert_page(report.read_text(encoding="utf-8"), shown)
    assert_nothing_is_left(tmp_path)


def assert_accounts_and_access(shown: dict[str, Any]) -> None:
    """Every account has its stacks, and the refusals of the acts are among IAM's decisions."""
    for account in shown["accounts"]:
        stacks = {stack["name"]: stack for stack in account["stacks"]}
        assert "CDKToolkit" in stacks
        assert len(stacks) > 1
        assert all(stack["resources"] > 0 for stack in stacks.values())
        assert all(stack["status"].endswith("_COMPLETE") for stack in stacks.values())
    decided = {(row["action"], row["decision"]) for row in shown["access"]}
    for action in ("servicecatalog:ProvisionProduct", "sagemaker:UpdateModelPackage"):
        assert {(action, "allowed"), (action, "denied")} <= decided


def assert_page(page: str, shown: dict[str, Any]) -> None:
    """The report is well-formed and names what was played."""
    found = ElementTree.fromstring(page.removeprefix("<!doctype html>"))
    text = " ".join(" ".join(found.itertext()).split())
    for act in shown["acts"]:
        assert f"{act['number']} {act['title']} played" in text
    for row in shown["acts"][3]["evidence"]["actions"]:
        assert row["action"] in text
    assert "mse" in text


def assert_nothing_is_left(folder: Path) -> None:
    """No file in the folder for temporary files, and no process that was told of it."""
    assert list(folder.iterdir()) == []
    assert list(processes_told_of(folder)) == []


def processes_told_of(folder: Path) -> Iterator[str]:
    for environment in Path("/proc").glob("[0-9]*/environ"):
        # A process of somebody else, or one that has just ended.
        with contextlib.suppress(OSError):
            if str(folder).encode() in environment.read_bytes():
                yield (environment.parent / "cmdline").read_text().replace("\0", " ")


@pytest.mark.rehearsal
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_process_and_no_folder(tmp_path: Path, number: int) -> None:
    program = rehearse(tmp_path, "--until", "bootstrap", "--report", str(tmp_path / "report.html"))
    assert program.stderr
    while "act 2" not in program.stderr.readline():
        pass
    time.sleep(1)
    assert [*processes_told_of(tmp_path)]
    program.send_signal(number)
    program.communicate(timeout=30)
    assert program.returncode == 130
    assert_nothing_is_left(tmp_path)


@pytest.mark.rehearsal
def test_a_killed_rehearsal_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    program = rehearse(tmp_path, "--until", "bootstrap", "--report", str(tmp_path / "report.html"))
    assert program.stderr
    while "act 2" not in program.stderr.readline():
        pass
    time.sleep(1)
    os.killpg(program.pid, signal.SIGKILL)
    program.communicate(timeout=30)
    end = time.monotonic() + 60
    while [*processes_told_of(tmp_path)] and time.monotonic() < end:
        time.sleep(0.2)
    assert_nothing_is_left(tmp_path)


@pytest.mark.rehearsal
def test_a_failure_is_reported_and_leaves_no_process_and_no_folder(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("own")
    sample = (EXAMPLES / "endpoints-only" / "cdk-app.yml").read_text(encoding="utf-8")
    profile = "aws_profile: mlops-prod\n"
    unknown = f"{profile}            execution_policy_arn: arn:aws:iam::444444444444:policy/none\n"
    (folder / "cdk-app.yml").write_text(sample.replace(profile, unknown))
    report = folder / "report.html"
    program = rehearse(tmp_path, "--config", str(folder / "cdk-app.yml"), "--report", str(report))
    _, errors = program.communicate(timeout=600)
    assert program.returncode == 1
    assert "act 2 (bootstrap)" in errors
    assert "policy/none" in errors
    assert "failed" in report.read_text(encoding="utf-8")
    assert_nothing_is_left(tmp_path)


@pytest.mark.app
def test_a_product_that_is_not_there_is_refused_before_the_first_act(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    report = tmp_path_factory.mktemp("report") / "report.html"
    program = rehearse(tmp_path, "--product", "bathc", "--report", str(report))
    _, errors = program.communicate(timeout=120)
    assert program.returncode == 1
    assert "no product's name has 'bathc' in it; there are:" in errors
    assert "MLOps Batch Inference template" in errors
    assert "act 1" not in errors
    assert not report.exists()
    assert_nothing_is_left(tmp_path)


@pytest.mark.app
def test_a_table_without_its_label_is_refused_before_the_first_act(tmp_path: Path) -> None:
    table = tmp_path / "prices.csv"
    table.write_text("price\n1\n")
    program = rehearse(tmp_path, "--table", str(table))
    _, errors = program.communicate(timeout=60)
    assert program.returncode == 2
    assert "belong together" in " ".join(errors.split())
    assert "act 1" not in errors


@pytest.mark.seed
@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("price,rooms\n" + "1,2\n" * 30, ("--label", "cost"), "'cost'"),
        ("price;rooms\n1,234;2\n2,345;3\n", ("--label", "price"), "--adopt '--decimal ,'"),
        ("price\n1\n", ("--label", "price", "--adopt", "'"), "No closing quotation"),
    ],
)
def test_a_table_that_is_not_adopted_is_refused_before_the_first_act(
    content: str, options: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    table = tmp_path / "prices.csv"
    table.write_text(content)
    program = rehearse(tmp_path, "--table", str(table), *options)
    _, errors = program.communicate(timeout=600)
    assert program.returncode != 0
    assert words in " ".join(errors.split())
    assert "act 1" not in errors
    assert "Traceback" not in errors


@pytest.mark.app
def test_a_network_that_is_imported_is_there_under_its_ids(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = EXAMPLES / "imported-network" / "cdk-app.yml"
    report = tmp_path_factory.mktemp("report") / "report.html"
    options = ("--until", "accounts", "--json", "--report", str(report))
    program = rehearse(tmp_path, "--config", str(file), *options)
    output, errors = program.communicate(timeout=120)
    assert program.returncode == 0, errors
    (accounts,) = json.loads(output)["acts"]
    infra = file.with_name("cdk-infra-app.yml").read_text(encoding="utf-8")
    assert len(accounts["evidence"]["networks"]) == 3
    assert all(row["vpc"] in infra for row in accounts["evidence"]["networks"])


@pytest.mark.app
def test_an_unknown_act_names_those_that_there_are(tmp_path: Path) -> None:
    program = rehearse(tmp_path, "--until", "teardwn")
    _, errors = program.communicate(timeout=60)
    assert program.returncode == 1
    assert "there is no act 'teardwn'; there are: 1 or accounts" in errors
    assert_nothing_is_left(tmp_path)
