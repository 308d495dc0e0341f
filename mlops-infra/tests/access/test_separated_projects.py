"""What a persona of one project can do with another one, where projects are kept apart: nothing.

Every door is tried to the own project, where it opens, and to the other, where it does not.
"""

from typing import Any

import pytest
from persona_policies import (
    ACCOUNT,
    MEMBERS,
    SECURITY_GROUP,
    SEPARATED,
    SUBNETS,
    here,
    may,
    profile,
    resources,
    role_arn,
    role_id,
    tags,
)

pytestmark = pytest.mark.construct

DS, LEAD, ENGINEER, EXECUTION = "data_scientist", "lead_data_scientist", "ml_engineer", "execution"
WORKING = (DS, LEAD, ENGINEER)
OWN, OTHER = "p-1", "p-2"
TAG = "aws:ResourceTag/sagemaker:project-id"
MAIN = {"codecommit:References": "refs/heads/topic"}
THROUGH_S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
IN_THE_VPC = {
    "sagemaker:VpcSubnets": SUBNETS,
    "sagemaker:VpcSecurityGroupIds": (SECURITY_GROUP,),
    "sagemaker:InterContainerTrafficEncryption": "true",
    "sagemaker:OutputKmsKey": here("kms", "key/1"),
}


def stream(group: str, name: str = "1") -> str:
    return here("logs", f"log-group:{group}:log-stream:{name}")


def bucket(name: str) -> str:
    return f"arn:aws:s3:::{name}-{ACCOUNT}"


DOORS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    # Code
    ("codecommit:GitPull", here("codecommit", "sagemaker-n-{}-build"), {}),
    ("codecommit:GitPush", here("codecommit", "sagemaker-n-{}-build"), MAIN),
    ("codecommit:GitPush", here("codecommit", "sagemaker-n-{}-deploy"), MAIN),
    ("codecommit:GetFile", here("codecommit", "sagemaker-n-{}-deploy"), {}),
    ("codecommit:UpdatePullRequestApprovalState", here("codecommit", "sagemaker-n-{}-deploy"), {}),
    ("ecr:BatchGetImage", here("ecr", "repository/sagemaker-{}"), {}),
    # Deliveries
    ("codepipeline:GetPipeline", here("codepipeline", "sagemaker-n-{}-deploy"), {}),
    ("codepipeline:GetPipelineState", here("codepipeline", "sagemaker-n-{}-build"), {}),
    ("codebuild:BatchGetBuilds", here("codebuild", "project/sagemaker-n-{}-train"), {}),
    ("logs:GetLogEvents", stream("/aws/codebuild/sagemaker-n-{}-train"), {}),
    ("logs:FilterLogEvents", here("logs", "log-group:/aws/codebuild/sagemaker-n-{}-synth:*"), {}),
    ("sns:Subscribe", here("sns", "sagemaker-n-{}"), {"sns:Protocol": "email"}),
    ("sns:ListSubscriptionsByTopic", here("sns", "sagemaker-n-{}"), {}),
    # Data
    ("s3:ListBucket", bucket("mlops-{}-artifacts"), {}),
    ("s3:GetObject", bucket("mlops-{}-artifacts") + "/data/x.csv", {}),
    ("s3:PutObject", bucket("mlops-{}-artifacts") + "/data/x.csv", {}),
    ("s3:DeleteObject", bucket("mlops-{}-artifacts") + "/data/x.csv", {}),
    ("s3:GetObject", bucket("mlops-{}-artifacts") + "/registered/0/model.tar.gz", {}),
    ("s3:GetObject", bucket("sagemaker-{}-dev") + "/capture/1.jsonl", {}),
    ("s3:PutObject", bucket("sagemaker-{}-dev") + "/input/x.csv", {}),
    ("kms:Decrypt", here("kms", "key/1"), {**THROUGH_S3, TAG: "{}"}),
    ("kms:GenerateDataKey", here("kms", "key/1"), {**THROUGH_S3, TAG: "{}"}),
    ("kms:CreateGrant", here("kms", "key/1"), {"kms:GrantIsForAWSResource": "true", TAG: "{}"}),
    # What the stacks of a project have made in SageMaker
    ("sagemaker:InvokeEndpoint", here("sagemaker", "endpoint/n-{}-dev"), {}),
    ("sagemaker:InvokeEndpointAsync", here("sagemaker", "endpoint/n-{}-dev"), {}),
    ("sagemaker:InvokeEndpoint", here("sagemaker", "inference-component/n-{}-dev"), {}),
    ("sagemaker:DescribeInferenceComponent", here("sagemaker", "inference-component/n-{}-dev"), {}),
    ("sagemaker:DescribeEndpoint", here("sagemaker", "endpoint/n-{}-dev"), {}),
    ("sagemaker:DescribeModel", here("sagemaker", "model/model-0a"), {TAG: "{}"}),
    ("sagemaker:StartPipelineExecution", here("sagemaker", "pipeline/n-{}"), {}),
    ("sagemaker:UpdatePipeline", here("sagemaker", "pipeline/{}-mine"), {}),
    (
        *("sagemaker:ListPipelineExecutionSteps", here("sagemaker", "pipeline/n-{}/execution/0a")),
        {},
    ),
    ("sagemaker:CreateModelPackage", here("sagemaker", "model-package/{}-mine/1"), {}),
    ("sagemaker:CreateModelPackageGroup", here("sagemaker", "model-package-group/{}-mine"), {}),
    ("sagemaker:DescribeModelPackage", here("sagemaker", "model-package/n-{}/1"), {}),
    ("logs:GetLogEvents", stream("/aws/sagemaker/Endpoints/n-{}-dev"), {}),
    # What people name
    ("sagemaker:CreateTrainingJob", here("sagemaker", "training-job/{}-x"), IN_THE_VPC),
    ("sagemaker:StopTrainingJob", here("sagemaker", "training-job/{}-x"), {}),
    ("sagemaker:DescribeTrainingJob", here("sagemaker", "training-job/{}-x"), {}),
    ("sagemaker:DescribeTrainingJob", here("sagemaker", "training-job/pipelines-0a"), {TAG: "{}"}),
    ("sagemaker:CreateModel", here("sagemaker", "model/{}-x"), IN_THE_VPC),
    ("sagemaker:DeleteModel", here("sagemaker", "model/{}-x"), {}),
    (
        *("sagemaker:CreateTransformJob", here("sagemaker", "transform-job/p-1-x")),
        {"sagemaker:ModelArn": here("sagemaker", "model/{}-x")},
    ),
    ("sagemaker:GetRecord", here("sagemaker", "feature-group/{}-x"), {}),
    ("sagemaker:PutRecord", here("sagemaker", "feature-group/{}-x"), {}),
    ("sagemaker:DescribeFeatureGroup", here("sagemaker", "feature-group/{}-x"), {}),
    ("sagemaker:UpdateTrial", here("sagemaker", "experiment-trial/{}-x"), {}),
    ("logs:GetLogEvents", stream("/aws/sagemaker/TrainingJobs", "{}-x/algo-1"), {}),
    ("logs:PutLogEvents", stream("/aws/sagemaker/TrainingJobs", "{}-x/algo-1"), {}),
)
OF_ONE: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (LEAD, "sagemaker:UpdateModelPackage", here("sagemaker", "model-package/n-{}/1"), {}),
    (
        *(LEAD, "codepipeline:PutApprovalResult"),
        here("codepipeline", "sagemaker-n-{}-deploy/Deploy-prod/Approve-prod"),
        {},
    ),
    (ENGINEER, "sagemaker:UpdateEndpoint", here("sagemaker", "endpoint/n-{}-dev"), {}),
    (ENGINEER, "sagemaker:DeleteEndpoint", here("sagemaker", "endpoint/n-{}-dev"), {}),
    (
        *(ENGINEER, "sagemaker:CreateEndpointConfig", here("sagemaker", "endpoint-config/p-1-x")),
        {"sagemaker:ModelArn": here("sagemaker", "model/{}-x")},
    ),
    (
        *(ENGINEER, "codepipeline:RetryStageExecution"),
        here("codepipeline", "sagemaker-n-{}-deploy/Deploy-dev"),
        {},
    ),
)
ALL = (*((key, *door) for key in WORKING for door in DOORS), *OF_ONE)


