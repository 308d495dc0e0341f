"""What the worst code in a pull request can do: it runs before anybody has looked at it."""

import pytest
from launched_projects import (
    DEV,
    PRODUCTS,
    PROJECT,
    PROJECT_ID,
    PROPS,
    REGION,
    SUBNETS,
    launched,
    product,
)
from policy_evaluation import Request, allows

from cdk_service_catalog.project.access.roles import project_roles

pytestmark = pytest.mark.pure
SLUGS = [product.slug for product in PRODUCTS]
KINDS = {"build": "BuildCheck", "deploy": "DeployCheck"}
OTHER = {"build": "deploy", "deploy": "build"}


def here(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{DEV}:{resource}"


def repository(kind: str) -> str:
    return here("codecommit", f"sagemaker-{PROJECT}-{kind}")


def log(build: str) -> str:
    return here("logs", f"log-group:/aws/codebuild/sagemaker-{PROJECT}-{build}:log-stream:1")


KEY = here("kms", "key/PipelineKey")
VIA = {"kms:ViaService": f"codecommit.{REGION}.amazonaws.com"}
NETWORK = {
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
}
"""CodeBuild User Guide, "Allow CodeBuild access to AWS services required to create a VPC network
interface"."""
ALL = {
    *NETWORK,
    "codecommit:GitPull",
    "kms:Decrypt",
    "kms:DescribeKey",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
}


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_build_of_a_pull_request_reads_its_repository_and_writes_its_log(
    slug: str, kind: str
) -> None:
    policy = launched(slug).statements(KINDS[kind])
    assert allows(policy, Request("codecommit:GitPull", repository(kind)))
    assert allows(policy, Request("kms:Decrypt", KEY, VIA))
    assert allows(policy, Request("logs:PutLogEvents", log(f"{kind}-check")))
    interface = {"ec2:SubnetID": SUBNETS[0]}
    subnet = here("ec2", f"subnet/{SUBNETS[0]}")
    assert allows(policy, Request("ec2:CreateNetworkInterface", subnet, interface))


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("kind", KINDS)
def test_it_has_no_other_permission_at_all(slug: str, kind: str) -> None:
    policy = launched(slug).statements(KINDS[kind])
    assert {action for s in policy for action in s["Action"]} == ALL
    assert {s["Effect"] for s in policy} == {"Allow"}
    assert not any("NotAction" in s or "NotResource" in s for s in policy)
    attacks = [
        ("codecommit:GitPull", repository(OTHER[kind])),
        ("codecommit:GitPull", here("codecommit", "sagemaker-other-p-other-build")),
        *(
            (f"codecommit:{action}", repository(kind))
            for action in (
                *("GitPush", "PutFile", "MergePullRequestByFastForward", "CreatePullRequest"),
                *("UpdatePullRequestApprovalState", "PostCommentForPullRequest"),
                *("OverridePullRequestApprovalRules", "DeletePullRequestApprovalRule"),
            )
        ),
        *(
            ("logs:PutLogEvents", log(build))
            for build in (f"{OTHER[kind]}-check", "train", "synth", "test-dev", "test-preprod")
        ),
        ("codebuild:StartBuild", here("codebuild", f"project/sagemaker-{PROJECT}-{kind}-check")),
        ("codebuild:BatchGetBuilds", here("codebuild", f"project/sagemaker-{PROJECT}-train")),
        ("s3:GetObject", f"arn:aws:s3:::mlops-{PROJECT_ID}-artifacts-{DEV}/data/x"),
        ("s3:PutObject", f"arn:aws:s3:::mlops-{PROJECT_ID}-pipeline-{DEV}/s/Assembly/x"),
        ("iam:PassRole", f"arn:aws:iam::{DEV}:role/sagemaker-{PROJECT_ID}-execution"),
        ("sts:AssumeRole", f"arn:aws:iam::{DEV}:role/sagemaker-{PROJECT_ID}-dev-test"),
        ("sagemaker:StartPipelineExecution", here("sagemaker", f"pipeline/{PROJECT}")),
        ("sagemaker:CreateModelPackage", here("sagemaker", f"model-package/{PROJECT}/1")),
        ("ecr:GetAuthorizationToken", "*"),
        ("ssm:GetParameter", here("ssm", "parameter/mlops/churn/x")),
        ("lambda:InvokeFunction", here("lambda", f"function:{PROPS.gate.seal}")),
        ("events:PutEvents", here("events", "event-bus/default")),
    ]
    assert [attack for attack in attacks if allows(policy, Request(*attack))] == []
    for service in ("s3", "logs", "sns"):
        through = {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}
        assert not allows(policy, Request("kms:Decrypt", KEY, through)), service
    assert not allows(policy, Request("kms:Decrypt", KEY)), "an artifact that was carried out"


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_nothing_and_knows_nothing_of_the_project(slug: str, kind: str) -> None:
    (build,) = (
        found
        for found in launched(slug).of_type("AWS::CodeBuild::Project")
        if found["Name"] == f"sagemaker-{PROJECT}-{kind}-check"
    )
    assert build["Source"] == {
        "Type": "CODECOMMIT",
        "Location": f"{kind.capitalize()}Repository.CloneUrlHttp",
        "BuildSpec": "buildspec.check.yml",
    }
    assert build["Artifacts"] == {"Type": "NO_ARTIFACTS"}
    assert build["Environment"]["PrivilegedMode"] is False
    assert build["Environment"]["EnvironmentVariables"] == []
    assert {"Triggers", "Cache", "SecondarySources", "FileSystemLocations"}.isdisjoint(build)
    assert build["ConcurrentBuildLimit"] == 1


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_role_of_the_project_starts_it_or_says_how_it_has_ended(slug: str, kind: str) -> None:
    """Whoever starts a build may give it a buildspec and variables of his own."""
    build = here("codebuild", f"project/sagemaker-{PROJECT}-{kind}-check")
    for role in project_roles(product(slug).definition, PROPS):
        policy = launched(slug).statements(role.id)
        for action in ("StartBuild", "StartBuildBatch", "RetryBuild", "UpdateProject"):
            assert not allows(policy, Request(f"codebuild:{action}", build)), role.id
        approve = Request("codecommit:UpdatePullRequestApprovalState", repository(kind))
        assert not allows(policy, approve), role.id
