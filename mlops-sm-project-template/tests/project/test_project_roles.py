"""What the roles of a project can do in the dev account, judged as IAM judges it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import service_authorization
from launched_projects import (
    DEV,
    PREPROD,
    PROD,
    PRODUCTS,
    PROJECT,
    PROJECT_ID,
    PROJECT_NAME,
    PROPS,
    REGION,
    SUBNETS,
    LaunchedProject,
    launched,
    product,
    template,
)
from policy_evaluation import Request, allows, listed

from cdk_service_catalog.portfolio.launch_role import project_boundary
from cdk_service_catalog.project.access.roles import project_roles
from cdk_service_catalog.project.definition import DeployTrigger
from mlops_commons.iam.statements import policy_document

pytestmark = pytest.mark.pure

SLUGS = [product.slug for product in PRODUCTS]
ROLES = [
    (product.slug, role.id)
    for product in PRODUCTS
    for role in project_roles(product.definition, PROPS)
]
PASS = {"iam:PassedToService": "sagemaker.amazonaws.com"}
INSIDE = {"sagemaker:VpcSubnets": SUBNETS}
ARTIFACTS = f"arn:aws:s3:::mlops-{PROJECT_ID}-artifacts-{DEV}"
JOB = f"arn:aws:sagemaker:{REGION}:{DEV}:training-job/pipelines-1a2b-train-3c"

JOB_LOGS = "log-group:/aws/sagemaker/ProcessingJobs"


def role_arn(purpose: str, account: str = DEV) -> str:
    return f"arn:aws:iam::{account}:role/sagemaker-{PROJECT_ID}-{purpose}"


def here(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{DEV}:{resource}"


INTERFACE = here("ec2", "network-interface/eni-0a")
TO_CODEBUILD = {
    "ec2:AuthorizedService": "codebuild.amazonaws.com",
    "ec2:Subnet": here("ec2", "subnet/subnet-0b"),
}
EXECUTION = here("sagemaker", f"pipeline/{PROJECT}/execution/0123456789ab")
ALLOWED = {
    "jobs run in the private subnets": (
        "Execution",
        Request("sagemaker:CreateTrainingJob", JOB, INSIDE),
    ),
    "jobs run as the project's execution role": (
        "Execution",
        Request("iam:PassRole", role_arn("execution"), PASS),
    ),
    "jobs register versions": (
        "Execution",
        Request("sagemaker:CreateModelPackage", here("sagemaker", f"model-package/{PROJECT}/1")),
    ),
    "jobs write models": (
        "Execution",
        Request("s3:PutObject", f"{ARTIFACTS}/model.tar.gz"),
    ),
    "jobs score by a model of a pipeline": (
        "Execution",
        Request(
            "sagemaker:CreateTransformJob",
            here("sagemaker", "transform-job/pipelines-1"),
            {"sagemaker:ModelArn": here("sagemaker", "model/pipelines-1")},
        ),
    ),
    "jobs join the private subnets": (
        "Execution",
        Request(
            "ec2:CreateNetworkInterface",
            here("ec2", "subnet/subnet-0a"),
            {"ec2:SubnetID": "subnet-0a"},
        ),
    ),
    "the build uploads sources": (
        "Build",
        Request("s3:PutObject", f"{ARTIFACTS}/sources/{'0' * 64}/evaluate.py"),
    ),
    "the build joins the private subnets": (
        "Build",
        Request(
            "ec2:CreateNetworkInterface",
            here("ec2", "subnet/subnet-0b"),
            {"ec2:SubnetID": "subnet-0b"},
        ),
    ),
    "synth hands its interface to CodeBuild": (
        "Synth",
        Request("ec2:CreateNetworkInterfacePermission", INTERFACE, TO_CODEBUILD),
    ),
    "the test takes its interface away": (
        "TestPreprod",
        Request("ec2:DeleteNetworkInterface", INTERFACE, {"ec2:Vpc": here("ec2", "vpc/vpc-0a")}),
    ),
    "jobs pull the images of AWS": (
        "Execution",
        Request(
            "ecr:BatchGetImage",
            f"arn:aws:ecr:{REGION}:141502667606:repository/sagemaker-scikit-learn",
            {"aws:ResourceAccount": "141502667606"},
        ),
    ),
    "the build starts the project's pipeline": (
        "Build",
        Request("sagemaker:StartPipelineExecution", here("sagemaker", f"pipeline/{PROJECT}")),
    ),
    "the build finds the approved version": (
        "Build",
        Request("sagemaker:ListModelPackages", here("sagemaker", f"model-package/{PROJECT}/*")),
    ),
    "the build asks where the approved version's model is": (
        "Build",
        Request("sagemaker:DescribeModelPackage", here("sagemaker", f"model-package/{PROJECT}/3")),
    ),
    "the report reads what a job says of itself": (
        "Report",
        Request(
            "sagemaker:DescribeProcessingJob",
            here("sagemaker", "processing-job/pipelines-1a2b-Preprocess-3c"),
        ),
    ),
    "the report finds the log of a job": (
        "Report",
        Request("logs:DescribeLogStreams", here("logs", "log-group:/aws/sagemaker/ProcessingJobs")),
    ),
    "the report reads the log of a job": (
        "Report",
        Request("logs:GetLogEvents", here("logs", f"{JOB_LOGS}:log-stream:pipelines-1a2b-x/1")),
    ),
    "the report looks at an execution": (
        "Report",
        Request("sagemaker:DescribePipelineExecution", EXECUTION),
    ),
    "the report asks what an execution was started with": (
        "Report",
        Request("sagemaker:ListPipelineParametersForExecution", EXECUTION),
    ),
    "the report reads the code of the project": (
        "Report",
        Request("codecommit:GitPull", here("codecommit", f"sagemaker-{PROJECT}-build")),
    ),
    "the end of a training starts its report": (
        "Events",
        Request("codebuild:StartBuild", here("codebuild", f"project/sagemaker-{PROJECT}-report")),
    ),
    "the build passes the execution role": (
        "Build",
        Request("iam:PassRole", role_arn("execution"), PASS),
    ),
    "the deploy pipeline asks the gate": (
        "DeployPipeline",
        Request("lambda:InvokeFunction", here("lambda", f"function:{PROPS.gate.verify}")),
    ),
    "the test becomes the test role of preprod": (
        "TestPreprod",
        Request("sts:AssumeRole", role_arn("preprod-test", PREPROD)),
    ),
    "the deploy pipeline becomes the deploy role of preprod": (
        "DeployPipeline",
        Request(
            "sts:AssumeRole",
            f"arn:aws:iam::{PREPROD}:role/mlops-bu-preprod-project-deploy-euw1",
        ),
    ),
    "the test becomes the test role of dev": (
        "TestDev",
        Request("sts:AssumeRole", role_arn("dev-test")),
    ),
    "the test becomes the test role of prod": (
        "TestProd",
        Request("sts:AssumeRole", role_arn("prod-test", PROD)),
    ),
    "the deploy pipeline starts the test of preprod": (
        "DeployPipeline",
        Request(
            "codebuild:StartBuild", here("codebuild", f"project/sagemaker-{PROJECT}-test-preprod")
        ),
    ),
    "the build pipeline starts its build": (
        "BuildPipeline",
        Request("codebuild:StartBuild", here("codebuild", f"project/sagemaker-{PROJECT}-train")),
    ),
    "a push starts the build pipeline": (
        "Events",
        Request(
            "codepipeline:StartPipelineExecution",
            here("codepipeline", f"sagemaker-{PROJECT}-build"),
        ),
    ),
}
DENIED = {
    "jobs outside of a VPC": ("Execution", Request("sagemaker:CreateTrainingJob", JOB)),
    "jobs in another subnet": (
        "Execution",
        Request("sagemaker:CreateTrainingJob", JOB, {"sagemaker:VpcSubnets": ("subnet-0c",)}),
    ),
    "an interface in another subnet": (
        "Execution",
        Request(
            "ec2:CreateNetworkInterface",
            here("ec2", "subnet/subnet-0c"),
            {"ec2:SubnetID": "subnet-0c"},
        ),
    ),
    "a build in another subnet": (
        "Build",
        Request(
            "ec2:CreateNetworkInterface",
            here("ec2", "subnet/subnet-0c"),
            {"ec2:SubnetID": "subnet-0c"},
        ),
    ),
    "a build with another security group": (
        "Build",
        Request("ec2:CreateNetworkInterface", here("ec2", "security-group/sg-0b")),
    ),
    "a build hands an interface of another subnet to CodeBuild": (
        "Build",
        Request(
            "ec2:CreateNetworkInterfacePermission",
            INTERFACE,
            {**TO_CODEBUILD, "ec2:Subnet": here("ec2", "subnet/subnet-0c")},
        ),
    ),
    "a build hands an interface to a foreign account": (
        "Build",
        Request(
            "ec2:CreateNetworkInterfacePermission",
            INTERFACE,
            {**TO_CODEBUILD, "ec2:AuthorizedService": "666666666666"},
        ),
    ),
    "a build cuts a job in another VPC off": (
        "Build",
        Request("ec2:DeleteNetworkInterface", INTERFACE, {"ec2:Vpc": here("ec2", "vpc/vpc-0b")}),
    ),
    "a job approves its own version": (
        "Execution",
        Request("sagemaker:UpdateModelPackage", here("sagemaker", f"model-package/{PROJECT}/1")),
    ),
    "a job uses another project's data": (
        "Execution",
        Request("s3:GetObject", f"arn:aws:s3:::mlops-p-other-artifacts-{DEV}/model.tar.gz"),
    ),
    "the build writes data or models": (
        "Build",
        Request("s3:PutObject", f"{ARTIFACTS}/data/train.csv"),
    ),
    "the build pipeline exchanges what is deployed": (
        "BuildPipeline",
        Request("s3:PutObject", f"arn:aws:s3:::mlops-{PROJECT_ID}-pipeline-{DEV}/s/Verified/1.zip"),
    ),
    "the build passes a role to another service": (
        "Build",
        Request(
            "iam:PassRole", role_arn("execution"), {"iam:PassedToService": "lambda.amazonaws.com"}
        ),
    ),
    "the build passes its own role": ("Build", Request("iam:PassRole", role_arn("build"), PASS)),
    "the build asks for versions of another project": (
        "Build",
        Request("sagemaker:DescribeModelPackage", here("sagemaker", "model-package/other-p-2/3")),
    ),
    "the report reads the log of what no pipeline has started": (
        "Report",
        Request("logs:GetLogEvents", here("logs", f"{JOB_LOGS}:log-stream:notebook-1/1")),
    ),
    "the report reads the log of a build": (
        "Report",
        Request(
            "logs:GetLogEvents",
            here("logs", "log-group:/aws/codebuild/sagemaker-other:log-stream:pipelines-1/1"),
        ),
    ),
    "the build stops a job": (
        "Build",
        Request("sagemaker:StopTrainingJob", JOB),
    ),
    "the build approves versions": (
        "Build",
        Request("sagemaker:UpdateModelPackage", here("sagemaker", f"model-package/{PROJECT}/1")),
    ),
    "the test becomes a role of prod": (
        "TestPreprod",
        Request("sts:AssumeRole", role_arn("prod-test", "444444444444")),
    ),
    "the test of prod reads what people bring": (
        "TestProd",
        Request("s3:GetObject", f"{ARTIFACTS}/data/train.csv"),
    ),
    "the test of prod writes a version": (
        "TestProd",
        Request("s3:PutObject", f"{ARTIFACTS}/registered/{'0' * 64}/model.tar.gz"),
    ),
    "the test of prod lists what there is": ("TestProd", Request("s3:ListBucket", ARTIFACTS)),
    "the test of preprod becomes the test role of prod": (
        "TestPreprod",
        Request("sts:AssumeRole", role_arn("prod-test", PROD)),
    ),
    "the test of prod becomes another role of prod": (
        "TestProd",
        Request("sts:AssumeRole", role_arn("prod-execution", PROD)),
    ),
    "the test of dev becomes the test role of preprod": (
        "TestDev",
        Request("sts:AssumeRole", role_arn("preprod-test", PREPROD)),
    ),
    "the build pipeline starts a test with a buildspec of its own": (
        "BuildPipeline",
        Request("codebuild:StartBuild", here("codebuild", f"project/sagemaker-{PROJECT}-test-dev")),
    ),
    "the deploy pipeline starts a training build": (
        "DeployPipeline",
        Request("codebuild:StartBuild", here("codebuild", f"project/sagemaker-{PROJECT}-train")),
    ),
    "the test deploys": (
        "TestPreprod",
        Request(
            "sts:AssumeRole",
            f"arn:aws:iam::{PREPROD}:role/mlops-bu-preprod-project-deploy-euw1",
        ),
    ),
    "the deploy pipeline becomes the role with which the platform is deployed": (
        "DeployPipeline",
        Request(
            "sts:AssumeRole",
            f"arn:aws:iam::{PREPROD}:role/cdk-hnb659fds-deploy-role-{PREPROD}-{REGION}",
        ),
    ),
    "a job pulls an image of a stranger": (
        "Execution",
        Request(
            "ecr:BatchGetImage",
            f"arn:aws:ecr:{REGION}:666666666666:repository/loot",
            {"aws:ResourceAccount": "666666666666"},
        ),
    ),
    "a job scores by a model that runs as a person's jobs": (
        "Execution",
        Request(
            "sagemaker:CreateTransformJob",
            here("sagemaker", "transform-job/pipelines-1"),
            {"sagemaker:ModelArn": here("sagemaker", "model/of-a-notebook")},
        ),
    ),
    "a job scores by the model of an endpoint": (
        "Execution",
        Request(
            "sagemaker:CreateTransformJob",
            here("sagemaker", "transform-job/pipelines-1"),
            {"sagemaker:ModelArn": here("sagemaker", "model/other-p-2-deploy-dev-Model-1")},
        ),
    ),
    "a job forges an event": (
        "Execution",
        Request("events:PutEvents", here("events", "event-bus/default")),
    ),
    "a job writes to the people of the project": (
        "Execution",
        Request("sns:Publish", here("sns", f"sagemaker-{PROJECT}")),
    ),
    "a job opens the group of versions to another account": (
        "Execution",
        Request(
            "sagemaker:PutModelPackageGroupPolicy",
            here("sagemaker", f"model-package-group/{PROJECT}"),
        ),
    ),
    "a job writes a key of a stranger": (
        "Execution",
        Request(
            "kms:GenerateDataKey",
            f"arn:aws:kms:{REGION}:666666666666:key/1",
            {"aws:ResourceAccount": "666666666666"},
        ),
    ),
    "a job writes to a bucket of a stranger": (
        "Execution",
        Request("s3:PutObject", "arn:aws:s3:::loot/x", {"aws:ResourceAccount": "666666666666"}),
    ),
    "a job sends its log elsewhere": (
        "Execution",
        Request("logs:PutSubscriptionFilter", here("logs", JOB_LOGS)),
    ),
    "a job asks the gate which version is deployed": (
        "Execution",
        Request("lambda:InvokeFunction", here("lambda", f"function:{PROPS.gate.choose}")),
    ),
    "synth writes to the people of the project": (
        "Synth",
        Request("sns:Publish", here("sns", f"sagemaker-{PROJECT}")),
    ),
    "synth says that Verify has succeeded": (
        "Synth",
        Request("codepipeline:PutJobSuccessResult", "*"),
    ),
    "synth passes a condition of a stage": (
        "Synth",
        Request(
            "codepipeline:OverrideStageCondition",
            here("codepipeline", f"sagemaker-{PROJECT}-deploy/Deploy-prod"),
        ),
    ),
    "the deploy pipeline approves itself": (
        "DeployPipeline",
        Request(
            "codepipeline:PutApprovalResult",
            here("codepipeline", f"sagemaker-{PROJECT}-deploy/Deploy-prod/Approve-prod"),
        ),
    ),
    "the deploy pipeline changes itself": (
        "DeployPipeline",
        Request("codepipeline:UpdatePipeline", here("codepipeline", f"sagemaker-{PROJECT}-deploy")),
    ),
    "the build approves a deployment": (
        "Build",
        Request(
            "codepipeline:PutApprovalResult",
            here("codepipeline", f"sagemaker-{PROJECT}-deploy/Deploy-prod/Approve-prod"),
        ),
    ),
    "the build writes a setting of the project": (
        "Build",
        Request("ssm:PutParameter", here("ssm", "parameter/mlops/churn/inferencepipeline")),
    ),
    "the build moves a branch": (
        "Build",
        Request("codecommit:GitPush", here("codecommit", f"sagemaker-{PROJECT}-deploy")),
    ),
    "an image build tags an image of another project": (
        "Build",
        Request("ecr:PutImage", here("ecr", "repository/sagemaker-p-other")),
    ),
    "events start a build": (
        "Events",
        Request("codebuild:StartBuild", here("codebuild", f"project/sagemaker-{PROJECT}-synth")),
    ),
    "the build looks at executions": (
        "Build",
        Request("sagemaker:DescribePipelineExecution", EXECUTION),
    ),
    "the report looks at executions of another project": (
        "Report",
        Request("sagemaker:DescribePipelineExecution", EXECUTION.replace(PROJECT, "other-p-2")),
    ),
    "the report starts a training": (
        "Report",
        Request("sagemaker:StartPipelineExecution", here("sagemaker", f"pipeline/{PROJECT}")),
    ),
    "the report stops a training": (
        "Report",
        Request("sagemaker:StopPipelineExecution", EXECUTION),
    ),
    "the report takes the code of the deployment": (
        "Report",
        Request("codecommit:GitPull", here("codecommit", f"sagemaker-{PROJECT}-deploy")),
    ),
    "the report reads what is delivered": (
        "Report",
        Request("s3:GetObject", f"arn:aws:s3:::mlops-{PROJECT_ID}-pipeline-{DEV}/s/Verified/1.zip"),
    ),
    "the report reads data": ("Report", Request("s3:GetObject", f"{ARTIFACTS}/data/train.csv")),
    "the report writes": ("Report", Request("s3:PutObject", f"{ARTIFACTS}/executions/1/x.json")),
    "the report passes a role": ("Report", Request("iam:PassRole", role_arn("execution"), PASS)),
    "the report decides on a version": (
        "Report",
        Request("sagemaker:UpdateModelPackage", here("sagemaker", f"model-package/{PROJECT}/1")),
    ),
    "events start a training build with a buildspec of their own": (
        "Events",
        Request("codebuild:StartBuild", here("codebuild", f"project/sagemaker-{PROJECT}-train")),
    ),
    "events start the report of another project": (
        "Events",
        Request("codebuild:StartBuild", here("codebuild", "project/sagemaker-other-p-2-report")),
    ),
    "a pipeline starts the report with a buildspec of its own": (
        "BuildPipeline",
        Request("codebuild:StartBuild", here("codebuild", f"project/sagemaker-{PROJECT}-report")),
    ),
    "events start another project's pipeline": (
        "Events",
        Request(
            "codepipeline:StartPipelineExecution", here("codepipeline", "sagemaker-other-build")
        ),
    ),
}


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("question", list(ALLOWED))
def test_a_role_can_do_its_task(slug: str, question: str) -> None:
    role, request = ALLOWED[question]
    assert allows(launched(slug).statements(role), request)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("question", list(DENIED))
def test_a_role_cannot_do_more(slug: str, question: str) -> None:
    role, request = DENIED[question]
    assert not allows(launched(slug).statements(role), request)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("role", ["TestDev", "TestPreprod", "TestProd"])
def test_a_test_reads_the_archive_of_a_version_where_versions_bring_samples(
    slug: str, role: str
) -> None:
    brings = product(slug).definition.samples
    archive = f"{ARTIFACTS}/registered/{'0' * 64}/model.tar.gz"
    statements = launched(slug).statements(role)
    assert allows(statements, Request("s3:GetObject", archive)) is brings
    through_s3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    decrypts = [
        Request("kms:Decrypt", launched(slug).arn("ArtifactKey"), keys) for keys in (through_s3, {})
    ]
    assert [allows(statements, request) for request in decrypts] == [brings, False]


def test_where_runs_are_tracked_the_report_reads_what_executions_have_reported_alone() -> None:
    app = f"arn:aws:sagemaker:{REGION}:{DEV}:mlflow-app/app-1"
    tracked = LaunchedProject(
        product("basic").definition, {"MlflowApp": app}, replace(PROPS, mlflow=True)
    )
    statements, key = tracked.statements("Report"), tracked.arn("ArtifactKey")
    assert service_authorization.lacking(statements) == []
    reads = {
        place: allows(statements, Request("s3:GetObject", f"{ARTIFACTS}/{place}/x.json"))
        for place in ("executions", "data", "sources", "models", "registered")
    }
    assert [place for place, may in reads.items() if may] == ["executions"]
    through_s3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    assert allows(statements, Request("kms:Decrypt", key, through_s3))
    assert not allows(statements, Request("kms:Decrypt", key))
    assert not allows(statements, Request("s3:PutObject", f"{ARTIFACTS}/executions/x.json"))
    assert allows(statements, Request("sagemaker:CallMlflowAppApi", app))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_job_grants_the_use_of_the_key_to_aws_services_only(slug: str) -> None:
    project = launched(slug)
    statements, key = project.statements("Execution"), project.arn("ArtifactKey")
    for_a_volume = {"kms:GrantIsForAWSResource": "true"}
    assert allows(statements, Request("kms:DescribeKey", key))
    assert allows(statements, Request("kms:CreateGrant", key, for_a_volume))
    assert not allows(statements, Request("kms:CreateGrant", key))
    for_somebody = {"kms:GrantIsForAWSResource": "false"}
    assert not allows(statements, Request("kms:CreateGrant", key, for_somebody))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_job_registers_approved_versions_only_where_a_training_is_what_deploys(slug: str) -> None:
    version = here("sagemaker", f"model-package/{PROJECT}/1")
    approved = {"sagemaker:ModelApprovalStatus": "Approved"}
    request = Request("sagemaker:CreateModelPackage", version, approved)
    deployed_by_training = product(slug).definition.deploy_trigger is DeployTrigger.TRAINING_SUCCESS
    assert allows(launched(slug).statements("Execution"), request) == deployed_by_training


@pytest.mark.parametrize(("slug", "role"), ROLES)
def test_every_role_has_the_boundary_and_one_service(slug: str, role: str) -> None:
    properties = launched(slug).resources[f"{role}Role"]["Properties"]
    assert properties["PermissionsBoundary"] == f"arn:aws:iam::{DEV}:policy/{PROPS.boundary}"
    (statement,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert isinstance(statement["Principal"]["Service"], str)
    assert statement["Condition"] == {"StringEqualsIfExists": {"aws:SourceAccount": DEV}}
    assert "ManagedPolicyArns" not in properties


@pytest.mark.parametrize(("slug", "role"), ROLES)
def test_every_action_has_those_that_it_depends_on(slug: str, role: str) -> None:
    assert service_authorization.lacking(launched(slug).statements(role)) == []


@pytest.mark.parametrize(("slug", "role"), ROLES)
def test_every_action_is_granted_on_resources_that_it_works_on(slug: str, role: str) -> None:
    statements = launched(slug).statements(role)
    allowing = [statement for statement in statements if statement["Effect"] == "Allow"]
    assert service_authorization.mismatched(allowing) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_jobs_tell_which_user_of_studio_has_started_them(slug: str) -> None:
    properties = launched(slug).resources["ExecutionRole"]["Properties"]
    (statement,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert set(listed(statement["Action"])) == {"sts:AssumeRole", "sts:SetSourceIdentity"}


def boundary(*further: dict[str, Any]) -> list[dict[str, Any]]:
    project = launched("basic")
    templates = [*(template(product.definition) for product in PRODUCTS), *further]
    document = policy_document(project_boundary(templates, PROPS))
    found: list[dict[str, Any]] = project.rendered(document)["Statement"]
    return found


def test_a_product_of_ones_own_widens_the_boundary_to_its_resources_and_to_no_identity() -> None:
    name = {"Fn::Sub": "features-${SageMakerProjectId}"}
    allowed = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "iam:CreateRole", "organizations:ListAccounts"],
        "Resource": {"Fn::GetAtt": ["Table", "Arn"]},
    }
    own = {
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}},
        "Policy": {
            "Type": "AWS::IAM::Policy",
            "Properties": {"PolicyDocument": {"Statement": [allowed]}},
        },
    }
    statements = boundary({"Resources": own})
    table = f"arn:aws:dynamodb:{REGION}:{DEV}:table/"
    assert allows(statements, Request("dynamodb:GetItem", f"{table}features-{PROJECT_ID}"))
    assert not allows(statements, Request("dynamodb:GetItem", f"{table}payroll"))
    named = {action for statement in statements for action in listed(statement["Action"])}
    assert not named & {"iam:CreateRole", "organizations:ListAccounts"}


def granted(slug: str, role: str) -> Iterator[Request]:
    """Every action of a role on every resource of its policy, wildcards taken literally."""
    for statement in launched(slug).statements(role):
        if statement["Effect"] == "Allow":
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield Request(action, resource.replace("*", "x1"))


@pytest.mark.parametrize(("slug", "role"), ROLES)
def test_the_boundary_leaves_room_for_every_permission_of_a_role(slug: str, role: str) -> None:
    limit = boundary()
    outside = [request for request in granted(slug, role) if not allows(limit, request)]
    assert outside == []


def test_the_boundary_leaves_room_for_runs_in_mlflow_where_builds_track_them() -> None:
    props = replace(PROPS, mlflow=True)
    templates = [template(product.definition, props) for product in PRODUCTS]
    document = policy_document(project_boundary(templates, props))
    call = Request("sagemaker:CallMlflowAppApi", here("sagemaker", "mlflow-app/app-ABCDEF"))
    assert allows(launched("basic").rendered(document)["Statement"], call)
    assert not allows(boundary(), call)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateRole", f"arn:aws:iam::{DEV}:role/sagemaker-p-1-x"),
        ("iam:PassRole", f"arn:aws:iam::{DEV}:role/admin"),
        ("sts:AssumeRole", f"arn:aws:iam::{PREPROD}:role/admin"),
        (
            "sts:AssumeRole",
            f"arn:aws:iam::{PREPROD}:role/cdk-hnb659fds-deploy-role-{PREPROD}-{REGION}",
        ),
        ("sagemaker:UpdateModelPackage", here("sagemaker", f"model-package/{PROJECT}/1")),
        ("s3:GetObject", "arn:aws:s3:::payroll/salaries.csv"),
        ("s3:DeleteBucket", f"arn:aws:s3:::mlops-{PROJECT_ID}-artifacts-{DEV}"),
        ("kms:ScheduleKeyDeletion", here("kms", "key/1")),
        ("codecommit:GetBranch", here("codecommit", "mlops-infra_bu1")),
        ("ssm:PutParameter", here("ssm", "parameter/vpc/id")),
    ],
)
def test_the_boundary_stops_what_no_project_needs(action: str, resource: str) -> None:
    assert not allows(boundary(), Request(action, resource))


def test_the_boundary_fits_into_one_managed_policy() -> None:
    text = str(boundary()).replace(" ", "")
    assert len(text) < 6144  # IAM and STS quotas, characters of a managed policy


@pytest.mark.parametrize(("slug", "role"), ROLES)
def test_every_policy_fits_into_a_managed_policy(slug: str, role: str) -> None:
    assert len(str(launched(slug).statements(role)).replace(" ", "")) < 6144


@pytest.mark.parametrize(("slug", "role"), ROLES)
def test_every_condition_key_is_known_for_its_actions(slug: str, role: str) -> None:
    for statement in launched(slug).statements(role):
        for entries in statement.get("Condition", {}).values():
            for key in entries:
                for action in listed(statement["Action"]):
                    known = service_authorization.action(action).condition_keys
                    assert key.startswith("aws:") or key in known, f"{action} does not know {key}"


@pytest.mark.parametrize(("slug", "role"), ROLES)
def test_a_wildcard_alone_stands_only_where_an_action_knows_no_resource(
    slug: str, role: str
) -> None:
    for statement in launched(slug).statements(role):
        if statement["Effect"] == "Allow" and listed(statement["Resource"]) == ["*"]:
            for action in listed(statement["Action"]):
                assert not service_authorization.action(action).resources, action


@pytest.mark.parametrize("slug", SLUGS)
def test_a_projects_parameters_are_its_own(slug: str) -> None:
    for parameter in launched(slug).of_type("AWS::SSM::Parameter"):
        assert parameter["Name"].startswith(f"/mlops/{PROJECT_NAME}/")


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_is_named_full_access_or_allowed_everything(slug: str) -> None:
    definition = next(p.definition for p in PRODUCTS if p.slug == slug)
    assert "FullAccess" not in str(template(definition))
    for role in project_roles(definition, PROPS):
        for statement in role.statements:
            assert not [action for action in statement.actions if "*" in action]