def of(project: str, resource: str, context: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    filled = {k: v.format(project) if isinstance(v, str) else v for k, v in context.items()}
    return resource.format(project), filled


@pytest.mark.parametrize(("key", "action", "resource", "context"), ALL)
def test_a_door_opens_to_the_own_project_and_to_no_other(
    key: str, action: str, resource: str, context: dict[str, Any]
) -> None:
    assert may(key, action, *of(OWN, resource, context), project=OWN)
    assert not may(key, action, *of(OTHER, resource, context), project=OWN)


@pytest.mark.parametrize(("key", "action", "resource", "context"), ALL)
def test_who_is_listed_for_no_project_reaches_none(
    key: str, action: str, resource: str, context: dict[str, Any]
) -> None:
    assert not may(key, action, *of(OWN, resource, context), within=SEPARATED)


@pytest.mark.parametrize(("key", "action", "resource", "context"), ALL)
def test_what_is_tagged_for_another_project_stays_shut_with_everything_allowed(
    key: str, action: str, resource: str, context: dict[str, Any]
) -> None:
    resource, context = of(OTHER, resource, context)
    tagged = {**context, TAG: OTHER}
    assert not may(key, action, resource, tagged, project=OWN, mistake=True)


@pytest.mark.parametrize("key", WORKING)
def test_a_name_that_holds_the_other_id_is_no_way_in(key: str) -> None:
    """A project's name has no part `p-`, as the parameter of the products has it."""
    for name in (f"{OWN}1", f"x{OWN}", f"{OTHER}-{OWN}x"):
        for action, resource in (
            ("codecommit:GitPull", here("codecommit", f"sagemaker-n-{name}-build")),
            ("sagemaker:InvokeEndpoint", here("sagemaker", f"endpoint/n-{name}")),
            ("sagemaker:StopTrainingJob", here("sagemaker", f"training-job/n-{name}-x")),
            ("s3:GetObject", f"arn:aws:s3:::mlops-{name}-artifacts-{ACCOUNT}/data/x"),
        ):
            assert not may(key, action, resource, project=OWN), resource


@pytest.mark.parametrize("key", WORKING)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        # Each of these shows what all projects hold, and no condition narrows it.
        ("sagemaker:Search", "*"),
        ("sagemaker:QueryLineage", "*"),
        ("logs:FilterLogEvents", here("logs", "log-group:/aws/sagemaker/TrainingJobs:*")),
        ("logs:DescribeLogStreams", here("logs", "log-group:/aws/sagemaker/TrainingJobs:*")),
        ("logs:GetLogEvents", stream("/aws/sagemaker/TrainingJobs", "pipelines-0a/algo-1")),
        ("logs:GetLogEvents", stream("/aws/sagemaker/studio", "d-1/eva/JupyterLab/default")),
        ("logs:GetLogEvents", stream("/aws/lambda/mlops-retail-gate-verify-euw1")),
        ("glue:GetTable", here("glue", "table/sagemaker_featurestore/p_2_x")),
        ("s3:GetObject", "arn:aws:s3:::sagemaker-project-p-2/x"),
    ],
)
def test_what_shows_all_projects_at_once_is_shut(key: str, action: str, resource: str) -> None:
    assert not may(key, action, resource, project=OWN)


