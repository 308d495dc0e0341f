"""Who may do what, by evaluating the policies that the personas really get."""

from dataclasses import replace
from typing import Any

import pytest
import service_authorization
from persona_policies import (
    ACCOUNT,
    REGION,
    SCOPE,
    SECURITY_GROUP,
    SUBNETS,
    here,
    may,
    profile,
    role_arn,
)

from mlops_commons.stage import Jobs
from mlops_infra.access.personas import PERSONAS
from mlops_infra.access.policies import DEVELOP_MODELS, RUN_JOBS, USE_CODE, USE_DATA, WORK_IN_STUDIO

pytestmark = pytest.mark.construct

KEYS = [persona.key for persona in PERSONAS]


def who_have(policy: object) -> list[str]:
    """A row of the table says who; each persona needs no more than its own policies."""
    return [persona.key for persona in PERSONAS if policy in persona.policies]


PROJECT = here("sagemaker", "project/churn")
VERSION = here("sagemaker", "model-package/churn/1")
PRODUCT = f"arn:aws:catalog:{REGION}:999999999999:product/prod-1"
JOBS = {
    "CreateTrainingJob": "training-job/churn",
    "CreateProcessingJob": "processing-job/churn",
    "CreateHyperParameterTuningJob": "hyper-parameter-tuning-job/churn",
    "CreateModel": "model/churn",
}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("sagemaker:CreateProject", PROJECT),
        ("sagemaker:UpdateProject", PROJECT),
        ("sagemaker:DeleteProject", PROJECT),
        ("sagemaker:UpdateModelPackage", VERSION),
        (
            "codepipeline:PutApprovalResult",
            here("codepipeline", "sagemaker-churn-p-1-deploy/Deploy-prod/Approve-prod"),
        ),
        ("servicecatalog:ProvisionProduct", PRODUCT),
        ("servicecatalog:SearchProducts", "*"),
    ],
)
@pytest.mark.parametrize("key", KEYS)
def test_only_a_lead_starts_projects_and_approves_models(
    key: str, action: str, resource: str
) -> None:
    assert may(key, action, resource) is (key == "lead_data_scientist")


@pytest.mark.parametrize("key", who_have(DEVELOP_MODELS))
def test_only_a_lead_registers_a_version_as_approved(key: str) -> None:
    status = "sagemaker:ModelApprovalStatus"
    create = "sagemaker:CreateModelPackage"
    assert may(key, create, VERSION)
    assert may(key, create, VERSION, {status: "PendingManualApproval"})
    approved = may(key, create, VERSION, {status: "Approved"})
    assert approved is (key == "lead_data_scientist")


def test_a_lead_manages_only_what_the_own_role_has_launched() -> None:
    action, key = "servicecatalog:TerminateProvisionedProduct", "servicecatalog:userLevel"
    assert may("lead_data_scientist", action, "*", {key: "self"})
    assert not may("lead_data_scientist", action, "*")


@pytest.mark.parametrize("other", KEYS)
@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_a_persona_passes_the_role_of_its_jobs_and_no_other(persona: Any, other: str) -> None:
    to_sagemaker = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    passes = may(persona.key, "iam:PassRole", role_arn(other), to_sagemaker)
    assert passes is (persona.jobs_run_as == other)


@pytest.mark.parametrize("key", KEYS)
def test_no_job_of_anybody_has_the_leads_approval_rights(key: str) -> None:
    """Code and data of jobs are in places that others write to (ADR 5)."""
    to_sagemaker = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    assert not may(key, "iam:PassRole", role_arn("lead_data_scientist"), to_sagemaker)


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_a_role_is_passed_to_sagemaker_only(persona: Any) -> None:
    arn = role_arn(persona.jobs_run_as or persona.key)
    to_lambda = {"iam:PassedToService": "lambda.amazonaws.com"}
    assert not may(persona.key, "iam:PassRole", arn, to_lambda)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("sts:AssumeRole", role_arn("lead_data_scientist")),
        ("lambda:UpdateFunctionCode", here("lambda", "function:any")),
        ("lambda:InvokeFunction", here("lambda", "function:any")),
        ("sagemaker:UpdateUserProfile", profile("ana")),
        ("sagemaker:CreateUserProfile", profile("new")),
        ("sagemaker:UpdateDomain", here("sagemaker", "domain/d-1")),
        ("sagemaker:CreateNotebookInstance", here("sagemaker", "notebook-instance/open")),
        ("iam:PutRolePolicy", role_arn("data_scientist")),
        ("iam:CreateRole", role_arn("data_scientist")),
        ("s3:PutBucketPolicy", "arn:aws:s3:::mlops-data"),
        ("s3:DeleteBucket", "arn:aws:s3:::mlops-data"),
        ("codecommit:DeleteBranch", here("codecommit", "sagemaker-churn")),
        ("codecommit:GitPush", here("codecommit", "mlops-infra_business-unit-1")),
    ],
)
def test_nobody_gets_around_through_another_service(key: str, action: str, resource: str) -> None:
    assert not may(key, action, resource, {"codecommit:References": "refs/heads/main"})


