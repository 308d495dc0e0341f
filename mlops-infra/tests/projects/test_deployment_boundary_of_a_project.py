"""How far a role reaches that a project deploys, whatever its own policy says."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from policy_evaluation import Request, allows
from project_roles import DEV, PROD, Statement, deployment_boundary, here, role

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.iam.lengths import fitting
from mlops_commons.iam.statements import policy_document
from mlops_infra.projects.boundary_statements import boundary_statements
from mlops_infra.projects.props import ProjectDeployments

pytestmark = pytest.mark.construct

ID, OTHER = "p-1a", "p-2b"
TAG = "aws:PrincipalTag/sagemaker:project-id"
CALLER: Mapping[str, str] = {TAG: ID, "aws:PrincipalArn": role(f"sagemaker-{ID}-prod-execution")}
OWN = {"aws:ResourceAccount": PROD}
OF_DEV = {"aws:ResourceAccount": DEV}
OF_A_STRANGER = {"aws:ResourceAccount": "666666666666"}
OF_AWS = {"aws:ResourceAccount": "141502667606"}
"""SageMaker's scikit-learn images in eu-west-1 (docker-registry-paths of the region)."""


def data(project: str) -> str:
    return f"arn:aws:s3:::sagemaker-{project}-prod-{PROD}/captured/1.jsonl"


def models(project: str, account: str = DEV) -> str:
    return f"arn:aws:s3:::mlops-{project}-artifacts-{account}/registered/1/model.tar.gz"


def image(account: str, name: str) -> str:
    return f"arn:aws:ecr:eu-west-1:{account}:repository/{name}"


def version(project: str) -> str:
    return f"arn:aws:sagemaker:eu-west-1:{DEV}:model-package/churn-{project}/3"


def tagged(project: str) -> dict[str, str]:
    return {"aws:ResourceTag/sagemaker:project-id": project}


def model(project: str, stage: str = "prod") -> str:
    return here("sagemaker", f"model/sagemaker-{project}-{stage}-1a2b3c4d")


def of_model(project: str, stage: str = "prod") -> dict[str, str]:
    return {"sagemaker:ModelArn": model(project, stage)}


