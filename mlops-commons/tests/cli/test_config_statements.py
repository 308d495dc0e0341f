"""`config statements`: what owners of existing buckets and keys are told."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_commons.cli.environment import child_environment
from mlops_commons.utilities.paths import (
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
    CONFIG_VARIABLE,
    EXAMPLES,
    REPOSITORY_ROOT,
)

pytestmark = pytest.mark.pure

BUCKET = "arn:aws:s3:::acme-log-archive"


def run(environment: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mlops_commons.cli", "config", "statements", *arguments],
        cwd=REPOSITORY_ROOT,
        env={**child_environment(), CONFIG_VARIABLE: str(environment)},
        capture_output=True,
        text=True,
        check=True,
    )


def statements(environment: Path, *arguments: str) -> str:
    return run(environment, *arguments).stdout


def test_they_are_printed_for_the_owners_of_policies() -> None:
    said = statements(EXAMPLES / "organisation")
    assert f"{BUCKET}: flow logs of networks are written to it" in said
    assert '"Sid": "WriteFlowLogs"' in said
    assert '"Sid": "EncryptFlowLogs"' in said


def test_a_script_reads_them_as_json() -> None:
    rows = json.loads(statements(EXAMPLES / "organisation", "--json"))
    assert rows[0]["policy_of"] == BUCKET
    assert {statement["Effect"] for row in rows for statement in row["statements"]} == {"Allow"}


def test_too_many_accounts_for_one_policy_are_said_to_be(tmp_path: Path) -> None:
    app = (EXAMPLES / "organisation" / CDK_APP_CONFIG.name).read_text()
    (head, a_set) = app.split("    - set_name: business-unit-1")
    sets = [
        f"    - set_name: unit-{number}" + re.sub(r'"\d{3}', f'"{number}', a_set)
        for number in range(100, 200)
    ]
    (tmp_path / CDK_APP_CONFIG.name).write_text(head + "\n".join(sets))
    (tmp_path / CDK_INFRA_APP_CONFIG.name).write_text("cdk_infra_app_config: {}\n")
    said = run(tmp_path).stderr
    assert re.search(rf"warning: {BUCKET}: these statements alone are [0-9,]+ characters", said)


def test_a_configuration_that_names_nobody_elses_says_so() -> None:
    assert statements(EXAMPLES / "sample").startswith("nothing: ")
    assert json.loads(statements(EXAMPLES / "sample", "--json")) == []
