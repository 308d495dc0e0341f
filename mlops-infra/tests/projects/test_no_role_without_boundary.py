"""Can a template of a project make, change or pass a role that nothing bounds, under any name?

Two lists of statements are asked, each alone: what CloudFormation's role for projects is granted,
and the boundary of that role, as if it were granted everything. Then each statement is taken away
or widened, once, and the same questions have to find it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from policy_evaluation import Request, allows, listed
from project_roles import BOUNDARY, DEV, PROD, Statement, here, outline, role, statements_of

from mlops_infra.projects.outline import outline_statements
from mlops_infra.projects.props import ProjectDeployments

pytestmark = pytest.mark.construct

MAKING = (
    *("AttachRolePolicy", "CreateRole", "DetachRolePolicy", "PutRolePermissionsBoundary"),
    "PutRolePolicy",
)
CHANGING = (
    *("DeleteRolePermissionsBoundary", "DeleteRolePolicy", "TagRole", "UpdateAssumeRolePolicy"),
    "UpdateRole",
)
OWN_ROLES = {f"sagemaker-p-1-prod-{purpose}" for purpose in ("execution", "test", "scheduler")}
NAMES = (
    *OWN_ROLES,
    # The platform's own, by the names that CloudFormation gives, and what looks like them.
    *("prod-mlops-infra-x", "dev-mlops-sm-project-x", "prod-mlops-infra-PersonasLead-1"),
    *(f"cdk-hnb659fds-{kind}-role-{PROD}-eu-west-1" for kind in ("cfn-exec", "deploy")),
    *("mlops-bu-prod-project-cfn-euw1", "mlops-bu-prod-project-deploy-euw1"),
    *("mlops-bu-gate-verify-euw1", "service-role/prod-mlops-sm-ProductLaunchRole-1"),
    # Roles of the same project elsewhere, and names that only begin or end like its own.
    *(
        "sagemaker-p-1-deploy-pipeline",
        "sagemaker-p-1-preprod-execution",
        "sagemaker-p-1-execution",
    ),
    *("x-sagemaker-p-1-prod-execution", "path/sagemaker-p-1-prod-execution", "admin", "*"),
)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
OWN_POLICY = f"arn:aws:iam::{PROD}:policy/churn-p-1-deploy-prod-ExecutionPolicy-1"
OTHER_POLICIES = (
    ADMINISTRATOR,
    BOUNDARY,
    f"arn:aws:iam::{PROD}:policy/mlops-bu-project-boundary-euw1",
    f"arn:aws:iam::{PROD}:policy/prod-mlops-infra-ProjectRolesOutline-1",
    f"arn:aws:iam::{PROD}:policy/prod-mlops-infra-PersonasDenyDecisions-1",
)
EVERYTHING = {"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}
SERVICES = {"execution": "sagemaker", "scheduler": "scheduler"}
TAG = {"aws:RequestTag/sagemaker:project-id": "p-1"}
RIGHT = {**TAG, "iam:PermissionsBoundary": BOUNDARY, "iam:PolicyARN": OWN_POLICY}


def questions(boundary: str | None) -> Iterator[tuple[Request, bool]]:
    """Every call of the worst template about a role, and whether it may be allowed at all."""
    context = {**RIGHT, "iam:PermissionsBoundary": boundary} if boundary else {**TAG}
    if not boundary:
        context["iam:PolicyARN"] = OWN_POLICY
    for name in NAMES:
        own = name in OWN_ROLES
        for action in MAKING:
            yield Request(f"iam:{action}", role(name), context), own and boundary == BOUNDARY
        for action in CHANGING:
            taking_away = action == "DeleteRolePermissionsBoundary"
            yield Request(f"iam:{action}", role(name), context), own and not taking_away
        for service in ("sagemaker", "scheduler", "lambda", "ec2", "cloudformation"):
            passed = {"iam:PassedToService": f"{service}.amazonaws.com"}
            fits = own and SERVICES.get(name.rpartition("-")[2]) == service
            yield Request("iam:PassRole", role(name), passed), fits


def of_policies() -> Iterator[tuple[Request, bool]]:
    """Every call about a policy, and about what a role of a project may be given."""
    for action in ("CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion"):
        yield from ((Request(f"iam:{action}", policy), False) for policy in OTHER_POLICIES)
    for policy in OTHER_POLICIES:
        given = {**RIGHT, "iam:PolicyARN": policy}
        yield Request("iam:AttachRolePolicy", role("sagemaker-p-1-prod-test"), given), False
    for action in (
        "CreateUser",
        "AttachUserPolicy",
        "CreateAccessKey",
        "CreateOpenIDConnectProvider",
    ):
        yield Request(f"iam:{action}", f"arn:aws:iam::{PROD}:user/x"), False
    for name in NAMES:
        yield Request("sts:AssumeRole", role(name)), False


def untagged() -> Iterator[tuple[Request, bool]]:
    """A role of no project, of another one, and one that changes over to another."""
    name = role("sagemaker-p-1-prod-test")
    bounded = {"iam:PermissionsBoundary": BOUNDARY}
    yield Request("iam:CreateRole", name, bounded), False
    yield (
        Request("iam:CreateRole", name, {**bounded, "aws:RequestTag/sagemaker:project-id": "x"}),
        False,
    )
    tags = {"aws:ResourceTag/sagemaker:project-id": "p-1"}
    other = {**tags, "aws:RequestTag/sagemaker:project-id": "p-2"}
    yield Request("iam:TagRole", name, other), False
    yield Request("iam:UntagRole", name, {**tags, "aws:TagKeys": ("sagemaker:project-id",)}), False


FOREIGN = "666666666666"
TARGETS = {
    here("sns", "alerts"): True,
    f"arn:aws:sns:eu-west-1:{DEV}:sagemaker-churn-p-1": True,
    here("lambda", "function:mlops-bu-gate-verify-euw1"): False,
    here("sqs", "loot"): False,
    here("events", "api-destination/loot/1"): False,
    here("events", "event-bus/default"): False,
    here("logs", "log-group:loot"): False,
    here("ssm", "document/AWS-RunShellScript"): False,
    f"arn:aws:codepipeline:eu-west-1:{DEV}:sagemaker-fraud-p-2-deploy": False,
    f"arn:aws:codebuild:eu-west-1:{DEV}:project/sagemaker-fraud-p-2-synth": False,
    f"arn:aws:lambda:eu-west-1:{DEV}:function:mlops-bu-gate-seal-euw1": False,
    f"arn:aws:sns:eu-west-1:{FOREIGN}:loot": False,
    f"arn:aws:events:eu-west-1:{FOREIGN}:event-bus/loot": False,
}


def of_targets() -> Iterator[tuple[Request, bool]]:
    """What a rule of EventBridge starts or tells, the second of two targets too."""
    rule = here("events", "rule/churn-p-1-deploy-prod-RunFailed-1")
    for target, may in TARGETS.items():
        for given in (target, (here("sns", "alerts"), target)):
            yield Request("events:PutTargets", rule, {"events:TargetArn": given}), may


def asked() -> Iterator[tuple[Request, bool]]:
    for boundary in (None, ADMINISTRATOR, f"{BOUNDARY}-2", BOUNDARY):
        yield from questions(boundary)


def found(statements: list[Statement], asked: Iterator[tuple[Request, bool]]) -> list[Request]:
    """What is allowed and may not be."""
    return [request for request, may in asked if not may and allows(statements, request)]


def granted_wrongly(statements: list[Statement]) -> list[Request]:
    return [*found(statements, asked()), *found(statements, of_policies())]


def let_through(statements: list[Statement]) -> list[Request]:
    """What the boundary would let through if the role were granted everything."""
    return [
        request
        for request in (
            *found([*statements, EVERYTHING], asked()),
            *found([*statements, EVERYTHING], untagged()),
            *found([*statements, EVERYTHING], of_targets()),
            *(r for r in found([*statements, EVERYTHING], of_policies()) if _is_of_policies(r)),
        )
        if request.action != "iam:PassRole" or _name(request) not in OWN_ROLES
        if request.action != "iam:DeleteRolePermissionsBoundary" or _name(request) not in OWN_ROLES
    ]


def _name(request: Request) -> str:
    return request.resource.partition(":role/")[2]


def _is_of_policies(request: Request) -> bool:
    """Whom a role may become and which users there are, its statement `Outline` leaves out."""
    return request.action.endswith(("Policy", "PolicyVersion")) and ":policy/" in request.resource


def without(statements: list[Statement], sid: str) -> list[Statement]:
    return [statement for statement in statements if statement["Sid"] != sid]


def everywhere(statements: list[Statement], sid: str) -> list[Statement]:
    return [{**s, "Resource": "*"} if s["Sid"] == sid else s for s in statements]


def unconditionally(statements: list[Statement], sid: str) -> list[Statement]:
    return [
        {k: v for k, v in s.items() if k != "Condition"} if s["Sid"] == sid else s
        for s in statements
    ]


def of_roles() -> list[str]:
    """The granted statements that make, change or pass roles, or write policies."""
    telling = {*MAKING, *CHANGING, "PassRole", "CreatePolicyVersion"}
    return sorted(
        statement["Sid"]
        for statement in statements_of("cfn")
        if {a.partition(":")[2] for a in listed(statement["Action"])} & telling
    )


def test_no_granted_statement_makes_changes_or_passes_a_role_without_the_boundary() -> None:
    assert granted_wrongly(statements_of("cfn")) == []
    assert len(of_roles()) == 6


def test_what_a_project_needs_is_granted_and_within_the_boundary() -> None:
    effective = (statements_of("cfn"), outline())
    for name in OWN_ROLES:
        for action in ("CreateRole", "PutRolePolicy", "AttachRolePolicy"):
            request = Request(f"iam:{action}", role(name), RIGHT)
            assert all(allows(layer, request) for layer in effective), (name, action)
    passed = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    request = Request("iam:PassRole", role("sagemaker-p-1-prod-execution"), passed)
    assert all(allows(layer, request) for layer in effective)


def test_a_rule_tells_topics_and_what_the_configuration_lets_projects_make() -> None:
    layers = (statements_of("cfn"), outline())
    assert all(all(allows(s, r) for s in layers) == may for r, may in of_targets())
    further = ProjectDeployments(
        app_prefix="mlops",
        set_name="bu",
        stage_name="prod",
        region="eu-west-1",
        dev_account=DEV,
        deploys=("AWS::Lambda::Function",),
    )
    (row,) = (s for s in outline_statements(further, ()) if s.sid == "NoTargetOfOthers")
    ((_, targets),) = row.condition["ForAnyValue:ArnNotLike"].items()
    services = [target.removeprefix("arn:${AWS::Partition}:").split(":")[0] for target in targets]
    assert services == ["lambda", "sns", "sns"]


ELSEWHERE = f"arn:aws:s3:::sagemaker-p-1-prod-{PROD}"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutReplicationConfiguration", ELSEWHERE),
        ("s3:PutBucketNotification", ELSEWHERE),
        ("s3:PutInventoryConfiguration", ELSEWHERE),
        ("s3:PutAnalyticsConfiguration", ELSEWHERE),
        ("s3:PutMetricsConfiguration", ELSEWHERE),
        ("s3:PutBucketAcl", ELSEWHERE),
        ("s3:PutBucketCORS", ELSEWHERE),
        ("s3:PutBucketWebsite", ELSEWHERE),
        ("s3:PutAccelerateConfiguration", ELSEWHERE),
        ("s3:PutObject", f"{ELSEWHERE}/x"),
        ("s3:DeleteObject", f"{ELSEWHERE}/x"),
        ("s3:CreateAccessPoint", f"arn:aws:s3:eu-west-1:{PROD}:accesspoint/x"),
        ("s3:CreateJob", "*"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::mlops-project-logs-bu-1"),
        ("events:PutEvents", here("events", "event-bus/default")),
        ("events:PutPermission", here("events", "event-bus/default")),
        ("events:CreateEventBus", here("events", "event-bus/x")),
        ("events:CreateArchive", here("events", "archive/x")),
        ("events:CreateApiDestination", here("events", "api-destination/x")),
        ("events:PutTargets", here("events", "rule/sagemaker-p-2-deploy-starts")),
        ("pipes:CreatePipe", here("pipes", "pipe/x")),
        ("sns:AddPermission", here("sns", "sagemaker-p-1-prod-done")),
        ("sns:Subscribe", here("sns", "sagemaker-p-1-prod-done")),
        ("sns:Publish", here("sns", "sagemaker-p-1-prod-done")),
        ("logs:PutSubscriptionFilter", here("logs", "log-group:/aws/sagemaker/Endpoints/x")),
        ("logs:PutResourcePolicy", "*"),
        ("cloudwatch:PutMetricStream", here("cloudwatch", "metric-stream/x")),
        ("ecr:PutReplicationConfiguration", "*"),
        ("ecr:SetRepositoryPolicy", here("ecr", "repository/sagemaker-p-1")),
        ("ram:CreateResourceShare", "*"),
        ("kms:ReplicateKey", here("kms", "key/1")),
        ("kms:PutKeyPolicy", here("kms", "key/1")),
        ("sagemaker:CreateFeatureGroup", here("sagemaker", "feature-group/x")),
        ("sagemaker:CreateMonitoringSchedule", here("sagemaker", "monitoring-schedule/x")),
        ("sagemaker:UpdateModelPackage", here("sagemaker", "model-package/churn-p-1/1")),
        (
            "sagemaker:PutModelPackageGroupPolicy",
            here("sagemaker", "model-package-group/churn-p-1"),
        ),
        ("ssm:PutParameter", here("ssm", "parameter/mlops/boundary/deployment")),
        ("ssm:GetParameters", here("ssm", "parameter/mlops/churn/inferencepipeline")),
        ("secretsmanager:GetSecretValue", here("secretsmanager", "secret:x")),
        ("cloudformation:CreateStack", here("cloudformation", "stack/x/1")),
    ],
)
def test_cloudformation_opens_nothing_and_sends_nothing_for_a_project(
    action: str, resource: str
) -> None:
    assert not allows(statements_of("cfn"), Request(action, resource))


def test_every_name_that_a_pattern_of_a_statement_includes_is_one_of_a_project() -> None:
    for statement in statements_of("cfn"):
        if statement["Sid"] in of_roles():
            for pattern in listed(statement["Resource"]):
                kind, _, name = pattern.split(":", 5)[5].partition("/")
                start = "sagemaker-p-*-prod-" if kind == "role" else "*-p-*-deploy-prod-"
                assert name.startswith(start), (statement["Sid"], pattern)


@pytest.mark.parametrize("sid", ["AttachPoliciesOfProjects", "Iam1", "Iam2", "MakeRolesOfProjects"])
def test_a_statement_for_all_resources_is_found(sid: str) -> None:
    assert granted_wrongly(everywhere(statements_of("cfn"), sid))


@pytest.mark.parametrize("sid", ["PassRolesToSagemaker", "PassRolesToScheduler"])
@pytest.mark.parametrize("widened", [everywhere, unconditionally])
def test_a_role_that_is_passed_further_is_found(sid: str, widened: Any) -> None:
    assert granted_wrongly(widened(statements_of("cfn"), sid))


@pytest.mark.parametrize("sid", ["AttachPoliciesOfProjects", "MakeRolesOfProjects"])
def test_a_condition_that_is_gone_is_found(sid: str) -> None:
    assert granted_wrongly(unconditionally(statements_of("cfn"), sid))


def test_the_boundary_ends_it_even_where_everything_is_granted() -> None:
    assert let_through(outline()) == []


@pytest.mark.parametrize("sid", [s["Sid"] for s in outline() if s["Effect"] == "Deny"])
def test_each_denial_of_the_boundary_counts(sid: str) -> None:
    assert let_through(without(outline(), sid))


@pytest.mark.parametrize(
    ("request_", "stopped_by"),
    [
        (Request("iam:CreateRole", role("prod-mlops-infra-x"), TAG), "NoRoleWithoutTheBoundary"),
        (Request("iam:CreateRole", role("dev-mlops-sm-project-x"), RIGHT), "NoRoleOfOthers"),
        (
            Request("iam:PutRolePolicy", role("prod-mlops-infra-PersonasLead-1"), RIGHT),
            "NoRoleOfOthers",
        ),
        (
            Request(
                "iam:PassRole",
                role("prod-mlops-infra-PersonasLead-1"),
                {"iam:PassedToService": "sagemaker.amazonaws.com"},
            ),
            "NoRoleOfOthers",
        ),
        (
            Request(
                "iam:PassRole",
                role("dev-mlops-sm-project-x"),
                {"iam:PassedToService": "lambda.amazonaws.com"},
            ),
            "NoRoleOfOthers",
        ),
        (Request("iam:CreatePolicyVersion", BOUNDARY), "NoPolicyOfOthers"),
        (Request("lambda:CreateFunction", here("lambda", "function:prod-mlops-infra-x")), ""),
        (Request("lambda:InvokeFunction", here("lambda", "function:prod-mlops-infra-x")), ""),
        (Request("sts:AssumeRole", role("cdk-hnb659fds-deploy-role-444444444444-eu-west-1")), ""),
        (Request("codecommit:PutFile", here("codecommit", "sagemaker-churn-p-1-build")), ""),
    ],
    ids=lambda value: value.action if isinstance(value, Request) else value or "not in the outline",
)
def test_the_attack_template_is_stopped_and_by_which_statement(
    request_: Request, stopped_by: str
) -> None:
    """A role of any name, a policy on the lead's, a model or a function that runs as another."""
    assert not allows(statements_of("cfn"), request_)
    denials = [s["Sid"] for s in outline() if not allows([EVERYTHING, s], request_)]
    assert (stopped_by in denials) if stopped_by else not allows(outline(), request_)
