"""What leads from a start to a role, in a platform in small: each rule with what closes it."""

from typing import Any

import pytest
from small_world import (
    APPLY,
    APPROVE,
    BOUNDARY,
    BUCKET,
    BUILD,
    DEV,
    PERSONA,
    PROD,
    REPOSITORY,
    SOURCE,
    SYNTH,
    VERIFY,
    action,
    allow,
    deploy,
    role,
    service,
    world,
)

from mlops_reachability.edges import branch, made, pushed, widened
from mlops_reachability.model import FOREIGN, World
from mlops_reachability.reach import Graph
from mlops_reachability.starts import starts

pytestmark = pytest.mark.pure

PUSHED = pushed(REPOSITORY)
UPDATE_AND_START = (("Update", ""), ("Start", "Execution"))
PUSH = allow("codecommit:GitPush", REPOSITORY)
PUT = allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/*")


def reached(found: World, start: str) -> set[str]:
    return set(Graph(found).from_([start]).by)


def test_who_pushes_has_the_build_and_whatever_applies_what_it_makes() -> None:
    assert {SYNTH, APPLY} <= reached(world(SOURCE, BUILD, deploy("Assembly")), PUSHED)


@pytest.mark.parametrize(
    ("provider", "configuration", "who"),
    [
        (
            "CodeStarSourceConnection",
            {"ConnectionArn": "c", "FullRepositoryId": "example/infra", "BranchName": "main"},
            "whoever pushes at a git host to example/infra",
        ),
        (
            "S3",
            {"S3Bucket": "archive", "S3ObjectKey": "snapshot.zip"},
            "whoever uploads the archive to archive",
        ),
    ],
)
def test_who_pushes_outside_of_aws_is_a_start_with_the_same_reach(
    provider: str, configuration: dict[str, str], who: str
) -> None:
    outputs = [{"Name": "Source"}]
    source = action(
        "Source", provider, "Source", Configuration=configuration, OutputArtifacts=outputs
    )
    found = world(source, BUILD, deploy("Assembly"))
    (nodes,) = (nodes for words, nodes in starts(found) if words == who)
    assert {SYNTH, APPLY} <= reached(found, *nodes)


def test_what_a_function_hands_on_is_not_the_pushers() -> None:
    found = reached(world(SOURCE, BUILD, VERIFY, deploy("Verified")), PUSHED)
    assert SYNTH in found
    assert APPLY not in found


def test_a_build_that_may_write_what_the_function_hands_on_goes_around_it() -> None:
    around = world(SOURCE, BUILD, VERIFY, deploy("Verified"), synth=(PUT,))
    assert APPLY in reached(around, PUSHED)


def test_who_pushes_a_branch_has_the_build_of_pull_requests() -> None:
    url = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/"
    properties = {
        "Name": "check",
        "ServiceRole": SYNTH,
        "Source": {"Type": "CODECOMMIT", "Location": url + REPOSITORY.rpartition(":")[2]},
    }
    check = {"Check": {"Type": "AWS::CodeBuild::Project", "Properties": properties}}
    assert SYNTH in reached(world(further=check), branch(REPOSITORY))
    assert SYNTH not in reached(world(), branch(REPOSITORY))


def test_who_changes_a_pipeline_and_starts_it_has_the_role_that_it_keeps() -> None:
    properties = {"PipelineName": "alpha-p-alpha", "RoleArn": SYNTH}
    further = {"Training": {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}}
    change, start = (allow(f"sagemaker:{n}Pipeline{e}") for n, e in UPDATE_AND_START)
    assert SYNTH in reached(world(further=further, persona=(change, start)), PERSONA)
    assert SYNTH not in reached(world(further=further, persona=(start,)), PERSONA)
    assert SYNTH not in reached(world(further=further, persona=(change,)), PERSONA)


def test_an_approval_holds_whoever_cannot_give_it() -> None:
    asked = (SOURCE, BUILD, APPROVE, deploy("Assembly"))
    assert APPLY not in reached(world(*asked, persona=(PUSH,)), PERSONA)
    approves = allow("codepipeline:PutApprovalResult")
    assert APPLY in reached(world(*asked, persona=(PUSH, approves)), PERSONA)


def test_an_artifact_that_is_exchanged_while_an_approval_waits_is_applied() -> None:
    asked = (SOURCE, BUILD, APPROVE, deploy("Assembly"))
    assert APPLY in reached(world(*asked, persona=(PUT,)), PERSONA)
    refused = {**PUT, "Effect": "Deny", "Principal": "*"}
    assert APPLY not in reached(world(*asked, persona=(PUT,), bucket=(refused,)), PERSONA)


def test_a_push_that_a_condition_on_the_branch_denies_is_none() -> None:
    deny = {
        **PUSH,
        "Effect": "Deny",
        "Condition": {"StringEquals": {"codecommit:References": "refs/heads/main"}},
    }
    assert PUSHED in reached(world(SOURCE, persona=(PUSH,)), PERSONA)
    assert PUSHED not in reached(world(SOURCE, persona=(PUSH, deny)), PERSONA)


def test_a_branch_counts_for_whoever_may_start_the_pipeline_with_it() -> None:
    deny = {
        **PUSH,
        "Effect": "Deny",
        "Condition": {"StringEquals": {"codecommit:References": "refs/heads/main"}},
    }
    start = allow("codepipeline:StartPipelineExecution")
    assert PUSHED in reached(world(SOURCE, persona=(PUSH, deny, start)), PERSONA)


@pytest.mark.parametrize(
    ("condition", "without"),
    [
        ({}, True),
        ({"Condition": {"ArnEquals": {"iam:PermissionsBoundary": BOUNDARY}}}, False),
    ],
)
def test_a_role_of_any_name_without_a_boundary_is_found(
    condition: dict[str, Any], without: bool
) -> None:
    makes = allow(["iam:CreateRole", "iam:PutRolePolicy"], f"arn:aws:iam::{PROD}:role/x-*")
    found = reached(world(SOURCE, apply=({**makes, **condition},)), APPLY)
    assert (made(f"arn:aws:iam::{PROD}:role/x-", "") in found) is without


def test_a_policy_on_a_role_with_a_boundary_leaves_what_the_boundary_leaves() -> None:
    bounded = {
        "Bounded": role(
            "bounded",
            {"Principal": {"AWS": PERSONA}},
            PermissionsBoundary=f"arn:aws:iam::{DEV}:policy/b",
        ),
        "B": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "ManagedPolicyName": "b",
                "PolicyDocument": {"Statement": [allow("s3:GetObject")]},
            },
        },
    }
    widens = allow("iam:PutRolePolicy", f"arn:aws:iam::{DEV}:role/bounded")
    found = reached(world(SOURCE, persona=(widens,), further=bounded), PERSONA)
    assert widened(f"arn:aws:iam::{DEV}:role/bounded") in found
    assert f"made arn:aws:iam::{DEV}:role/administrator" not in found


@pytest.mark.parametrize(
    ("statements", "passed"),
    [
        ((allow("iam:PassRole"), allow("sagemaker:CreateTrainingJob")), True),
        ((allow("iam:PassRole"),), False),
        ((allow("sagemaker:CreateTrainingJob"),), False),
        (
            (
                allow(
                    "iam:PassRole",
                    Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
                ),
                allow("sagemaker:CreateTrainingJob"),
            ),
            False,
        ),
        (
            (
                allow("iam:PassRole"),
                allow(
                    "sagemaker:CreateTrainingJob",
                    Condition={"StringEquals": {"sagemaker:VpcSubnets": "subnet-1"}},
                ),
            ),
            True,
        ),
    ],
)
def test_a_role_is_passed_to_what_runs_code_with_it(
    statements: tuple[dict[str, Any], ...], passed: bool
) -> None:
    further = {"Lead": role("lead", service("sagemaker"))}
    found = reached(world(SOURCE, persona=statements, further=further), PERSONA)
    assert (f"arn:aws:iam::{DEV}:role/lead" in found) is passed


@pytest.mark.parametrize(
    ("trusted", "assumed"),
    [
        ({"Principal": {"AWS": PERSONA}}, True),
        ({"Principal": {"AWS": f"arn:aws:iam::{DEV}:root"}}, False),
        ({"Principal": {"AWS": f"arn:aws:iam::{PROD}:root"}}, False),
        (
            {
                "Principal": {"AWS": PERSONA},
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            },
            False,
        ),
    ],
)
def test_a_role_is_assumed_by_whom_it_names(trusted: dict[str, Any], assumed: bool) -> None:
    found = reached(world(SOURCE, further={"Other": role("other", trusted)}), PERSONA)
    assert (f"arn:aws:iam::{DEV}:role/other" in found) is assumed


def test_an_account_is_trusted_as_far_as_its_own_policies_let_it() -> None:
    trusting = {"Other": role("other", {"Principal": {"AWS": DEV}})}
    may = allow("sts:AssumeRole", f"arn:aws:iam::{DEV}:role/other")
    assert f"arn:aws:iam::{DEV}:role/other" in reached(
        world(SOURCE, persona=(may,), further=trusting), PERSONA
    )


def test_a_foreign_account_reaches_only_who_trusts_it() -> None:
    assert reached(world(SOURCE, BUILD, deploy("Assembly")), FOREIGN) == {FOREIGN}
    trusting = {"Other": role("other", {"Principal": {"AWS": FOREIGN}})}
    assert f"arn:aws:iam::{DEV}:role/other" in reached(world(SOURCE, further=trusting), FOREIGN)


def test_a_name_that_somebody_trusts_is_tried_for_a_new_role() -> None:
    trust = {
        "Principal": {"AWS": f"arn:aws:iam::{PROD}:root"},
        "Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{PROD}:role/p-*-deploy"}},
    }
    makes = allow(["iam:CreateRole", "iam:PutRolePolicy"], f"arn:aws:iam::{PROD}:role/p-*")
    found = reached(world(SOURCE, apply=(makes,), further={"Other": role("o", trust)}), APPLY)
    assert f"arn:aws:iam::{DEV}:role/o" in found
