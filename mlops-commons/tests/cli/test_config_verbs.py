"""The verbs of `config` through their door: flags, show, explain, migrate, sign-in."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_lines import app_file, command_line, configured, environment_of, infra_file
from older_layout import older_layout

from mlops_commons.cli.config.making.flag_keys import KEYS
from mlops_commons.config import load_config
from mlops_commons.config.explaining.keys import keys

pytestmark = pytest.mark.app

GOVERNANCE = ("--region", "eu-west-1", "--governance-account", "100000000001")
ADDITIONS = """\
  tags:
    cost-centre: "0042"
  portfolio:
    support_email: help@example.org
  pipeline:
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return configured(tmp_path)


def test_flags_answer_everything_without_a_question(checkout: Path) -> None:
    stages = ("--stage", "retail/dev=100000000002", "--stage", "retail/prod=100000000003")
    done = command_line(checkout, "config", "--non-interactive", *GOVERNANCE, *stages)
    assert done.returncode == 0, done.stderr
    config = load_config(app_file(checkout), infra_file(checkout))
    assert [d.set_name for d in config.deployments] == ["retail"]
    assert [s.account for s in config.deployments[0].stages] == ["100000000002", "100000000003"]


def test_two_stages_share_an_account_where_flags_keep_them_apart(checkout: Path) -> None:
    shared = "--stage=retail/dev=100000000002", "--stage=retail/prod=100000000002"
    apart = shared[0], f"{shared[1]},namespace=live,secondary-cidrs=100.64.0.0/16"
    refused = command_line(checkout, "config", "--non-interactive", *GOVERNANCE, *shared)
    assert refused.returncode in (1, 130)
    assert "parameter_namespace" in refused.stderr
    done = command_line(checkout, "config", "--non-interactive", *GOVERNANCE, *apart)
    assert done.returncode == 0, done.stderr
    _, prod = load_config(app_file(checkout), infra_file(checkout)).deployments[0].stages
    assert (prod.account, prod.parameter_namespace) == ("100000000002", "live")


COMPANY = (
    *("--user", "data_scientists=ana,bob", "--support-email", "ml@example.com"),
    *("--tag", "team=ml", "--tag", "cost-centre=0042", "--boundary", "corp/ml-boundary"),
    *("--source", "infra=connection,provider=GitHub,repository=example/infra-{set}"),
    *("--source", "template=s3"),
)


