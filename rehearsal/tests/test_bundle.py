"""The archive of evidence: an auditor can verify it, and equal reports are equal archives."""

import io
import json
import shutil
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from sample_report import sample

from mlops_rehearsal.report.bundle import SUMS, bundle
from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.deployed import NOTHING, DeployedTemplate, ManagedPolicy, Role
from mlops_rehearsal.report.page import page

pytestmark = pytest.mark.pure

ACCOUNT = "111100000001"
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}
PROGRAM = ("sha256sum",) if shutil.which("sha256sum") else ("shasum", "-a", "256")


def report() -> Report:
    own = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    found = replace(
        NOTHING,
        templates=(
            DeployedTemplate(
                account=ACCOUNT, region="eu-west-1", stack="net", template={"b": 1, "a": 2}
            ),
        ),
        roles=(Role(account=ACCOUNT, name="R", trust=TRUST, inline={"own": own}),),
        policies=(
            ManagedPolicy(account=ACCOUNT, arn="arn:aws:iam::1:policy/path/P", document=own),
        ),
    )
    return sample(deployed=found)


def unpacked(folder: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(bundle(report()))) as archive:
        for member in archive:
            target = folder / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            content = archive.extractfile(member)
            assert content
            target.write_bytes(content.read())
    return folder


def verified(folder: Path) -> "subprocess.CompletedProcess[str]":
    """As README.txt of the archive and the documentation say it."""
    return subprocess.run(
        [*PROGRAM, "--check", SUMS], cwd=folder, capture_output=True, text=True, check=False
    )


def test_an_equal_report_is_an_equal_archive() -> None:
    assert bundle(report()) == bundle(report())
    assert bundle(report()) != bundle(replace(report(), actions=()))


def test_every_file_but_the_list_itself_is_in_the_list_and_can_be_verified(tmp_path: Path) -> None:
    unpacked(tmp_path)
    files = {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*") if f.is_file()}
    listed = {line.split("  ")[1] for line in (tmp_path / SUMS).read_text().splitlines()}
    assert listed == files - {SUMS}
    assert verified(tmp_path).returncode == 0
    assert {
        *("report.html", "evidence.json", "README.txt", f"policies/{ACCOUNT}/roles/R.json"),
        *(f"templates/{ACCOUNT}/eu-west-1/net.json", f"policies/{ACCOUNT}/managed/path_P.json"),
    } == listed


def test_a_changed_policy_is_found_by_the_documented_command(tmp_path: Path) -> None:
    file = unpacked(tmp_path) / f"policies/{ACCOUNT}/roles/R.json"
    file.write_text(file.read_text().replace("s3:GetObject", "s3:PutObject"))
    done = verified(tmp_path)
    assert done.returncode != 0
    assert "roles/R.json: FAILED" in done.stdout


def test_the_archive_says_nothing_of_the_machine() -> None:
    with tarfile.open(fileobj=io.BytesIO(bundle(report()))) as archive:
        entries = {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in archive}
    assert entries == {(0, 0, 0, "", "", 0o644)}


def test_page_and_data_are_of_the_same_report(tmp_path: Path) -> None:
    unpacked(tmp_path)
    assert (tmp_path / "report.html").read_text() == page(report())
    data = json.loads((tmp_path / "evidence.json").read_text())
    assert data["emulated"] is True
    assert [act["state"] for act in data["acts"]] == ["played", "played", "played"]
    role = json.loads((tmp_path / f"policies/{ACCOUNT}/roles/R.json").read_text())
    assert role["AssumeRolePolicyDocument"] == TRUST
