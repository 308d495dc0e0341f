"""Resource types and actions that AWS does not have are refused with their line.

What ships is made from cfn-lint's lists, and from copies of the Service Authorization Reference. It
is held against what neither is: the classes of the CDK, which its team makes from CloudFormation's
registry, and the calls of services whose actions are their calls.
"""

import gzip
import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from service_authorization import action as reference

from mlops_commons.config.loader import load_sources
from mlops_commons.config.notes import notes
from mlops_commons.config.sources import Sources
from mlops_commons.service_reference import actions, has_action, resource_types
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

APP = """\
cdk_app_config:
  pipeline: {{account: "111111111111", region: eu-west-1}}
{more}
  deployments:
    - set_name: retail
      projects: {projects}
      stages: [{{stage_name: dev, account: "222222222222"}}]
"""
CLOSED = {
    *("IoTFleetHub", "LookoutMetrics", "NimbleStudio", "OpsWorksCM"),
    "Serverless",
}
"""Services that AWS has ended, of which the CDK still has classes (AWS Product Lifecycle), and the
macro of SAM, whose types the registry has not."""
SAME_NAMES = {
    "athena": "athena",
    "cloudwatch": "cloudwatch",
    "ecr": "ecr",
    "firehose": "firehose",
    "sns": "sns",
    "sqs": "sqs",
    "states": "stepfunctions",
    "sagemaker": "sagemaker",
}
"""Services whose actions are called as their calls, with the name of their model in botocore."""
BATCHES = {
    *("sqs:ChangeMessageVisibilityBatch", "sqs:DeleteMessageBatch", "sqs:SendMessageBatch"),
    "sns:PublishBatch",
}
"""Calls whose action is that of one message (SQS Developer Guide, "Amazon SQS API permissions";
SNS Developer Guide, "Amazon SNS API permissions")."""


def sources(folder: Path, *, projects: str = "{}", more: str = "", infra: str = "") -> Sources:
    (folder / "app.yml").write_text(APP.format(projects=projects, more=more))
    (folder / "infra.yml").write_text(infra)
    return load_sources(folder / "app.yml", folder / "infra.yml")


def refused(folder: Path, **files: str) -> tuple[str, int, str, str]:
    with pytest.raises(ConfigError) as caught:
        sources(folder, **files)
    (problem,) = caught.value.problems
    return problem.file.name, problem.line, problem.path, problem.message


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("AWS::Lambda::Functon", "did you mean 'AWS::Lambda::Function'"),
        ("AWS::DynamoDB::table", "'AWS::DynamoDB::Table'"),
        ("AWS::Dynamo::Table", "'AWS::DynamoDB::Table'"),
        ("AWS::SQS::Qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", "types of AWS::SQS: AWS::SQS::Queue"),
        ("AWS::Zzzzzzzzzzzzzzzzzzz::Yyyyyyyyyyyyyyyyyyyyyyyyy", "there are no types of AWS::Zzz"),
    ],
)
def test_a_resource_type_that_does_not_exist_is_refused(
    tmp_path: Path, written: str, words: str
) -> None:
    for files, line, path in (
        (
            {"more": f"  projects:\n    deploys:\n      - AWS::SQS::Queue\n      - {written}"},
            6,
            "projects.deploys[1]",
        ),
        ({"projects": f"{{deploys: [{written}]}}"}, 6, "deployments[0].projects.deploys[0]"),
    ):
        where = refused(tmp_path, **files)
        assert where[:3] == ("app.yml", line, path)
        assert f"'{written}' is no resource type that cfn-lint" in where[3]
        assert words in where[3]
        assert "service_reference.json" in where[3]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("dynamodb:GetItm", "did you mean 'GetItem'"),
        ("dynamodbb:GetItem", "did you mean 'dynamodb'"),
        ("dynamodb:Qqqqqqqqqqqqqqqqqqq", "actions of dynamodb: "),
        ("zzzzzzzzzzzzzzzzzz:GetItem", "there are no actions of zzz"),
    ],
)
def test_an_action_that_does_not_exist_is_refused(tmp_path: Path, written: str, words: str) -> None:
    where = refused(tmp_path, projects=f"{{role_actions: [dynamodb:PutItem, '{written}']}}")
    assert where[:3] == ("app.yml", 6, "deployments[0].projects.role_actions[1]")
    assert f"'{written}' is no IAM action that parliament" in where[3]
    assert words in where[3]