ALLOW = {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}
DENY = {"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}


def test_flags_say_everything_that_questions_ask(checkout: Path) -> None:
    document = checkout / "boundary.json"
    document.write_text(json.dumps({"Version": "2012-10-17", "Statement": [ALLOW, DENY]}))
    said = (*COMPANY, "--boundary-document", document)
    once = command_line(checkout, "config", "--non-interactive", *said)
    assert once.returncode == 0, once.stderr
    # What flags have said stays: a second run speaks of one user group alone.
    later = ("--user", "ml_engineers=eve")
    done = command_line(checkout, "config", "--non-interactive", *later)
    assert done.returncode == 0, done.stderr
    config = load_config(app_file(checkout), infra_file(checkout))
    studio = config.studio("business-unit-1", "dev")
    assert studio
    names = [user.profile_name for user in studio.users]
    assert [n for n in names if not n.startswith("lead")] == ["ds-ana", "ds-bob", "ml-eng-eve"]
    assert config.portfolio.support_email == "ml@example.com"
    assert config.tags == {"team": "ml", "cost-centre": "0042"}
    boundary = config.org.permissions_boundary
    assert boundary and boundary.name == "corp/ml-boundary"
    assert "iam:CreateUser" in app_file(checkout).read_text()
    assert ALLOW["Action"] not in app_file(checkout).read_text()
    infra, templates = config.pipeline.source.infra, config.pipeline.source.project_template
    assert (infra.type, infra.provider, infra.repository) == (
        "connection",
        "GitHub",
        "example/infra-{set}",
    )
    assert templates.type == "s3"


@pytest.mark.parametrize(
    ("flag", "text", "problem"),
    [
        ("--user", "data_scientist=ana", "did you mean 'data_scientists'"),
        ("--user", "ana", "GROUP=NAME"),
        ("--tag", "team", "KEY=VALUE"),
        ("--boundary-document", "no-such.json", "cannot read"),
        ("--source", "web=s3", "apps: infra, template"),
        ("--source", "infra=github", "allowed: codecommit, connection, s3"),
        ("--source", "infra=connection,repositry=a/b", "did you mean 'repository'"),
    ],
)
def test_a_wrong_flag_of_the_company_is_named(
    checkout: Path, flag: str, text: str, problem: str
) -> None:
    before = app_file(checkout).read_bytes()
    done = command_line(checkout, "config", "--non-interactive", flag, text)
    assert done.returncode in (1, 130)
    assert text in done.stderr and problem in done.stderr
    assert app_file(checkout).read_bytes() == before


def test_the_help_names_every_key_that_a_stage_takes(checkout: Path) -> None:
    said = " ".join(command_line(checkout, "config", "--help").stdout.split())
    _, _, keys_of_stages = said.partition("Keys: ")
    assert keys_of_stages.partition(".")[0].split(", ") == [*KEYS]


def test_what_the_flags_do_not_speak_of_stays(checkout: Path) -> None:
    file = app_file(checkout)
    file.write_text(file.read_text().replace("  pipeline:\n", ADDITIONS))
    done = command_line(checkout, "config", "--non-interactive", "--prefix", "bank")
    assert done.returncode == 0, done.stderr
    config = load_config(file)
    assert config.app_prefix == "bank"
    assert config.tags == {"cost-centre": "0042"}
    assert config.portfolio.support_email == "help@example.org"
    assert [s.bootstrap.aws_profile for s in config.deployments[0].stages] == [
        "mlops-dev",
        "mlops-preprod",
        "mlops-prod",
    ]


def test_the_same_answers_again_write_nothing(checkout: Path) -> None:
    command_line(checkout, "config", "--non-interactive", "--prefix", "bank")
    again = command_line(checkout, "config", "--non-interactive")
    assert "both files say this already" in again.stdout
    assert len(list(app_file(checkout).parent.glob("*.bak"))) == 1


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("--stage", "retail=1"), "SET/STAGE=ACCOUNT"),
        (("--stage", "retail/dev=100000000002,profil=x"), "did you mean 'profile'"),
        (("--stage", "retail/dev=100000000002,approval=maybe"), "allowed: yes, no"),
        (("--stage", "retail/dev="), "retail/dev"),
        (("--stage", "retail/dev=,profile=nobody"), "the profile 'nobody' cannot be used"),
        (("--stage", "retail/dev=12"), "12 digits"),
        (("--region", "eu-west-9"), "did you mean"),
    ],
)
def test_a_wrong_flag_is_named_and_nothing_is_written(
    checkout: Path, flags: tuple[str, ...], expected: str
) -> None:
    before = app_file(checkout).read_bytes()
    done = command_line(checkout, "config", "--non-interactive", *flags)
    assert done.returncode in (1, 130)
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert app_file(checkout).read_bytes() == before


def test_a_full_disk_leaves_the_old_file(checkout: Path) -> None:
    folder = app_file(checkout).parent
    before = app_file(checkout).read_bytes()
    program = f"""
import resource, signal
from datetime import datetime
from pathlib import Path
from mlops_commons.config.writing import writer
# After the imports: the bytecode of a module must not be cut.
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
writer.replace_files({{Path({str(app_file(checkout))!r}): "x" * 1000}}, datetime.now())
"""
    command = [sys.executable, "-B", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "cannot keep a copy" in done.stderr
    assert app_file(checkout).read_bytes() == before
    assert not [file for file in folder.iterdir() if "cdk-app.yml." in file.name]


def test_show_names_the_line_of_each_value(checkout: Path) -> None:
    done = command_line(checkout, "config", "show", "--stage", "Business-Unit-1/dev", "--json")
    assert done.returncode == 0, done.stderr
    values = {row["key"]: row for row in json.loads(done.stdout)}
    lines = app_file(checkout).read_text().splitlines()
    for key, text in (("account", "200000000002"), ("bootstrap.aws_profile", "mlops-dev")):
        file, _, line = values[key]["origin"].partition(":")
        assert file == "cdk-app.yml"
        assert text in lines[int(line) - 1]
    assert values["region"]["origin"] == "cdk-app.yml:5"  # inherited from the pipeline
    assert values["create_network.vpc_cidr"] == {
        "of": "business-unit-1/dev",
        "key": "create_network.vpc_cidr",
        "value": "10.0.0.0/16",
        "origin": "default",
    }


def test_show_of_an_unknown_stage_names_the_known_ones(checkout: Path) -> None:
    done = command_line(checkout, "config", "show", "--stage", "nowhere/dev")
    assert done.returncode in (1, 130)
    assert "business-unit-1/preprod" in done.stderr


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("egress", "nat or endpoints-only"),
        ("deployments[0].stages[1].manual_approval", "wait for a person"),
        ("cdk_app_config.pipeline.account", "required"),
        ("", "idle_timeout_minutes"),
    ],
)
def test_explain_finds_a_key_however_it_is_written(
    checkout: Path, path: str, expected: str
) -> None:
    done = command_line(checkout, "config", "explain", *([path] if path else []))
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout


