"""`doctor` through its door: this machine, the files, regions and quotas; no account is reached."""

import json
import re
from pathlib import Path

import pytest
from command_lines import app_file, command_line, configured
from one_account_set import ONE_SET

pytestmark = pytest.mark.app

NETWORKS = """\
cdk_infra_app_config:
  network:
    default_create_network:
      vpc_nat_gateways: 3
"""
Findings = list[dict[str, str]]


def findings(root: Path, *flags: str, **environment: str) -> tuple[int, Findings]:
    done = command_line(root, "doctor", "--json", *flags, environment=environment)
    assert "Traceback" not in done.stderr
    found: Findings = json.loads(done.stdout)
    return done.returncode, found


def of(found: Findings, area: str, level: str) -> list[str]:
    return [f["message"] for f in found if f["area"] == area and f["level"] == level]


def test_what_cannot_be_looked_at_is_said_and_is_no_error(tmp_path: Path) -> None:
    code, found = findings(configured(tmp_path))
    assert code in (0, 3)  # 3: this machine may lack the AWS CLI
    assert [f["message"] for f in found if f["level"] == "error"] == []
    accounts = [f for f in found if f["area"].endswith("in eu-west-1")]
    assert [f["level"] for f in accounts] == ["unchecked"] * 4
    assert all("aws configure sso --profile mlops-" in f["remedy"] for f in accounts)
    assert of(found, "regions", "unchecked")  # nothing is synthesised there
    assert of(found, "people", "warning")  # the file names no approvers


def test_the_tools_are_those_of_the_lock_files(tmp_path: Path) -> None:
    _, found = findings(configured(tmp_path), "--offline")
    shown = of(found, "this machine", "ok")
    assert any(message.endswith("as constraints.txt pins them") for message in shown)
    assert any(message.startswith("CDK CLI ") for message in shown)


def test_a_python_that_is_too_old_is_an_error(tmp_path: Path) -> None:
    root = configured(tmp_path)
    package = root / "mlops-commons" / "pyproject.toml"
    package.write_text(package.read_text().replace('">=3.11"', '">=3.99.1"'))
    code, found = findings(root, "--offline")
    assert code == 1
    (message,) = of(found, "this machine", "error")
    assert message.endswith("; this repository needs 3.99.1 or later")


def test_a_package_that_has_drifted_from_the_lock_is_an_error(tmp_path: Path) -> None:
    root = configured(tmp_path)
    lock = root / "constraints.txt"
    text = lock.read_text()
    pinned = next(line for line in text.splitlines() if line.startswith("boto3=="))
    lock.write_text(text.replace(pinned, "boto3==1.0.0 \\"))
    code, found = findings(root, "--offline")
    assert code == 1
    (message,) = of(found, "this machine", "error")
    assert "(pinned: 1.0.0)" in message


def test_the_stray_cdk_cli_is_known(tmp_path: Path) -> None:
    root = configured(tmp_path)
    stray = tmp_path / "stray"
    stray.mkdir()
    (stray / "cdk").write_text("#!/bin/sh\necho '3.0.0 (build 1)'\n")
    (stray / "cdk").chmod(0o755)
    code, found = findings(root, "--offline", PATH=f"{stray}:/usr/bin:/bin")
    assert code == 3
    assert any(
        "cannot read today's assemblies" in message
        for message in of(found, "this machine", "warning")
    )


def test_every_problem_of_the_files_is_a_finding(tmp_path: Path) -> None:
    root = configured(tmp_path)
    file = app_file(root)
    file.write_text(file.read_text().replace("eu-west-1", "eu-west-9").replace("dev", "de v"))
    code, found = findings(root, "--offline")
    assert code == 1
    assert len(of(found, "configuration", "error")) >= 2


def test_findings_are_counted_in_one_and_in_many(tmp_path: Path) -> None:
    root = configured(tmp_path)
    for many in (True, False):
        if not many:
            app_file(root).write_text(ONE_SET)
        else:
            file = app_file(root)
            broken = file.read_text().replace("eu-west-1", "eu-west-9").replace("dev", "de v")
            file.write_text(broken)
        counts = command_line(root, "doctor", "--offline").stdout.splitlines()[-1]
        number, noun = counts.rpartition(", ")[2].split()
        assert noun == ("errors" if many else "error"), counts
        assert (int(number) > 1) is many
        assert re.search(r"(?<![0-9])[0-9,]+ ok, ", counts + ", ")


def test_the_accounts_of_the_sample_are_an_error(tmp_path: Path) -> None:
    root = configured(tmp_path)
    file = app_file(root)
    file.write_text(ONE_SET)
    code, found = findings(root, "--offline")
    assert code == 1
    assert "111111111111" in of(found, "configuration", "error")[0]


def test_more_than_a_default_quota_is_a_warning_with_the_request(tmp_path: Path) -> None:
    shared = ONE_SET.replace('"333333333333"', '"222222222222"\n          parameter_namespace: pre')
    _, found = findings(configured(tmp_path, shared, NETWORKS), "--offline")
    warnings = [f for f in found if f["area"] == "quotas" and f["level"] == "warning"]
    assert len(warnings) == 1
    assert "needs 6 of 'EC2-VPC Elastic IPs'" in warnings[0]["message"]
    assert "--quota-code L-0263D0A3 --desired-value 6" in warnings[0]["remedy"]


def synthesised(root: Path, account: str) -> None:
    """Leave templates of infra for an account, with a type that no region has."""
    assembly = root / "mlops-infra" / "cdk.out"
    assembly.mkdir()
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{account}/eu-west-1",
        "properties": {"templateFile": "one.template.json"},
    }
    (assembly / "manifest.json").write_text(json.dumps({"artifacts": {"one": stack}}))
    resources = {"Tape": {"Type": "AWS::Storage::Tape"}, "Bucket": {"Type": "AWS::S3::Bucket"}}
    (assembly / "one.template.json").write_text(json.dumps({"Resources": resources}))


def test_a_type_that_a_region_lacks_is_named(tmp_path: Path) -> None:
    root = configured(tmp_path)
    synthesised(root, "100000000001")
    _, found = findings(root, "--offline")
    assert of(found, "regions", "error") == [
        "eu-west-1 lacks what 'infra' creates there: AWS::Storage::Tape"
    ]
    app_file(root).write_text(app_file(root).read_text() + "# changed since\n")
    _, found = findings(root, "--offline")
    assert of(found, "regions", "error") == []
    assert "the templates of 'infra' are older than the configuration" in of(
        found, "regions", "unchecked"
    )


def test_templates_of_another_configuration_say_nothing_of_this_one(tmp_path: Path) -> None:
    root = configured(tmp_path)
    synthesised(root, "999999999999")
    _, found = findings(root, "--offline")
    assert "the templates of 'infra' are those of another configuration" in of(
        found, "regions", "unchecked"
    )
    assert of(found, "regions", "error") == of(found, "regions", "ok") == []
