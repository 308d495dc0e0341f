"""What somebody can do who writes the worst request he can, with a persona's role.

Each question is asked of the role as it is, and of the role after somebody has added a policy to it
that allows everything.
"""

from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from persona_policies import ACCOUNT, REGION, SCOPE, here, may, profile, role_arn

from mlops_commons.stage import ProtectedBranches
from mlops_infra.access.personas import PERSONAS
from mlops_infra.access.policies import USE_CODE

pytestmark = pytest.mark.construct

KEYS = [persona.key for persona in PERSONAS]
WHO_PUSH = [persona.key for persona in PERSONAS if USE_CODE in persona.policies]
BOTH = pytest.mark.parametrize("mistake", [False, True], ids=["as written", "with *:* besides"])
LEAD = "lead_data_scientist"
DEPLOY, BUILD = (here("codecommit", f"sagemaker-churn-p-1-{kind}") for kind in ("deploy", "build"))
MAIN, TOPIC = "refs/heads/main", "refs/heads/topic"
FOREIGN = "666666666666"
ARTIFACTS = f"arn:aws:s3:::mlops-p-1-artifacts-{ACCOUNT}"
JOB_LOGS = here("logs", "log-group:/aws/sagemaker/TrainingJobs")
BUS = here("events", "event-bus/default")
TOPIC_OF_PROJECT = here("sns", "sagemaker-churn-p-1")
VERSIONS = here("sagemaker", "model-package-group/churn-p-1")
PROD_OF_PIPELINE = here("codepipeline", "sagemaker-churn-p-1-deploy/Deploy-prod")
SYNTH = here("codebuild", "project/sagemaker-churn-p-1-synth")
REVIEWED = {"aws:ResourceTag/mlops:reviewed": "true"}


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:DetachRolePolicy", role_arn("data_scientist")),
        ("iam:PutRolePolicy", role_arn("data_scientist")),
        ("iam:DeleteRolePermissionsBoundary", role_arn("data_scientist")),
        ("iam:UpdateAssumeRolePolicy", role_arn("lead_data_scientist")),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/DenyDetours"),
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/me"),
        ("iam:AttachUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/me"),
        ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/me"),
        ("codebuild:StartBuild", here("codebuild", "project/sagemaker-churn-p-1-train")),
        ("codepipeline:UpdatePipeline", here("codepipeline", "sagemaker-churn-p-1-deploy")),
        ("codepipeline:StartPipelineExecution", here("codepipeline", "sagemaker-churn-p-1-deploy")),
        ("cloudformation:UpdateStack", here("cloudformation", "stack/dev-mlops-infra/1")),
        ("cloudformation:ExecuteChangeSet", here("cloudformation", "stack/churn-p-1-deploy-dev/1")),
        ("lambda:UpdateFunctionCode", here("lambda", "function:mlops-gate")),
        ("lambda:InvokeFunction", here("lambda", "function:mlops-gate")),
        ("ssm:PutParameter", here("ssm", "parameter/mlops/role/lead")),
        ("ssm:StartSession", here("ec2", "instance/i-1")),
        ("events:PutRule", here("events", "rule/any")),
        ("events:PutTargets", here("events", "rule/any")),
        ("sts:AssumeRole", "arn:aws:iam::444444444444:role/cdk-hnb659fds-deploy-role"),
        ("sagemaker:UpdateUserProfile", profile("ana")),
        ("sagemaker:UpdateDomain", here("sagemaker", "domain/d-1")),
        ("ecr:PutImage", here("ecr", "repository/sagemaker-p-1")),
        ("ecr:BatchDeleteImage", here("ecr", "repository/sagemaker-p-1")),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::mlops-p-1-artifacts-{ACCOUNT}"),
        ("kms:PutKeyPolicy", here("kms", "key/1")),
        ("codecommit:CreateRepository", here("codecommit", "sagemaker-mine-p-1-deploy")),
        # What copies, shares or sends by itself.
        ("s3:PutReplicationConfiguration", ARTIFACTS),
        ("s3:PutBucketNotification", ARTIFACTS),
        ("s3:PutInventoryConfiguration", ARTIFACTS),
        ("s3:PutAnalyticsConfiguration", ARTIFACTS),
        ("s3:PutBucketLogging", ARTIFACTS),
        ("s3:PutLifecycleConfiguration", ARTIFACTS),
        ("s3:PutBucketAcl", ARTIFACTS),
        ("s3:PutBucketPublicAccessBlock", ARTIFACTS),
        ("s3:CreateAccessPoint", here("s3", "accesspoint/loot")),
        ("s3:PutAccessPointPolicy", here("s3", "accesspoint/loot")),
        ("s3:CreateAccessPointForObjectLambda", here("s3-object-lambda", "accesspoint/loot")),
        ("s3:CreateMultiRegionAccessPoint", f"arn:aws:s3::{ACCOUNT}:accesspoint/loot"),
        ("s3:CreateJob", "*"),
        ("s3:DeleteObjectVersion", f"{ARTIFACTS}/data/train.csv"),
        ("s3:BypassGovernanceRetention", f"{ARTIFACTS}/registered/1/model.tar.gz"),
        ("ecr:PutReplicationConfiguration", "*"),
        ("ecr:PutRegistryPolicy", "*"),
        ("ecr:CreatePullThroughCacheRule", "*"),
        ("ecr:SetRepositoryPolicy", here("ecr", "repository/sagemaker-p-1")),
        ("logs:PutSubscriptionFilter", JOB_LOGS),
        ("logs:PutAccountPolicy", "*"),
        ("logs:PutDestination", here("logs", "destination:loot")),
        ("logs:PutResourcePolicy", "*"),
        ("logs:CreateExportTask", JOB_LOGS),
        ("logs:DeleteLogGroup", JOB_LOGS),
        ("cloudwatch:PutMetricStream", here("cloudwatch", "metric-stream/loot")),
        ("cloudwatch:PutMetricAlarm", here("cloudwatch", "alarm:mine")),
        ("cloudwatch:SetAlarmState", here("cloudwatch", "alarm:churn-p-1-dev-latency")),
        ("ram:CreateResourceShare", "*"),
        ("sagemaker:PutModelPackageGroupPolicy", VERSIONS),
        ("sagemaker:DeleteModelPackage", here("sagemaker", "model-package/churn-p-1/1")),
        ("sagemaker:DeleteModelPackageGroup", VERSIONS),
        ("sagemaker:ImportHubContent", here("sagemaker", "hub/loot")),
        ("glue:PutResourcePolicy", here("glue", "catalog")),
        ("glue:GetConnection", here("glue", "connection/warehouse")),
        ("secretsmanager:GetSecretValue", here("secretsmanager", "secret:x")),
        ("lakeformation:GrantPermissions", "*"),
        ("ec2:ModifyVpcEndpoint", here("ec2", "vpc-endpoint/vpce-1")),
        ("ec2:AuthorizeSecurityGroupEgress", here("ec2", "security-group/sg-0a")),
        ("ec2:CreateVpcPeeringConnection", here("ec2", "vpc/vpc-0a")),
        # Buses, schedules, queues and topics.
        ("events:PutEvents", BUS),
        ("events:PutEvents", f"arn:aws:events:{REGION}:{FOREIGN}:event-bus/default"),
        ("events:PutPermission", BUS),
        ("events:CreateEventBus", here("events", "event-bus/mine")),
        ("events:CreateArchive", here("events", "archive/all")),
        ("events:StartReplay", here("events", "replay/again")),
        ("events:CreateApiDestination", here("events", "api-destination/loot")),
        ("events:CreateConnection", here("events", "connection/loot")),
        ("events:EnableRule", here("events", "rule/sagemaker-p-1-deploy-starts")),
        ("scheduler:CreateSchedule", here("scheduler", "schedule/default/mine")),
        ("pipes:CreatePipe", here("pipes", "pipe/mine")),
        ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{FOREIGN}:loot"),
        ("sns:Publish", TOPIC_OF_PROJECT),
        ("sns:AddPermission", TOPIC_OF_PROJECT),
        ("sns:SetTopicAttributes", TOPIC_OF_PROJECT),
        # Code that starts for somebody else, or before anybody looks.
        ("sagemaker:CreateStudioLifecycleConfig", here("sagemaker", "studio-lifecycle-config/x")),
        ("sagemaker:CreateImageVersion", here("sagemaker", "image-version/studio/2")),
        ("sagemaker:CreateAppImageConfig", here("sagemaker", "app-image-config/x")),
        ("sagemaker:CreateCodeRepository", here("sagemaker", "code-repository/x")),
        ("sagemaker:CreateNotebookInstance", here("sagemaker", "notebook-instance/x")),
        ("sagemaker:StartSession", here("sagemaker", "space/d-1/of-ana")),
        ("sagemaker:CreateLabelingJob", here("sagemaker", "labeling-job/x")),
        ("sagemaker:CreateWorkforce", here("sagemaker", "workforce/x")),
        ("sagemaker:CreateMonitoringSchedule", here("sagemaker", "monitoring-schedule/x")),
        ("sagemaker:CreateAutoMLJobV2", here("sagemaker", "automl-job/x")),
        ("sagemaker:CreateCompilationJob", here("sagemaker", "compilation-job/x")),
        ("sagemaker:CreateCluster", here("sagemaker", "cluster/x")),
        ("sagemaker:CreateFlowDefinition", here("sagemaker", "flow-definition/x")),
        ("sagemaker:UpdatePipelineVersion", here("sagemaker", "pipeline/churn-p-1")),
        ("sagemaker:UpdatePipelineExecution", here("sagemaker", "pipeline/churn-p-1/execution/1")),
        # Between Verify and a stage.
        ("codepipeline:OverrideStageCondition", PROD_OF_PIPELINE),
        ("codepipeline:RollbackStage", PROD_OF_PIPELINE),
        ("codepipeline:EnableStageTransition", PROD_OF_PIPELINE),
        ("codepipeline:DisableStageTransition", PROD_OF_PIPELINE),
        ("codepipeline:StopPipelineExecution", here("codepipeline", "sagemaker-churn-p-1-deploy")),
        ("codepipeline:PutJobSuccessResult", "*"),
        ("codepipeline:GetJobDetails", "*"),
        ("codepipeline:PollForJobs", "*"),
        ("codebuild:StartBuildBatch", SYNTH),
        ("codebuild:RetryBuild", SYNTH),
        ("codebuild:StartSandbox", SYNTH),
        ("codebuild:StartCommandExecution", SYNTH),
        ("codebuild:InvalidateProjectCache", SYNTH),
        ("codecommit:PutRepositoryTriggers", DEPLOY),
        ("codecommit:UpdateRepositoryName", DEPLOY),
        ("codecommit:DeleteRepository", DEPLOY),
        ("codecommit:CreatePullRequestApprovalRule", DEPLOY),
        ("codecommit:UpdateComment", DEPLOY),
        ("codecommit:DeleteCommentContent", DEPLOY),
        ("servicecatalog:CreateProvisionedProductPlan", "*"),
        ("servicecatalog:ImportAsProvisionedProduct", "*"),
        # Other identities.
        ("sts:GetFederationToken", "*"),
        ("sts:AssumeRoleWithWebIdentity", "*"),
        ("rolesanywhere:CreateTrustAnchor", "*"),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/sagemaker-p-1-execution"),
    ],
)
def test_nobody_leaves_his_role_by_identities_or_by_code_of_others(
    key: str, action: str, resource: str, mistake: bool
) -> None:
    assert not may(key, action, resource, mistake=mistake)