@pytest.mark.parametrize("key", who_have(WORK_IN_STUDIO))
def test_people_open_their_own_profile_and_nobody_elses(key: str) -> None:
    action = "sagemaker:CreatePresignedDomainUrl"
    assert may(key, action, profile("ana"))
    assert not may(key, action, profile("eva"))
    assert not may(key, action, here("sagemaker", "user-profile/d-2/ana"))


@pytest.mark.parametrize("key", who_have(WORK_IN_STUDIO))
@pytest.mark.parametrize("action", ["CreateApp", "DeleteApp", "CreateSpace", "UpdateSpace"])
def test_people_work_in_their_own_space_and_not_in_anothers(key: str, action: str) -> None:
    kind = "app/d-1/s/JupyterLab/default" if action.endswith("App") else "space/d-1/s"
    own = {"sagemaker:OwnerUserProfileArn": profile("ana"), "sagemaker:SpaceSharingType": "Private"}
    resource = here("sagemaker", kind)
    assert may(key, f"sagemaker:{action}", resource, own)
    others = {**own, "sagemaker:OwnerUserProfileArn": profile("eva")}
    assert not may(key, f"sagemaker:{action}", resource, others)
    shared = {**own, "sagemaker:SpaceSharingType": "Shared"}
    assert not may(key, f"sagemaker:{action}", resource, shared)


@pytest.mark.parametrize("key", who_have(WORK_IN_STUDIO))
def test_tags_are_put_on_at_creation_only(key: str) -> None:
    resource = here("sagemaker", "training-job/churn")
    at_creation = {"sagemaker:TaggingAction": "CreateTrainingJob"}
    assert may(key, "sagemaker:AddTags", resource, at_creation)
    assert not may(key, "sagemaker:AddTags", resource)


def job(action: str, **changed: Any) -> dict[str, Any]:
    """What a job's request says of itself where it is as it must be; None takes a key away."""
    keys = {
        "VpcSubnets": SUBNETS,
        "VpcSecurityGroupIds": (SECURITY_GROUP,),
        "InterContainerTrafficEncryption": "true",
        "OutputKmsKey": here("kms", "key/1"),
        "InstanceTypes": ("ml.m5.large",),
        **changed,
    }
    known = service_authorization.action(f"sagemaker:{action}").condition_keys
    named = {f"sagemaker:{name}": value for name, value in keys.items() if value is not None}
    return {name: value for name, value in named.items() if name in known}


@pytest.mark.parametrize("mistake", [False, True], ids=["as written", "with *:* besides"])
@pytest.mark.parametrize("key", who_have(RUN_JOBS))
@pytest.mark.parametrize("action", JOBS)
def test_a_job_that_is_not_as_it_must_be_is_refused(key: str, action: str, mistake: bool) -> None:
    resource = here("sagemaker", JOBS[action])

    def starts(**changed: Any) -> bool:
        return may(key, f"sagemaker:{action}", resource, job(action, **changed), mistake=mistake)

    assert starts()
    assert not starts(VpcSubnets=None)
    assert not starts(VpcSubnets=(SUBNETS[0], "subnet-public"))
    assert not starts(VpcSecurityGroupIds=None)
    assert not starts(VpcSecurityGroupIds=(SECURITY_GROUP, "sg-open"))
    if action != "CreateModel":
        assert not starts(InterContainerTrafficEncryption=None)
        assert not starts(InterContainerTrafficEncryption="false")
    if action in ("CreateTrainingJob", "CreateHyperParameterTuningJob"):
        assert not starts(OutputKmsKey=None)
    if action == "CreateTrainingJob":
        assert not starts(EnableRemoteDebug="true")


