"""The extensions of the guide, as they stand there, and broken ones, through the real CDK CLI."""

import json
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
from command_lines import command_line

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.snapshot import snapshot

pytestmark = pytest.mark.app

ONE_SET = """\
cdk_app_config:
  app_prefix: mlops
  pipeline: {account: "101010101010", region: eu-west-1}
  deployments:
    - set_name: retail
      stages:
        - {stage_name: dev, account: "202020202021"}
        - {stage_name: preprod, account: "202020202022"}
"""
FOLDER = "mlops-infra/mlops_infra/extensions"


def extensions_of_the_guide() -> dict[str, str]:
    guide = (REPOSITORY_ROOT / "docs/how-to/add-your-own-resources.md").read_text()
    blocks = [textwrap.dedent(b) for b in re.findall(r" {3}```python\n(.*?)```", guide, re.DOTALL)]
    found = {}
    for block in blocks:
        first, rest = block.split("\n", 1)
        found[first.removeprefix(f"# {FOLDER}/")] = rest
    return found


@pytest.fixture(scope="module")
def extended(make_checkout: Any) -> Any:
    return make_checkout(
        cdk_app=ONE_SET,
        infra="cdk_infra_app_config: {}\n",
        extensions=extensions_of_the_guide(),
    )


@pytest.fixture(scope="module")
def assembly(extended: Any) -> Any:
    return extended.synth()  # fails on any finding of the rule packs


def kinds(template: dict[str, Any]) -> list[str]:
    return [resource["Type"] for resource in template["Resources"].values()]


def statements_of_the_data_scientist(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """By the role in the SSM contract, whatever its logical id."""
    resources = template["Resources"]
    (role,) = (
        resource["Properties"]["Value"]["Fn::GetAtt"][0]
        for resource in resources.values()
        if resource["Properties"].get("Name") == "/mlops/role/ds"
    )
    for resource in resources.values():
        if {"Ref": role} in resource["Properties"].get("Roles", []):
            yield from resource["Properties"]["PolicyDocument"]["Statement"]


def test_the_guide_shows_four_extensions() -> None:
    assert sorted(extensions_of_the_guide()) == [
        "dashboard.py",
        "glue_connection.py",
        "lake_and_model.py",
        "reference_data.py",
    ]


def test_the_data_scientist_reads_the_lake_and_calls_the_model_within_the_boundary(
    assembly: Any,
) -> None:
    dev = assembly.stage("retail", "dev")
    granted = {
        action
        for statement in statements_of_the_data_scientist(dev)
        if "acme-lake" in json.dumps(statement) or "foundation-model" in json.dumps(statement)
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    assert granted == {"s3:ListBucket", "s3:GetObject", "bedrock:InvokeModel"}
    (boundary,) = (
        resource["Properties"]["PolicyDocument"]["Statement"]
        for name, resource in dev["Resources"].items()
        if "DataScientistBoundary" in name and "Lead" not in name
    )
    let_through = {a for s in boundary if s["Effect"] == "Allow" for a in s["Action"]}
    assert "bedrock:InvokeModel" in let_through


def test_the_data_scientist_may_read_the_bucket_which_is_in_dev_only(assembly: Any) -> None:
    dev, preprod = assembly.stage("retail", "dev"), assembly.stage("retail", "preprod")
    buckets = [name for name in dev["Resources"] if name.startswith("ReferenceData")]
    (bucket,) = (
        name
        for name in buckets
        if dev["Resources"][name]["Type"] == "AWS::S3::Bucket" and "AccessLogs" not in name
    )
    (reading,) = (
        statement
        for statement in statements_of_the_data_scientist(dev)
        if bucket in json.dumps(statement)
    )
    assert reading["Effect"] == "Allow"
    assert set(reading["Action"]) == {"s3:GetBucket*", "s3:GetObject*", "s3:List*"}
    assert "AWS::S3::Bucket" not in kinds(preprod)


def test_the_connection_and_the_dashboard_are_in_every_stage(assembly: Any) -> None:
    for stage in ("dev", "preprod"):
        template = assembly.stage("retail", stage)
        assert {"AWS::Glue::Connection", "AWS::CloudWatch::Dashboard"} <= set(kinds(template))
        (connection,) = (
            resource["Properties"]["ConnectionInput"]
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::Glue::Connection"
        )
        assert connection["PhysicalConnectionRequirements"]["SubnetId"]
        assert connection["PhysicalConnectionRequirements"]["SecurityGroupIdList"]


def test_what_extensions_make_carries_the_tags_of_the_stage(assembly: Any) -> None:
    template = assembly.stage("retail", "dev")
    (bucket,) = (
        resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::S3::Bucket" and "AccessLogs" not in name
    )
    assert {"Key": "mlops:stage", "Value": "dev"} in bucket["Tags"]


def test_the_repository_of_a_set_holds_the_extensions(extended: Any) -> None:
    held = {str(file) for file in snapshot(extended.root, "mlops-infra").files}
    assert {f"{FOLDER}/{name}" for name in extensions_of_the_guide()} <= held


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        ("def add(stack, stage):\n    return stack.netwrok\n", 2, "has failed in stage 'dev'"),
        ("import nothing_of_that_name\n", 1, "cannot be imported: ModuleNotFoundError"),
        ("x = 1\ndef add(stack, stage)\n", 2, "cannot be imported: SyntaxError"),
        ("def ad(stack, stage):\n    pass\n", " extension", "has no function 'add'"),
    ],
)
def test_a_broken_extension_is_named_with_its_line_and_without_a_traceback(
    make_checkout: Any, content: str, place: object, message: str
) -> None:
    checkout = make_checkout(
        cdk_app=ONE_SET,
        infra="cdk_infra_app_config: {}\n",
        extensions={"broken.py": content},
    )
    done = checkout.cdk("synth", "-q", "--no-lookups")
    assert done.returncode != 0
    assert f"{FOLDER}/broken.py:{place}" in done.stderr
    assert message in done.stderr
    assert "next: " in done.stderr
    assert "Traceback" not in done.stderr


REFUSED_IN_SYNTHESIS = {
    "s3.Bucket(stack, 'Open')": (
        "the security rules refuse the resources that are named above",
        "correct them, or acknowledge the findings",
    ),
    # A template with a reference to a resource of another app.
    "s3.CfnBucket(stack, 'Open', bucket_name=s3.CfnBucket(cdk.Stack(cdk.App()), 'Other').ref)": (
        "the CDK refuses what the app makes: CannotReferenceAcrossApps",
        "stages share no constructs: give the other stage a text",
    ),
}


@pytest.mark.parametrize("content", REFUSED_IN_SYNTHESIS)
def test_what_the_synthesis_refuses_is_told_without_a_traceback(
    make_checkout: Any, content: str
) -> None:
    checkout = make_checkout(
        cdk_app=ONE_SET,
        infra="cdk_infra_app_config: {}\n",
        extensions={
            "refused.py": "import aws_cdk as cdk\nfrom aws_cdk import aws_s3 as s3\n"
            f"def add(stack, stage):\n    {content}\n"
        },
    )
    done = command_line(checkout.root, "check", "infra")
    assert done.returncode != 0
    told, hint = REFUSED_IN_SYNTHESIS[content]
    assert f"error: {told}" in done.stderr
    assert f"next: {hint}" in done.stderr
    assert "Traceback" not in done.stderr