OF_A_STRANGER = {"aws:ResourceAccount": FOREIGN}
BOB, ANA = profile("bob"), profile("ana")
PRIVATE = {"sagemaker:SpaceSharingType": "Private"}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        # A name is free for everybody in S3: whose bucket it is, a condition asks.
        ("s3:PutObject", f"arn:aws:s3:::mlops-p-9-artifacts-{ACCOUNT}/data/x", OF_A_STRANGER),
        ("s3:PutObject", f"arn:aws:s3:::sagemaker-p-9-x-{ACCOUNT}/input/x", OF_A_STRANGER),
        ("s3:GetObject", "arn:aws:s3:::loot/x", OF_A_STRANGER),
        ("ecr:BatchGetImage", f"arn:aws:ecr:{REGION}:{FOREIGN}:repository/x", OF_A_STRANGER),
        ("codecommit:GitPush", f"arn:aws:codecommit:{REGION}:{FOREIGN}:sagemaker-x", OF_A_STRANGER),
        ("sagemaker:PutRecord", f"arn:aws:sagemaker:{REGION}:{FOREIGN}:feature-group/x", {}),
        ("sagemaker:InvokeEndpoint", f"arn:aws:sagemaker:{REGION}:{FOREIGN}:endpoint/x", {}),
        ("sagemaker:CreateTrial", f"arn:aws:sagemaker:{REGION}:{FOREIGN}:experiment-trial/x", {}),
        ("sagemaker:AddAssociation", f"arn:aws:sagemaker:{REGION}:{FOREIGN}:artifact/x", {}),
        ("sns:Subscribe", TOPIC_OF_PROJECT, {"sns:Protocol": "https"}),
        ("sns:Subscribe", TOPIC_OF_PROJECT, {"sns:Protocol": "sqs"}),
        ("sns:Subscribe", TOPIC_OF_PROJECT, {"sns:Protocol": "lambda"}),
        ("sns:Subscribe", TOPIC_OF_PROJECT, {"sns:Protocol": "firehose"}),
        ("kms:CreateGrant", here("kms", "key/1"), {"kms:GrantIsForAWSResource": "false"}),
        ("kms:Decrypt", here("kms", "key/1"), {"kms:ViaService": "secretsmanager"}),
        ("logs:PutLogEvents", here("logs", "log-group:/aws/codebuild/sagemaker-x:*"), {}),
        # An alarm that ends a rollout watches this namespace.
        ("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AWS/SageMaker"}),
        ("sagemaker:AddTags", here("sagemaker", "model-package/churn-p-1/1"), {}),
        *(
            (f"sagemaker:{action}", here("sagemaker", resource), context)
            for action, resource, context in (
                ("CreateSpace", "space/d-1/x", {"sagemaker:OwnerUserProfileArn": BOB, **PRIVATE}),
                ("UpdateSpace", "space/d-1/x", {"sagemaker:OwnerUserProfileArn": BOB, **PRIVATE}),
                (
                    "CreateApp",
                    "app/d-1/bob/jupyterlab/x",
                    {"sagemaker:OwnerUserProfileArn": BOB, **PRIVATE},
                ),
                (
                    "CreateSpace",
                    "space/d-1/x",
                    {
                        "sagemaker:OwnerUserProfileArn": ANA,
                        "sagemaker:SpaceSharingType": "Shared",
                    },
                ),
                # Canvas and JupyterServer are apps of a profile, in no space.
                ("CreateApp", "app/d-1/ana/canvas/default", {}),
                ("CreateApp", "app/d-1/ana/jupyterserver/default", {}),
            )
        ),
        (
            "ec2:CreateNetworkInterfacePermission",
            here("ec2", "network-interface/eni-1"),
            {"ec2:Subnet": here("ec2", "subnet/subnet-0c")},
        ),
    ],
)
def test_nobody_is_given_what_reaches_others(
    key: str, action: str, resource: str, context: dict[str, Any]
) -> None:
    assert not may(key, action, resource, context)


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("sagemaker:UpdateModelPackage", here("sagemaker", "model-package/churn/1")),
        ("sagemaker:CreateProject", here("sagemaker", "project/churn")),
        (
            "codepipeline:PutApprovalResult",
            here("codepipeline", "sagemaker-churn-p-1-deploy/Deploy-prod/Approve-prod"),
        ),
    ],
)
def test_decisions_stay_with_the_lead(key: str, action: str, resource: str, mistake: bool) -> None:
    assert may(key, action, resource, mistake=mistake) is (key == LEAD)