KEY, DEV_KEY = here("kms", "key/1"), f"arn:aws:kms:eu-west-1:{DEV}:key/1"
VIA_S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
TO_SAGEMAKER = {"iam:PassedToService": "sagemaker.amazonaws.com"}
JOB, IN_A_VPC = (
    here("sagemaker", "processing-job/pipelines-1"),
    {"sagemaker:VpcSubnets": "subnet-1"},
)
SCORING = here("sagemaker", "transform-job/pipelines-1")
ALLOWED: Any = {
    "its data": ("s3:PutObject", data(ID), OWN),
    "its models in dev": ("s3:GetObject", models(ID), OF_DEV),
    "its key": ("kms:GenerateDataKey", KEY, tagged(ID)),
    "its key for an encrypted volume": (
        "kms:CreateGrant",
        KEY,
        {**tagged(ID), "kms:GrantIsForAWSResource": "true"},
    ),
    "the key of its models, through S3": ("kms:Decrypt", DEV_KEY, VIA_S3),
    "its image in dev": ("ecr:BatchGetImage", image(DEV, f"sagemaker-{ID}"), OF_DEV),
    "an image of AWS": ("ecr:BatchGetImage", image("141502667606", "sklearn"), OF_AWS),
    "its endpoint": ("sagemaker:InvokeEndpoint", here("sagemaker", f"endpoint/c-{ID}-prod"), {}),
    "its component": (
        "sagemaker:InvokeEndpoint",
        here("sagemaker", f"inference-component/c-{ID}-prod"),
        {},
    ),
    "whether its component is in service": (
        "sagemaker:DescribeInferenceComponent",
        here("sagemaker", f"inference-component/c-{ID}-prod"),
        {},
    ),
    "an interface in a subnet of the account": (
        "ec2:CreateNetworkInterface",
        here("ec2", "subnet/subnet-1"),
        {},
    ),
    "its asynchronous endpoint": (
        "sagemaker:InvokeEndpointAsync",
        here("sagemaker", f"endpoint/c-{ID}-prod"),
        {},
    ),
    "its topics": ("sns:Publish", here("sns", f"sagemaker-{ID}-prod-done"), {}),
    "its pipeline": (
        "sagemaker:StartPipelineExecution",
        here("sagemaker", f"pipeline/churn-{ID}-prod-inference"),
        {},
    ),
    "what compares its traffic": (
        "sagemaker:StartPipelineExecution",
        here("sagemaker", f"pipeline/churn-{ID}-prod-monitoring"),
        {},
    ),
    "itself for the jobs of its pipeline": (
        "iam:PassRole",
        role(f"sagemaker-{ID}-prod-execution"),
        TO_SAGEMAKER,
    ),
    "a job in a network": ("sagemaker:CreateProcessingJob", JOB, IN_A_VPC),
    "scores by its model": ("sagemaker:CreateTransformJob", SCORING, of_model(ID)),
    "the alarms of its endpoint": (
        "cloudwatch:DescribeAlarms",
        here("cloudwatch", f"alarm:churn-{ID}-prod-latency"),
        {},
    ),
}
DENIED: Any = {
    "a job outside of any network": ("sagemaker:CreateProcessingJob", JOB, {}),
    "a model of its own": ("sagemaker:CreateModel", model(ID), IN_A_VPC),
    "a model of a version": ("sagemaker:CreateModel", version(ID), {}),
    "another project's role for its jobs": (
        "iam:PassRole",
        role(f"sagemaker-{OTHER}-prod-execution"),
        TO_SAGEMAKER,
    ),
    "its role of another purpose": (
        "iam:PassRole",
        role(f"sagemaker-{ID}-prod-scheduler"),
        TO_SAGEMAKER,
    ),
    "itself for a function": (
        "iam:PassRole",
        role(f"sagemaker-{ID}-prod-execution"),
        {"iam:PassedToService": "lambda.amazonaws.com"},
    ),
    "another project's alarms": (
        "cloudwatch:DescribeAlarms",
        here("cloudwatch", f"alarm:churn-{OTHER}-prod-latency"),
        {},
    ),
    "another project's data": ("s3:GetObject", data(OTHER), OWN),
    "a stranger's bucket with its name": ("s3:PutObject", data(ID), OF_A_STRANGER),
    "another project's models": ("s3:GetObject", models(OTHER), OF_DEV),
    "models are not written": ("s3:PutObject", models(ID), OF_DEV),
    "its pipeline's artifacts": (
        "s3:GetObject",
        f"arn:aws:s3:::mlops-{ID}-pipeline-{DEV}/1",
        OF_DEV,
    ),
    "its key for another account": (
        "kms:CreateGrant",
        KEY,
        {**tagged(ID), "kms:GrantIsForAWSResource": "false"},
    ),
    "another project's key": ("kms:Decrypt", KEY, tagged(OTHER)),
    "a key of nobody": ("kms:Decrypt", KEY, {}),
    "a key of dev for itself": ("kms:Decrypt", DEV_KEY, {}),
    "a key of dev to encrypt with": ("kms:GenerateDataKey", DEV_KEY, VIA_S3),
    "another project's image": ("ecr:BatchGetImage", image(DEV, f"sagemaker-{OTHER}"), OF_DEV),
    "a stranger's image": ("ecr:BatchGetImage", image("666666666666", "x"), OF_A_STRANGER),
    "another project's endpoint": (
        "sagemaker:InvokeEndpoint",
        here("sagemaker", f"endpoint/c-{OTHER}-prod"),
        {},
    ),
    "another project's component": (
        "sagemaker:InvokeEndpoint",
        here("sagemaker", f"inference-component/c-{OTHER}-prod"),
        {},
    ),
    "copies of its component": (
        "sagemaker:UpdateInferenceComponentRuntimeConfig",
        here("sagemaker", f"inference-component/c-{ID}-prod"),
        {},
    ),
    "a tag for another project's endpoint": (
        "sagemaker:AddTags",
        here("sagemaker", f"endpoint/pipelines-job-{OTHER}-prod"),
        {},
    ),
    "an interface in another account's subnet": (
        "ec2:CreateNetworkInterface",
        f"arn:aws:ec2:eu-west-1:{DEV}:subnet/subnet-1",
        {},
    ),
    "another project's topics": ("sns:Publish", here("sns", f"sagemaker-{OTHER}-prod-done"), {}),
    "a topic of its other stage": ("sns:Publish", here("sns", f"sagemaker-{ID}-dev-done"), {}),
    "a subscription": ("sns:Subscribe", here("sns", f"sagemaker-{ID}-prod-done"), {}),
    "another project's versions": ("sagemaker:CreateModel", version(OTHER), {}),
    "another project's pipeline": (
        "sagemaker:StartPipelineExecution",
        here("sagemaker", f"pipeline/churn-{OTHER}-prod-inference"),
        {},
    ),
    "what compares the traffic of another project": (
        "sagemaker:StartPipelineExecution",
        here("sagemaker", f"pipeline/churn-{OTHER}-prod-monitoring"),
        {},
    ),
    "a pipeline of another stage": (
        "sagemaker:StartPipelineExecution",
        here("sagemaker", f"pipeline/churn-{ID}-preprod-monitoring"),
        {},
    ),
    "the pipeline that trains": (
        "sagemaker:StartPipelineExecution",
        here("sagemaker", f"pipeline/churn-{ID}-training"),
        {},
    ),
    "an endpoint of another stage": (
        "sagemaker:InvokeEndpoint",
        here("sagemaker", f"endpoint/c-{ID}-preprod"),
        {},
    ),
    "roles": ("iam:CreateRole", role(f"sagemaker-{ID}-prod-x"), {}),
    "other roles": ("sts:AssumeRole", role("anything"), {}),
    "parameters": ("ssm:PutParameter", here("ssm", "parameter/vpc/id"), {}),
    "scores by the model of another project's endpoint": (
        "sagemaker:CreateTransformJob",
        SCORING,
        {"sagemaker:ModelArn": here("sagemaker", f"model/churn-{OTHER}-deploy-prod-Model-1")},
    ),
    "scores by another project's model": (
        "sagemaker:CreateTransformJob",
        SCORING,
        of_model(OTHER),
    ),
    "scores by its model of another stage": (
        "sagemaker:CreateTransformJob",
        SCORING,
        of_model(ID, "dev"),
    ),
    "scores by a model that a pipeline has made": (
        "sagemaker:CreateTransformJob",
        SCORING,
        {"sagemaker:ModelArn": here("sagemaker", "model/pipelines-1")},
    ),
    "training in a stage": ("sagemaker:CreateTrainingJob", JOB, IN_A_VPC),
    "a forged event": ("events:PutEvents", here("events", "event-bus/default"), {}),
    "a forged event in another account": (
        "events:PutEvents",
        "arn:aws:events:eu-west-1:666666666666:event-bus/default",
        OF_A_STRANGER,
    ),
    "the approvers' mail": (
        "sns:Publish",
        f"arn:aws:sns:eu-west-1:{DEV}:sagemaker-churn-{ID}",
        OF_DEV,
    ),
    "a queue": ("sqs:SendMessage", here("sqs", "loot"), {}),
    "a queue of a stranger": (
        "sqs:SendMessage",
        "arn:aws:sqs:eu-west-1:666666666666:loot",
        OF_A_STRANGER,
    ),
    "a schedule": ("scheduler:CreateSchedule", here("scheduler", "schedule/default/x"), {}),
    "a pipeline of delivery": (
        "codepipeline:StartPipelineExecution",
        f"arn:aws:codepipeline:eu-west-1:{DEV}:sagemaker-churn-{ID}-deploy",
        OF_DEV,
    ),
    "a build": (
        "codebuild:StartBuild",
        f"arn:aws:codebuild:eu-west-1:{DEV}:project/sagemaker-churn-{ID}-synth",
        OF_DEV,
    ),
    "the gate": (
        "lambda:InvokeFunction",
        f"arn:aws:lambda:eu-west-1:{DEV}:function:mlops-bu-gate-seal-euw1",
        OF_DEV,
    ),
    "a log that goes elsewhere": (
        "logs:PutSubscriptionFilter",
        here("logs", "log-group:/aws/sagemaker/Endpoints/x"),
        {},
    ),
    "a copy of its bucket": ("s3:PutReplicationConfiguration", data(ID).partition("/")[0], OWN),
    "an access list": ("s3:PutObjectAcl", data(ID), OWN),
    "deletion of what was captured": ("s3:DeleteObject", data(ID), OWN),
    "a shell in its container": ("ssmmessages:CreateControlChannel", "*", {}),
    "a feature group": ("sagemaker:PutRecord", here("sagemaker", "feature-group/x"), {}),
    "approval of a version": ("sagemaker:UpdateModelPackage", version(ID), {}),
    "a secret": ("secretsmanager:GetSecretValue", here("secretsmanager", "secret:x"), {}),
}
STRANGERS = {
    "no tag": {"aws:PrincipalArn": role(f"sagemaker-{ID}-prod-execution")},
    "the tag of another": {TAG: OTHER, "aws:PrincipalArn": role(f"sagemaker-{ID}-prod-execution")},
    "the beginning of its id": {TAG: "p", "aws:PrincipalArn": role("sagemaker-p-prod-execution")},
    "more than an id": {
        TAG: f"{ID}-prod",
        "aws:PrincipalArn": role(f"sagemaker-{ID}-prod-prod-execution"),
    },
    "a role of another stage": {TAG: ID, "aws:PrincipalArn": role(f"sagemaker-{ID}-dev-execution")},
    "a role of another account": {
        TAG: ID,
        "aws:PrincipalArn": role(f"sagemaker-{ID}-prod-execution", DEV),
    },
}


