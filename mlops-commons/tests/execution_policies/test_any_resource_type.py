"""Any resource type gets a policy: as close as the sources allow, and never a way to everything."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from service_authorization import mismatched

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import Environment, StackTemplate
from mlops_commons.execution_policies import handler_permissions
from mlops_commons.execution_policies.execution_policy import DerivedPolicy, execution_policy
from mlops_commons.execution_policies.handler_permissions import Extract
from mlops_commons.execution_policies.policy_documents import reviewed_text, size, split
from mlops_commons.iam.statements import Statement, policy_document

pytestmark = pytest.mark.pure

ACCOUNT, REGION = "222222222222", "eu-west-1"
HERE = Environment(partition="aws", account=ACCOUNT, region=REGION)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ours"
FURTHER = (
    *("AWS::New::Thing", "AWS::IAM::New", "AWS::KMS::New", "AWS::Lambda::New", "AWS::S3::New"),
    *("Custom::Own", "Org::Own::Thing", "Org::Own::Thing::MODULE", "AWS::Serverless::Function"),
)
EVERY_TYPE = sorted({*PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"), *FURTHER})
FORTY = [kind for kind in EVERY_TYPE if kind.split("::")[1] in ("RDS", "Batch", "Glue", "Athena")]
MAY_BE_DONE_TO_ROLES = ("iam:PassRole", "iam:CreateServiceLinkedRole")


def derived(*types: str, **properties: Any) -> DerivedPolicy:
    summary = StackSummary(role="dev", account=ACCOUNT, region=REGION, stack="dev-mlops-infra")
    resources = {
        f"Resource{index}": {"Type": kind, "Properties": properties}
        for index, kind in enumerate(types)
    }
    stack = StackTemplate(summary=summary, template={"Resources": resources})
    return execution_policy([stack], HERE)


def granted(statements: Iterable[Statement]) -> set[str]:
    return {action for statement in statements for action in statement.actions}


def lacking(kind: str) -> set[str]:
    """What a type's own handlers need, says the registry, and the derived policy does not give."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    handlers = schema["handlers"]
    rows = [handlers[name] for name in ("create", "update", "delete") if name in handlers]
    wanted = {action for row in rows for action in row["permissions"]}
    given = {action.lower() for action in granted(derived(kind).statements)}
    return {action for action in wanted if action.lower() not in given}


@pytest.mark.construct
def test_no_type_is_refused_and_none_opens_a_way_to_everything() -> None:
    assert len(EVERY_TYPE) > 1800
    for kind in EVERY_TYPE:
        for statement in derived(kind).statements:
            document = statement.document()
            for action in statement.actions:
                service, _, name = action.partition(":")
                assert service not in ("sts", "organizations", "account", "sso"), kind
                if name == "*":
                    assert service not in ("iam", "kms", "lambda", "s3", "cloudformation"), kind
                    assert statement.sid.startswith("Review"), kind
                    keys = document["Condition"]["StringEquals"]
                    assert REGION in keys["aws:RequestedRegion"], kind
                if service == "iam" and not kind.startswith("AWS::IAM::"):
                    reads = name.startswith(("Get", "List"))
                    assert reads or action in MAY_BE_DONE_TO_ROLES, (kind, action)
                if action == "iam:PassRole":
                    assert not any(arn.endswith("role/*") for arn in statement.resources), kind
                    assert "*" not in statement.resources, kind


@pytest.mark.construct
def test_every_action_of_every_type_is_granted_on_resources_that_it_works_on() -> None:
    wrong = {
        kind: found
        for kind in EVERY_TYPE
        if (found := mismatched(s.document() for s in derived(kind).statements))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "kind",
    [
        *("AWS::Glue::Connection", "AWS::CloudWatch::Dashboard", "AWS::SQS::QueuePolicy"),
        *("AWS::SQS::Queue", "AWS::Athena::NamedQuery", "AWS::Batch::JobQueue"),
    ],
)
def test_what_the_registry_says_of_a_type_is_granted(kind: str) -> None:
    assert lacking(kind) == set()


def test_an_action_that_is_missing_from_the_extract_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = json.loads(handler_permissions.FILE.read_text())
    row = content["types"]["AWS::Glue::Connection"]
    row["glue"] = row["glue"].replace("CreateConnection", "")
    for user in ("required_actions", "action_resources", "sensitive"):
        monkeypatch.setattr(
            f"mlops_commons.execution_policies.{user}.handler_permissions",
            lambda: Extract(content),
        )
    assert lacking("AWS::Glue::Connection") == {"glue:CreateConnection"}