def personas(*names: str) -> str:
    return (
        "cdk_infra_app_config:\n  sagemaker:\n    personas:\n      data_scientist:\n"
        f"        actions: [{', '.join(names)}]\n"
    )


def test_a_family_of_a_persona_means_something(tmp_path: Path) -> None:
    where = refused(tmp_path, infra=personas("'athena:Lizt*'"))
    assert where[1:3] == (5, "sagemaker.personas.data_scientist.actions[0]")
    assert "'athena:Lizt*' is no IAM action" in where[3]
    assert sources(tmp_path, infra=personas("'athena:Get*'", "athena:StartQueryExecution"))


def test_what_exists_is_taken_in_any_case_that_iam_takes(tmp_path: Path) -> None:
    projects = "{deploys: [AWS::Lambda::Function, AWS::AppRunner::Service], role_actions: [%s]}"
    found = sources(tmp_path, projects=projects % "dynamodb:getitem, 'sqs:SendMessage'")
    assert not [note for note in notes(found) if "action" in note.message]


@pytest.mark.parametrize("call", ["s3:HeadObject", "sqs:SendMessageBatch", "lambda:Invoke"])
def test_a_call_that_is_no_action_is_said(tmp_path: Path, call: str) -> None:
    """It is not refused: of a new action a call is known before the reference has it."""
    with pytest.raises(KeyError):
        reference(call)
    projects = f"{{role_actions: [dynamodb:GetItem, '{call}']}}"
    (note,) = [n for n in notes(sources(tmp_path, projects=projects)) if call in n.message]
    assert (note.line, note.path) == (6, "deployments[0].projects.role_actions[1]")
    assert "its action has another name" in note.message
    (note,) = [n for n in notes(sources(tmp_path, infra=personas(call))) if call in n.message]
    assert note.path == "sagemaker.personas.data_scientist.actions[0]"
    more = f"  projects: {{role_actions: ['{call}']}}"
    (note,) = [n for n in notes(sources(tmp_path, more=more)) if call in n.message]
    assert note.path == "projects.role_actions[0]"


@pytest.mark.parametrize("key", ["Action", "NotAction"])
def test_a_denial_of_nothing_is_said(tmp_path: Path, key: str) -> None:
    of = "'arn:aws:s3:::a/*'"
    denial = (
        f"{{Effect: Deny, {key}: ['s3:*', 'S3:putobject', '*', 'ec2:Creat3*'], Resource: {of}}}"
    )
    more = f"  org: {{permissions_boundary: {{name: b, deny: [{denial}]}}}}"
    (note,) = [n for n in notes(sources(tmp_path, more=more)) if "denies nothing" in n.message]
    assert (note.line, "ec2:Creat3*" in note.message) == (3, True)
    assert note.path == f"org.permissions_boundary.deny[0].{key}"


def test_every_type_of_which_the_cdk_has_a_class_is_known() -> None:
    package = find_spec("aws_cdk")
    assert package
    assert package.origin
    types: set[str] = set()
    for file in Path(package.origin).parent.glob("*/__init__.py"):
        named = re.findall(r":cloudformationResource: (AWS::\w+::\w+)", file.read_text())
        types.update(named)
    assert len(types) > 1800
    assert {kind.split("::")[1] for kind in types - resource_types()} == CLOSED


@pytest.mark.parametrize("service", SAME_NAMES)
def test_every_call_of_a_service_is_known_as_its_action(service: str) -> None:
    """Botocore's calls are not among what actions are made from."""
    package = find_spec("botocore")
    assert package
    assert package.origin
    (*_, file) = sorted(
        (Path(package.origin).parent / "data" / SAME_NAMES[service]).glob("*/service-2.json.gz")
    )
    calls = json.loads(gzip.decompress(file.read_bytes()))["operations"]
    named = {f"{service}:{name}" for name in calls} - BATCHES
    unknown = {name for name in named if not has_action(name)}
    assert len(unknown) < len(named) / 3, sorted(unknown)
    assert all(has_action(name, "operations") for name in unknown)


def test_the_reference_is_whole() -> None:
    assert sum(len(names) for names in actions().values()) > 20_000