@BOTH
@pytest.mark.parametrize("key", KEYS)
def test_where_approvers_are_configured_no_role_of_studio_approves_a_deployment(
    key: str, mistake: bool
) -> None:
    within = replace(SCOPE, lead_approves=False)
    approval = here("codepipeline", "sagemaker-churn-p-1-deploy/Deploy-prod/Approve-prod")
    assert not may(key, "codepipeline:PutApprovalResult", approval, within=within, mistake=mistake)


PUSHES = (
    *("GitPush", "PutFile", "DeleteFile", "CreateCommit", "DeleteBranch", "CreateBranch"),
    *("MergeBranchesByFastForward", "MergeBranchesBySquash", "MergeBranchesByThreeWay"),
)


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("action", PUSHES)
def test_nobody_pushes_to_main_of_a_deploy_repository(key: str, action: str, mistake: bool) -> None:
    pushed = {"codecommit:References": MAIN, **REVIEWED}
    assert not may(key, f"codecommit:{action}", DEPLOY, pushed, mistake=mistake)


@pytest.mark.parametrize("key", WHO_PUSH)
def test_everybody_who_develops_pushes_to_a_branch_and_git_may_ask_first(key: str) -> None:
    for repository in (DEPLOY, BUILD):
        assert may(key, "codecommit:GitPush", repository, {"codecommit:References": TOPIC})
        assert may(key, "codecommit:GitPush", repository)