def may(question: tuple[str, str, Mapping[str, str]], caller: Mapping[str, str] = CALLER) -> bool:
    action, resource, context = question
    return allows(deployment_boundary(), Request(action, resource, {**caller, **context}))


@pytest.mark.parametrize("question", list(ALLOWED))
def test_a_role_of_a_project_may_be_given_what_is_its_own(question: str) -> None:
    assert may(ALLOWED[question])


@pytest.mark.parametrize("question", list(DENIED))
def test_a_role_of_a_project_cannot_be_given(question: str) -> None:
    assert not may(DENIED[question])


@pytest.mark.parametrize("caller", list(STRANGERS))
def test_a_role_whose_tag_is_not_the_id_in_its_name_may_do_nothing(caller: str) -> None:
    allowed = [name for name, question in ALLOWED.items() if may(question, STRANGERS[caller])]
    assert allowed == []


def without(sid: str) -> list[Statement]:
    return [statement for statement in deployment_boundary() if statement["Sid"] != sid]


@pytest.mark.parametrize(
    "name",
    [
        *("scores by the model of another project's endpoint", "scores by another project's model"),
        "a job outside of any network",
    ],
)
def test_a_denial_of_what_is_run_counts(name: str) -> None:
    sid = {"sagemaker:CreateTransformJob": "NoModelOfOthers"}
    action, resource, context = DENIED[name]
    request = Request(action, resource, {**CALLER, **context})
    assert allows(without(sid.get(action, "NoJobOutsideAVpc")), request)