def test_explain_of_an_unknown_key_names_the_nearest(checkout: Path) -> None:
    done = command_line(checkout, "config", "explain", "egres")
    assert done.returncode in (1, 130)
    assert "did you mean 'egress'\n" in done.stderr
    of_block = command_line(checkout, "config", "explain", "create_network.egres")
    assert "did you mean 'egress'\n" in of_block.stderr


def test_every_key_says_what_it_means_or_what_it_is_by_default() -> None:
    assert [key.path for key in keys() if not (key.description or key.default)] == []


def test_the_older_layout_becomes_both_files(checkout: Path, tmp_path: Path) -> None:
    old = older_layout(tmp_path / "old")
    done = command_line(checkout, "config", "migrate", old, "--yes")
    assert done.returncode == 0, done.stderr
    config = load_config(app_file(checkout), infra_file(checkout))
    assert config.pipeline.account == "012345670123"
    assert config.pipeline.region == "us-west-2"
    assert config.pipeline.code_commit.infra.repo_name == "our-infra"
    (deployment,) = config.deployments
    assert [(s.stage_name, s.account) for s in deployment.stages] == [
        ("dev", "100000000002"),
        ("preprod", "100000000003"),
        ("prod", "100000000004"),
    ]
    assert config.network("retail", "prod").vpc_id == "vpc-0123456789abcdef0"  # type: ignore[union-attr]
    studio = config.studio("retail", "dev")
    assert studio and "ds-ada" in [user.profile_name for user in studio.users]


def test_without_a_governance_account_a_migration_says_which_flag(
    checkout: Path, tmp_path: Path
) -> None:
    old = older_layout(tmp_path / "old")
    old.with_name("constants.py").unlink()
    done = command_line(checkout, "config", "migrate", old, "--yes", "--region", "eu-west-1")
    assert done.returncode in (1, 130)
    assert "--governance-account" in done.stderr


def test_constants_are_read_and_never_run(checkout: Path, tmp_path: Path) -> None:
    old = older_layout(tmp_path / "old")
    trace = tmp_path / "it-ran"
    with old.with_name("constants.py").open("a") as file:
        file.write(f"open({str(trace)!r}, 'w')\n")
    assert command_line(checkout, "config", "migrate", old, "--yes").returncode == 0
    assert not trace.exists()


def test_each_profile_is_signed_in_and_its_account_asked(checkout: Path, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    calls = tmp_path / "calls"
    aws = programs / "aws"
    aws.write_text(f"#!/bin/sh\necho \"$@\" >>'{calls}'\n")
    aws.chmod(0o755)
    settings = tmp_path / "aws-config"
    settings.write_text(
        "[profile mlops-governance]\nsso_session = bank\n[profile mlops-dev]\nsso_session = bank\n"
        "[sso-session bank]\nsso_start_url = https://example.com/start\nsso_region = eu-west-1\n"
    )
    done = command_line(
        checkout,
        *("config", "refresh_aws_credentials", "--json"),
        environment={
            "AWS_CONFIG_FILE": str(settings),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        },
    )
    assert done.returncode == 1  # nobody is signed in here
    assert calls.read_text().splitlines() == ["sso login --profile mlops-governance"]
    rows = {row["profile"]: row for row in json.loads(done.stdout)}
    assert rows["mlops-dev"]["signed_in"] == "IAM Identity Center"
    assert "cannot be used" in rows["mlops-dev"]["problem"]
    assert "aws configure sso --profile mlops-prod" in rows["mlops-prod"]["problem"]


@pytest.mark.parametrize("closed", ["<&-", "2>&- <&-"])
def test_closed_descriptors_end_in_no_traceback(checkout: Path, closed: str) -> None:
    command = f'"{sys.executable}" -m mlops_commons.cli config {closed}'
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=checkout,
        env=environment_of(checkout),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (1, 130)
    assert "Traceback" not in done.stdout + done.stderr
