"""Where a report comes from, and nothing of who has made it."""

import getpass
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from sample_report import act

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES
from mlops_rehearsal.report.assemblies import acknowledgements
from mlops_rehearsal.report.data import ActState
from mlops_rehearsal.report.failure import NOTHING_KNOWN, sentence
from mlops_rehearsal.report.provenance import UNKNOWN, provenance
from mlops_rehearsal.report.reach import reviewed

pytestmark = pytest.mark.pure

GIT = shutil.which("git") or "git"
DIGEST = "37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae"
PACKAGE = '{"devDependencies": {"aws-cdk": "2.1.0"}}'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "package.json").write_text(PACKAGE)
    for arguments in (
        ("init", "--quiet"),
        ("add", "."),
        ("-c", "user.name=N", "-c", "user.email=E", "commit", "--quiet", "--message", "First"),
    ):
        subprocess.run([GIT, *arguments], cwd=folder, check=True)
    return folder


def test_the_commit_and_what_differs_from_it_are_named(clone: Path) -> None:
    here = provenance(clone / "no.yml", clone / "no.yml", {}, clone)
    assert (len(here.commit), here.tree) == (40, "clean: as committed")
    (clone / "new file").touch()
    (clone / "package.json").write_text(f"{PACKAGE}\n")
    changed = provenance(clone / "no.yml", clone / "no.yml", {}, clone)
    assert (changed.commit, changed.tree) == (here.commit, "2 files changed or not committed")


def test_sources_without_a_history_are_called_so(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(PACKAGE)
    found = provenance(tmp_path / "no.yml", tmp_path / "no.yml", {}, tmp_path)
    assert (found.commit, found.tree.partition(":")[0]) == (UNKNOWN, "no clone")


def test_a_configuration_is_known_by_its_content_and_never_by_its_place(tmp_path: Path) -> None:
    own = tmp_path / "secret-customer.yml"
    own.write_text("a: 1\n")
    found = provenance(own, own, {"acts": "1", "empty": ""})
    # What `printf 'a: 1\n' | sha256sum` prints.
    assert set(found.files.values()) == {DIGEST}
    told = json.dumps(found.rows())
    assert "empty" not in told
    for secret in (str(tmp_path), "secret-customer", str(Path.home())):
        assert secret not in told
    if getpass.getuser() != "root":
        assert getpass.getuser() not in told


def test_the_reviewed_table_is_that_of_the_same_configuration_and_of_no_other(
    tmp_path: Path,
) -> None:
    found = reviewed(CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)
    assert found
    assert found.source.endswith("'sample'")
    assert found.heading[0] == "Who has"
    lead = next(row for row in found.rows if row[0] == "persona lead")
    assert dict(zip(found.heading, lead, strict=True))["prod"] == "yes"
    other = tmp_path / "cdk-infra-app.yml"
    other.write_text(CDK_INFRA_APP_CONFIG.read_text().replace("10.0.", "10.9."))
    assert other.read_text() != CDK_INFRA_APP_CONFIG.read_text()
    assert reviewed(CDK_APP_CONFIG, other) is None
    assert reviewed(EXAMPLES / "two-sets" / "cdk-app.yml", CDK_INFRA_APP_CONFIG) is None


def test_accepted_findings_are_read_from_assemblies_once_each(tmp_path: Path) -> None:
    folder = tmp_path / "mlops-infra" / "cdk.out"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    accepted = {"type": "aws:cdk:acknowledged-rules", "data": {"Annotation::Pack-R1[x]": "why"}}
    other = {"type": "aws:cdk:logicalId", "data": "Bucket"}
    content = json.dumps({"/stack/Bucket": [accepted, other, accepted]})
    (folder / "a.metadata.json").write_text(content)
    (found,) = acknowledgements(tmp_path)
    assert (found.app, found.rule, found.construct, found.reason) == (
        *("infra", "Pack-R1[x]", "stack/Bucket", "why"),
    )


PYTEST = """'tests' failed with exit code 1:
  ==== FAILURES ====
  E   assert 1 == 2
  FAILED tests/test_a.py::test_b - assert 1 == 2
  ========= 3 failed, 1515 passed in 12.1s ========="""


@pytest.mark.parametrize(
    ("message", "hint", "said"),
    [
        (
            f"act 4 (pipelines): infra: Build / Synth: {PYTEST}",
            "fix it",
            "Act 2, 'Act number 2', failed because infra: Build / Synth: 'tests' failed with exit "
            "code 1: 3 failed, 1515 passed in 12.1s. Next: fix it",
        ),
        (
            "KeyError: 'missing'",
            "",
            "Act 2, 'Act number 2', failed because KeyError: 'missing'. Next: " + NOTHING_KNOWN,
        ),
        ("", "", "Act 2, 'Act number 2', failed because it said nothing. Next: " + NOTHING_KNOWN),
    ],
    ids=["tests", "mistake", "nothing"],
)
def test_a_failed_act_is_one_sentence_of_what_why_and_what_to_do(
    message: str, hint: str, said: str
) -> None:
    failed = act(2, state=ActState.FAILED, message=message, hint=hint)
    assert sentence(failed) == said
    assert "\n" not in said


def test_a_long_reason_keeps_its_beginning_and_its_cause() -> None:
    message = f"act 9 (answer): the alarm has not stopped {'it ' * 200}: failed with exit code 137:"
    killed = f"{message}\n  107 passed in 3 s\n  buildspec.sh: line 32: 21201 Killed  python app.py"
    said = sentence(act(2, state=ActState.FAILED, message=killed, hint="h"))
    assert "failed because the alarm has not stopped it" in said
    assert " ... " in said
    assert "exit code 137: buildspec.sh: line 32: 21201 Killed  python app.py. Next: h" in said
    assert len(said) < 320
