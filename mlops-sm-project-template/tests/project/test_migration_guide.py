"""The guide for those who come from the reference system is true of projects and keeps networks.

What a project has is asked of the basic product's template and of its repositories, the network of
the old system of a stack like that one.
"""

import re
import textwrap
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template
from launched_projects import launched, product

from mlops_commons.utilities.paths import REPOSITORY_ROOT

GUIDE = REPOSITORY_ROOT / "docs" / "how-to" / "migrate-from-the-reference-system.md"

pytestmark = [
    pytest.mark.construct,
    pytest.mark.skipif(not GUIDE.is_file(), reason="the guide is in the monorepo only"),
]

OF_A_PROJECT = "## What a project's repositories need"
GONE = ("get_approved_package", "cfn_nag_ignore.yml", "deploy_endpoint_stack.py")
FILE = re.compile(r"[a-z_./]+\.(?:yml|py)")


def rows(heading: str) -> list[tuple[str, str]]:
    """The old and the new of each row of the table below a heading."""
    text = GUIDE.read_text(encoding="utf-8").partition(heading)[2].partition("\n## ")[0]
    return re.findall(r"^\| (?!In the|---)(.*?) \| (.*?) \|$", text, re.MULTILINE)


def quoted(text: str) -> list[str]:
    return re.findall("`([^`]+)`", text)


def test_each_file_of_the_new_repositories_is_in_the_seeds(tmp_path: Path) -> None:
    made = set()
    for name, seed in product("basic").seeds.items():
        seed.write(tmp_path / name)
        made |= {p.relative_to(tmp_path / name).as_posix() for p in (tmp_path / name).rglob("*")}
    named = [word for _, new in rows(OF_A_PROJECT) for word in quoted(new) if FILE.fullmatch(word)]
    assert {"config/defaults.yml", "buildspec.yml", "buildspec.test.yml"} <= set(named)
    ends = {path[at:] for path in made for at in range(len(path)) if at == 0 or path[at - 1] == "/"}
    assert [word for word in named if word not in ends] == []
    assert [word for word in GONE if word in ends] == []
    assert [word for word in GONE if word not in GUIDE.read_text(encoding="utf-8")] == []


def test_builds_have_the_new_variables_and_none_of_the_old() -> None:
    projects = launched("basic").of_type("AWS::CodeBuild::Project")
    given = {
        variable["Name"]
        for project in projects
        for variable in project["Environment"]["EnvironmentVariables"]
    }
    ((old, new),) = [row for row in rows(OF_A_PROJECT) if "MODEL_BUCKET_ARN" in row[0]]
    assert set(quoted(new)) <= given
    assert set(quoted(old)) - set(quoted(new)) == {"MODEL_BUCKET_ARN"}
    assert "MODEL_BUCKET_ARN" not in given


def test_the_lines_of_the_guide_keep_every_part_of_a_network(tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert "**its stack must then stay**" in text
    (lines,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    program = compile(textwrap.dedent(lines), GUIDE.name, "exec")
    stack = cdk.Stack(cdk.App(outdir=str(tmp_path)), "Old")
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
    vpc.add_interface_endpoint("Kms", service=ec2.InterfaceVpcEndpointAwsService.KMS)
    exec(program, {"aws_cdk": cdk, "self": stack})
    network = {
        name: found.get("DeletionPolicy")
        for name, found in Template.from_stack(stack).to_json()["Resources"].items()
        if found["Type"].startswith("AWS::EC2::")
    }
    assert len(network) > 15
    assert set(network.values()) == {"Retain"}
