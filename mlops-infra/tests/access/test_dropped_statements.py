"""Each denial holds something back by itself: without the statement, the attack succeeds."""

from typing import Any

import pytest
from persona_policies import ACCOUNT, SECURITY_GROUP, SUBNETS, here, may, profile

pytestmark = pytest.mark.construct

DEPLOY = here("codecommit", "sagemaker-churn-p-1-deploy")
MAIN = {"codecommit:References": "refs/heads/main"}
TRAIN, JOB = "sagemaker:CreateTrainingJob", here("sagemaker", "training-job/churn")
RIGHT: dict[str, Any] = {
    "sagemaker:VpcSubnets": SUBNETS,
    "sagemaker:VpcSecurityGroupIds": (SECURITY_GROUP,),
    "sagemaker:InterContainerTrafficEncryption": "true",
    "sagemaker:OutputKmsKey": here("kms", "key/1"),
}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in RIGHT.items() if name != f"sagemaker:{key}"}


ATTACKS = (
    ("NoPushToMain", "codecommit:GitPush", DEPLOY, MAIN),
    ("NoMergeWithoutApprovalRule", "codecommit:MergePullRequestByFastForward", DEPLOY, MAIN),
    (
        *("NoMergeThatWritesContent", "codecommit:MergePullRequestBySquash", DEPLOY),
        {**MAIN, "aws:ResourceTag/mlops:reviewed": "true"},
    ),
    ("NeverOutsideAVpc", TRAIN, JOB, without("VpcSubnets")),
    ("NeverInOtherSubnets", TRAIN, JOB, {**RIGHT, "sagemaker:VpcSubnets": ("subnet-public",)}),
    ("NeverWithoutASecurityGroup", TRAIN, JOB, without("VpcSecurityGroupIds")),
    (
        *("NeverInOtherSecurityGroups", TRAIN, JOB),
        {**RIGHT, "sagemaker:VpcSecurityGroupIds": ("sg-open",)},
    ),
    ("NeverPlainBetweenContainers", TRAIN, JOB, without("InterContainerTrafficEncryption")),
    ("NeverWithRemoteDebug", TRAIN, JOB, {**RIGHT, "sagemaker:EnableRemoteDebug": "true"}),
    ("NeverWithoutAnOutputKey", TRAIN, JOB, without("OutputKmsKey")),
    (
        *("NoVersionIsBornApproved", "sagemaker:CreateModelPackage"),
        *(here("sagemaker", "model-package/churn/1"),),
        {"sagemaker:ModelApprovalStatus": "Approved"},
    ),
    (
        *("NoWayIntoAnotherProfile", "sagemaker:CreatePresignedDomainUrl", profile("lead")),
        {},
    ),
    (
        *("NothingThatADeliveryTakes", "s3:PutObject"),
        *(f"arn:aws:s3:::mlops-p-1-pipeline-{ACCOUNT}/Assembly/1.zip", {}),
    ),
    (
        *("PassNoOther", "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/lead"),
        {"iam:PassedToService": "sagemaker.amazonaws.com"},
    ),
)


@pytest.mark.parametrize(
    ("sid", "action", "resource", "context"), ATTACKS, ids=lambda a: str(a)[:30]
)
def test_an_attack_is_stopped_by_one_statement_even_with_everything_allowed(
    sid: str, action: str, resource: str, context: dict[str, Any]
) -> None:
    who = "data_scientist"
    assert not may(who, action, resource, context, mistake=True)
    assert may(who, action, resource, context, mistake=True, without=sid)