@pytest.mark.parametrize("key", WORKING)
def test_the_role_of_another_project_is_neither_passed_nor_assumed(key: str) -> None:
    to_sagemaker = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    runs_as = EXECUTION if key == LEAD else key
    assert may(key, "iam:PassRole", role_arn(runs_as, OWN), to_sagemaker, project=OWN)
    others = [role_arn(m.persona, m.project) for m in MEMBERS if m.project == OTHER]
    without = [role_arn(k) for k in (*WORKING, EXECUTION)]
    jobs = [f"arn:aws:iam::{ACCOUNT}:role/sagemaker-{p}-execution" for p in (OWN, OTHER)]
    for arn in (role_arn(EXECUTION, OTHER), *others, *without, *jobs):
        for mistake in (False, True):
            assert not may(
                *(key, "iam:PassRole", arn, to_sagemaker), project=OWN, mistake=mistake
            ), arn
            assert not may(key, "sts:AssumeRole", arn, project=OWN, mistake=mistake), arn


@pytest.mark.parametrize("key", WORKING)
@pytest.mark.parametrize("action", ["iam:TagRole", "iam:UntagRole", "sts:TagSession"])
def test_nobody_gets_the_tag_of_another_project(key: str, action: str) -> None:
    for mistake in (False, True):
        arn = role_arn(key, OWN)
        tagged = {"aws:RequestTag/sagemaker:project-id": OTHER}
        assert not may(key, action, arn, tagged, project=OWN, mistake=mistake and "iam" in action)
    trusted = resources(within=SEPARATED)[role_id(key, OWN)]["Properties"]
    (trust,) = trusted["AssumeRolePolicyDocument"]["Statement"]
    assert set(trust["Action"]) == {"sts:AssumeRole", "sts:SetSourceIdentity"}


@pytest.mark.parametrize("key", WORKING)
def test_profiles_and_spaces_are_their_owners(key: str) -> None:
    opened = "sagemaker:CreatePresignedDomainUrl"
    assert may(key, opened, profile("ana"), project=OWN)
    assert not may(key, opened, profile("eva"), project=OWN)
    space = here("sagemaker", "space/d-1/s")
    private = {"sagemaker:SpaceSharingType": "Private"}
    for action in ("CreateSpace", "UpdateSpace", "DeleteSpace"):
        whose = {"sagemaker:OwnerUserProfileArn": profile("eva"), **private}
        assert not may(key, f"sagemaker:{action}", space, whose, project=OWN)


def test_a_lead_of_a_project_starts_none_and_a_lead_of_none_starts_some() -> None:
    start = ("sagemaker:CreateProject", here("sagemaker", "project/new"))
    assert may(LEAD, *start, within=SEPARATED)
    assert not may(LEAD, *start, project=OWN)


def test_the_key_of_studio_belongs_to_no_project_and_stays_open() -> None:
    volumes = {"kms:GrantIsForAWSResource": "true"}
    assert may(DS, "kms:CreateGrant", here("kms", "key/studio"), volumes, project=OWN)


@pytest.mark.parametrize("member", MEMBERS, ids=lambda m: f"{m.persona}-{m.project}")
def test_a_role_of_a_project_is_held_by_the_boundary_of_its_persona(member: Any) -> None:
    role = resources(within=SEPARATED)[role_id(member.persona, member.project)]
    base = resources(within=SEPARATED)[role_id(member.persona)]
    assert role["Properties"]["PermissionsBoundary"] == base["Properties"]["PermissionsBoundary"]
    assert tags(role)["sagemaker:project-id"] == member.project
    assert "sagemaker:project-id" not in tags(base)