@pytest.mark.parametrize("key", who_have(RUN_JOBS))
@pytest.mark.parametrize("action", JOBS)
def test_jobs_are_what_the_configuration_wants(key: str, action: str) -> None:
    wanted = Jobs(network_isolation=True, instance_types=("ml.m5.*",), output_key=False)
    within, resource = replace(SCOPE, jobs=wanted), here("sagemaker", JOBS[action])

    def starts(**changed: Any) -> bool:
        return may(key, f"sagemaker:{action}", resource, job(action, **changed), within=within)

    assert starts(NetworkIsolation="true", OutputKmsKey=None)
    assert not starts(NetworkIsolation="false")
    assert not starts()
    if action != "CreateModel":
        assert not starts(NetworkIsolation="true", InstanceTypes=("ml.m5.large", "ml.p5.48xlarge"))


@pytest.mark.parametrize("key", who_have(RUN_JOBS))
def test_a_job_can_join_its_subnets_and_no_other(key: str) -> None:
    """SageMaker does this with the role of the job; without it no job starts."""
    create = "ec2:CreateNetworkInterface"
    for resource in (
        "network-interface/*",
        f"security-group/{SECURITY_GROUP}",
        f"subnet/{SUBNETS[0]}",
    ):
        assert may(key, create, here("ec2", resource))
    assert not may(key, create, here("ec2", "security-group/sg-open"))
    assert not may(key, create, here("ec2", "subnet/subnet-other"))
    hand_over, interface = "ec2:CreateNetworkInterfacePermission", "network-interface/eni-1"
    inside = {"ec2:Subnet": here("ec2", f"subnet/{SUBNETS[1]}")}
    outside = {"ec2:Subnet": here("ec2", "subnet/subnet-other")}
    assert may(key, hand_over, here("ec2", interface), inside)
    assert not may(key, hand_over, here("ec2", interface), outside)
    assert may(key, "ec2:DescribeSubnets", "*")


@pytest.mark.parametrize("key", who_have(USE_CODE))
def test_a_job_pulls_images_of_aws_and_of_projects_and_no_others_of_this_account(key: str) -> None:
    pull, image = "ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:{}:repository/{}"
    of_aws = {"aws:ResourceAccount": "141502667606"}
    assert may(key, pull, image.format("141502667606", "sagemaker-xgboost"), of_aws)
    assert may(key, pull, image.format(ACCOUNT, "sagemaker-p-1"))
    assert not may(key, pull, image.format(ACCOUNT, "payroll"))
    foreign = {"aws:ResourceAccount": "999999999999"}
    assert not may(key, pull, image.format("999999999999", "sagemaker-xgboost"), foreign)
    assert not may(key, "ecr:PutImage", image.format("141502667606", "sagemaker-xgboost"), of_aws)


@pytest.mark.parametrize("key", who_have(RUN_JOBS))
def test_a_job_writes_logs_and_metrics_of_sagemaker_only(key: str) -> None:
    logs = "log-group:{}:log-stream:s"
    assert may(key, "logs:PutLogEvents", here("logs", logs.format("/aws/sagemaker/TrainingJobs")))
    assert not may(key, "logs:PutLogEvents", here("logs", logs.format("/aws/lambda/other")))
    namespace = "cloudwatch:namespace"
    assert may(key, "cloudwatch:PutMetricData", "*", {namespace: "/aws/sagemaker/TrainingJobs"})
    assert not may(key, "cloudwatch:PutMetricData", "*", {namespace: "payroll"})


ARTIFACTS = f"arn:aws:s3:::mlops-p-1-artifacts-{ACCOUNT}"
DATA = f"{ARTIFACTS}/data/churn.csv"


@pytest.mark.parametrize("key", who_have(USE_DATA))
def test_people_read_what_a_project_has_and_write_its_data(key: str) -> None:
    assert may(key, "s3:GetObject", DATA)
    assert may(key, "s3:PutObject", DATA)
    assert may(key, "s3:GetObject", f"{ARTIFACTS}/registered/00/model.tar.gz")
    assert may(key, "s3:GetObject", f"{ARTIFACTS}/churn-p-1/models/x/model.tar.gz")
    assert may(key, "s3:ListBucket", ARTIFACTS)