@pytest.mark.parametrize("key", WHO_PUSH)
def test_main_of_a_build_repository_is_protected_where_the_configuration_says_so(key: str) -> None:
    push: tuple[str, str, dict[str, Any]] = (
        *("codecommit:GitPush", BUILD),
        {"codecommit:References": MAIN},
    )
    assert may(key, *push)
    protected = replace(SCOPE, protected_branches=ProtectedBranches(build=True))
    assert not may(key, *push, within=protected)


@BOTH
@pytest.mark.parametrize("key", WHO_PUSH)
def test_a_repository_without_the_approval_rule_takes_no_merge(key: str, mistake: bool) -> None:
    """Between the repository and its rule lie seconds, in which nobody may merge."""
    merge, main = "codecommit:MergePullRequestByFastForward", {"codecommit:References": MAIN}
    assert may(key, merge, DEPLOY, {**main, **REVIEWED}, mistake=mistake)
    assert not may(key, merge, DEPLOY, main, mistake=mistake)


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("how", ["Squash", "ThreeWay"])
def test_no_merge_brings_content_that_nobody_has_approved(
    key: str, how: str, mistake: bool
) -> None:
    """These take content of the merger for files in conflict (botocore: conflictResolution)."""
    merged = {"codecommit:References": MAIN, **REVIEWED}
    assert not may(key, f"codecommit:MergePullRequestBy{how}", DEPLOY, merged, mistake=mistake)