@pytest.mark.parametrize(
    ("sid", "caller"),
    [
        ("TagOfOneProject", "more than an id"),
        ("TagOfItsName", "the tag of another"),
        ("TagOfItsName", "a role of another stage"),
    ],
)
def test_each_denial_counts(sid: str, caller: str) -> None:
    asked = [(a, r.replace(ID, STRANGERS[caller][TAG]), c) for a, r, c in ALLOWED.values()]
    requests = [Request(a, r, {**STRANGERS[caller], **c}) for a, r, c in asked]
    assert not [request for request in requests if allows(deployment_boundary(), request)]
    assert [request for request in requests if allows(without(sid), request)]


def test_a_role_without_a_tag_is_denied_what_names_no_project() -> None:
    request = Request("ecr:GetAuthorizationToken", "*", STRANGERS["no tag"])
    assert not allows(deployment_boundary(), request)
    assert allows([s for s in deployment_boundary() if s["Effect"] == "Allow"], request)


@pytest.mark.parametrize("region", ["eu-west-1", "ap-southeast-1", "us-gov-west-1", "cn-north-1"])
def test_the_boundary_fits_into_one_managed_policy(region: str) -> None:
    projects = ProjectDeployments(
        app_prefix="a" * 30,
        set_name="business-unit-1",
        stage_name="preprod",
        region=region,
        dev_account=DEV,
    )
    found = fitting(boundary_statements(projects), "it", region=region)
    assert all(statement.sid for statement in found), "no room for the names of statements"
    partition = {"us-gov": "aws-us-gov", "cn-nor": "aws-cn"}.get(region[:6], "aws")
    values = {
        "AWS::Partition": partition,
        "AWS::Region": region,
        "AWS::AccountId": PROD,
        "AWS::URLSuffix": "amazonaws.com.cn",
    }
    document = evaluate(policy_document(found), Scope(values=values))
    text = json.dumps(document, separators=(",", ":"))
    # The CDK writes a list of one value as the value.
    assert len(re.sub(r'\["([^"]*)"\]', r'"\1"', text)) <= 6144  # IAM and STS quotas


def test_what_the_configuration_adds_ends_at_the_project_and_the_stage() -> None:
    projects = ProjectDeployments(
        app_prefix="mlops",
        set_name="bu",
        stage_name="prod",
        region="eu-west-1",
        dev_account=DEV,
        role_actions=("dynamodb:GetItem",),
    )
    values = {
        "AWS::Partition": "aws",
        "AWS::Region": "eu-west-1",
        "AWS::AccountId": PROD,
        "AWS::URLSuffix": "amazonaws.com",
    }
    document = policy_document(boundary_statements(projects))
    statements = evaluate(document, Scope(values=values))["Statement"]
    reached = [
        table
        for table in (
            f"table/churn-{ID}-deploy-prod-Table-1a2b",
            f"table/churn-{ID}-prod-scores",
            f"table/churn-{OTHER}-deploy-prod-Table-1a2b",
            f"table/churn-{ID}-deploy-preprod-Table-1a2b",
            "table/payroll",
        )
        if allows(statements, Request("dynamodb:GetItem", here("dynamodb", table), CALLER))
    ]
    assert reached == [f"table/churn-{ID}-deploy-prod-Table-1a2b", f"table/churn-{ID}-prod-scores"]
    assert not may(("dynamodb:GetItem", here("dynamodb", reached[0]), {}))