def test_a_name_that_the_template_gives_is_the_only_one() -> None:
    policy = derived("AWS::CloudWatch::Dashboard", DashboardName="training")
    arns = {arn for statement in policy.statements for arn in statement.resources}
    assert arns == {f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/training"}
    assert policy.reviews == ()


def test_a_kind_without_a_known_name_is_marked_and_ends_at_account_and_region() -> None:
    policy = derived("AWS::Glue::Connection")
    assert [review.type for review in policy.reviews] == ["AWS::Glue::Connection"]
    (statement,) = policy.statements
    assert statement.sid == "ReviewGlue"
    assert statement.resources == tuple(
        f"arn:aws:glue:{REGION}:{ACCOUNT}:{resource}" for resource in ("catalog", "connection/*")
    )
    assert (
        str(policy.reviews[0])
        in json.loads(reviewed_text(policy.statements, policy.reviews))["Review"]
    )


def test_a_type_without_a_schema_gets_its_service_in_this_account_and_region() -> None:
    policy = derived("AWS::AppMesh::Mesh")
    (statement,) = policy.statements
    assert (statement.sid, statement.actions) == ("ReviewAppmesh", ("appmesh:*",))
    assert statement.condition == {
        "StringEquals": {"aws:RequestedRegion": (REGION,)},
        "StringEqualsIfExists": {"aws:ResourceAccount": ACCOUNT},
    }
    assert policy.reviews


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("AWS::IAM::User", "carry no boundary"),
        ("AWS::IAM::New", "carry no boundary"),
        ("AWS::KMS::New", "without a person's decision"),
        ("AWS::New::Thing", "no service of AWS"),
        ("Org::Own::Thing", "third-party"),
        ("Org::Own::Thing::MODULE", "CloudFormation puts other resources"),
        ("AWS::Serverless::Function", "CloudFormation puts other resources"),
    ],
)
def test_where_nothing_can_be_said_nothing_is_granted_and_that_is_said(
    kind: str, reason: str
) -> None:
    policy = derived(kind)
    assert policy.statements == ()
    assert [review.what for review in policy.reviews] == ["nothing is granted"]
    assert reason in policy.reviews[0].reason


@pytest.mark.parametrize("kind", ["AWS::CDK::Metadata", "AWS::CloudFormation::WaitConditionHandle"])
def test_what_cloudformation_makes_itself_needs_nothing(kind: str) -> None:
    assert derived(kind) == DerivedPolicy(statements=())


@pytest.mark.parametrize(
    ("token", "action"),
    [
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:theirs", "lambda:InvokeFunction"),
        (f"arn:aws:sns:{REGION}:{ACCOUNT}:theirs", "sns:Publish"),
    ],
)
@pytest.mark.parametrize("kind", ["Custom::Own", "AWS::CloudFormation::CustomResource"])
def test_a_custom_resource_calls_its_provider_and_nothing_else(
    kind: str, token: str, action: str
) -> None:
    (statement,) = derived(kind, ServiceToken=token).statements
    assert (statement.actions, statement.resources) == ((action,), (token,))


def test_a_role_goes_to_the_service_of_its_type_only() -> None:
    policy = derived("AWS::Bedrock::Agent", AgentResourceRoleArn=ROLE)
    (passing,) = [s for s in policy.statements if "iam:PassRole" in s.actions]
    assert passing.resources == (ROLE,)
    assert passing.condition == {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}}


@pytest.mark.parametrize("unknown", [{"Ref": "RoleParameter"}, f"arn:aws:iam::{ACCOUNT}:role/*"])
def test_a_role_that_only_the_deployment_knows_is_not_handed_over(unknown: Any) -> None:
    policy = derived("AWS::StepFunctions::StateMachine", RoleArn=unknown)
    assert "iam:PassRole" not in granted(policy.statements)
    assert any("iam:PassRole" in review.what for review in policy.reviews)


def test_both_branches_of_a_condition_are_handed_over() -> None:
    chosen = {"Fn::If": ["Sometimes", ROLE, f"{ROLE}-too"]}
    policy = derived("AWS::StepFunctions::StateMachine", RoleArn=chosen)
    (passing,) = [s for s in policy.statements if "iam:PassRole" in s.actions]
    assert passing.resources == (ROLE, f"{ROLE}-too")


def test_a_stack_with_forty_further_types_stays_within_iams_limits() -> None:
    assert len(FORTY) >= 40
    documents = split(policy_document(derived(*FORTY).statements))
    assert 1 < len(documents) <= 10
    assert all(size(document) <= 6144 for document in documents)