@pytest.mark.parametrize("key", who_have(USE_DATA))
def test_a_bucket_of_another_account_is_out_of_reach_whatever_its_name(key: str) -> None:
    assert not may(key, "s3:GetObject", DATA, {"aws:ResourceAccount": "999999999999"})
    assert not may(key, "s3:PutObject", DATA, {"aws:ResourceAccount": "999999999999"})
    assert not may(key, "s3:GetObject", "arn:aws:s3:::payroll/data.csv")
    assert not may(key, "s3:GetObject", f"arn:aws:s3:::mlops-p-1-pipeline-{ACCOUNT}/a.zip")


DELIVERY_CHAIN = (
    f"arn:aws:s3:::mlops-p-1-pipeline-{ACCOUNT}/sagemaker-churn/Assembly/1.zip",
    f"arn:aws:s3:::mlops-sc-assets-business-unit-1-{ACCOUNT}-euw1/seed.zip",
    f"arn:aws:s3:::mlops-project-logs-business-unit-1-{ACCOUNT}-euw1/p-1/pipeline/log",
    f"arn:aws:s3:::mlops-infra-pipeline-business-unit-1-{ACCOUNT}-euw1/Synth/1.zip",
    f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-{REGION}/layer.zip",
    f"{ARTIFACTS}/registered/00/model.tar.gz",
    f"{ARTIFACTS}/churn-p-1/models/x/model.tar.gz",
    f"{ARTIFACTS}/churn-p-1/sources/00/source_scripts/train.py",
    f"{ARTIFACTS}/churn-p-1/sources/00/data/rows.csv",
    f"{ARTIFACTS}/churn-p-1/executions/e/evaluation.json",
    f"{ARTIFACTS}/churn-p-1/pipeline-definitions/00/inference.json",
)


@pytest.mark.parametrize("mistake", [False, True], ids=["as written", "with *:* besides"])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("place", DELIVERY_CHAIN)
def test_nobody_writes_what_a_delivery_takes(key: str, place: str, mistake: bool) -> None:
    """Exchanging an assembly, a seed archive, a log or a model leaves nothing in git."""
    assert not may(key, "s3:PutObject", place, mistake=mistake)
    assert not may(key, "s3:DeleteObject", place, mistake=mistake)


@pytest.mark.parametrize("key", KEYS)
def test_the_default_bucket_of_the_sdk_is_made_by_nobody(key: str) -> None:
    bucket = f"arn:aws:s3:::sagemaker-{REGION}-{ACCOUNT}"
    assert not may(key, "s3:CreateBucket", bucket, mistake=True)
    assert not may(key, "s3:PutObject", f"{bucket}/model.tar.gz")


@pytest.mark.parametrize("key", who_have(USE_DATA))
def test_an_access_list_can_open_nothing(key: str) -> None:
    acl = "s3:x-amz-acl"
    assert may(key, "s3:PutObjectAcl", DATA, {acl: "bucket-owner-full-control"})
    assert not may(key, "s3:PutObjectAcl", DATA, {acl: "public-read"})
    assert not may(key, "s3:PutObjectAcl", DATA)


@pytest.mark.parametrize("key", who_have(USE_DATA))
def test_keys_are_used_through_services_only(key: str) -> None:
    kms_key = here("kms", "key/1")
    assert may(key, "kms:Decrypt", kms_key, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"})
    assert not may(key, "kms:Decrypt", kms_key)
    assert may(key, "kms:CreateGrant", kms_key, {"kms:GrantIsForAWSResource": "true"})
    assert not may(key, "kms:CreateGrant", kms_key)


@pytest.mark.parametrize("key", KEYS)
def test_only_an_ml_engineer_operates_endpoints(key: str) -> None:
    changes = may(key, "sagemaker:UpdateEndpoint", here("sagemaker", "endpoint/churn"))
    assert changes is (key == "ml_engineer")


@pytest.mark.parametrize("key", KEYS)
def test_everybody_reads_the_registry_and_the_contract(key: str) -> None:
    assert may(key, "sagemaker:DescribeModelPackage", VERSION)
    assert may(key, "ssm:GetParameter", here("ssm", "parameter/vpc/subnets/private/ids"))
    assert not may(key, "ssm:GetParameter", here("ssm", "parameter/payroll/password"))
    assert not may(key, "ssm:PutParameter", here("ssm", "parameter/mlops/role/lead"))