def test_a_fast_forward_takes_no_content_of_the_merger() -> None:
    codecommit = botocore.session.get_session().get_service_model("codecommit")
    for how, writes in (("FastForward", False), ("Squash", True), ("ThreeWay", True)):
        taken = codecommit.operation_model(f"MergePullRequestBy{how}").input_shape.members
        assert ("conflictResolution" in taken) is writes


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "action",
    [
        *("OverridePullRequestApprovalRules", "UpdatePullRequestApprovalRuleContent"),
        *("DeletePullRequestApprovalRule", "DisassociateApprovalRuleTemplateFromRepository"),
        *("UpdateApprovalRuleTemplateContent", "DeleteApprovalRuleTemplate", "UpdateDefaultBranch"),
        *("TagResource", "UntagResource"),
    ],
)
def test_nobody_gets_around_the_approval_rule(key: str, action: str, mistake: bool) -> None:
    assert not may(key, f"codecommit:{action}", DEPLOY, mistake=mistake)


@pytest.mark.parametrize("key", KEYS)
def test_a_run_is_tried_again_with_its_own_commit_and_never_started_with_another(key: str) -> None:
    """StartPipelineExecution takes any commit and any version of a model."""
    retry = "codepipeline:RetryStageExecution"
    stage = here("codepipeline", "sagemaker-churn-p-1-deploy/Deploy-dev")
    assert may(key, retry, stage) is (key == "ml_engineer")


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        *(
            (action, f"pipeline/{name}")
            for action in ("UpdatePipeline", "DeletePipeline", "CreatePipeline")
            for name in ("churn-p-1a2b3c4d5e6f", "churn-p-1a2b3c4d5e6f-inference")
        ),
        ("CreateModelPackage", "model-package/churn-p-1a2b3c4d5e6f/4"),
        ("CreateModelPackage", "model-package-group/churn-p-1a2b3c4d5e6f"),
        ("CreateModelPackageGroup", "model-package-group/later-p-1a2b3c4d5e6f"),
    ],
)
def test_pipelines_and_versions_of_projects_come_from_their_builds_alone(
    key: str, action: str, resource: str, mistake: bool
) -> None:
    assert not may(key, f"sagemaker:{action}", here("sagemaker", resource), mistake=mistake)


@pytest.mark.parametrize("key", WHO_PUSH)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("UpdatePipeline", "pipeline/my-own"),
        ("StartPipelineExecution", "pipeline/churn-p-1a2b3c4d5e6f"),
        ("CreateModelPackage", "model-package/my-own/1"),
    ],
)
def test_people_write_pipelines_and_versions_of_their_own_and_start_those_of_projects(
    key: str, action: str, resource: str
) -> None:
    assert may(key, f"sagemaker:{action}", here("sagemaker", resource))


def test_a_pipeline_keeps_its_role_where_an_update_names_none() -> None:
    """So `iam:PassRole` does not hold an update back."""
    sagemaker = botocore.session.get_session().get_service_model("sagemaker")
    assert "RoleArn" not in sagemaker.operation_model("UpdatePipeline").input_shape.required_members
