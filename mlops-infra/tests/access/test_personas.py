"""Who may do what, by evaluating the policies that the personas really get."""

from typing import Any

import pytest
from persona_policies import ACCOUNT, REGION, SUBNETS, here, may, profile, role_arn

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


@pytest.mark.parametrize("key", who_have(RUN_JOBS))
@pytest.mark.parametrize("action", JOBS)
def test_jobs_and_models_run_in_the_private_subnets(key: str, action: str) -> None:
    resource, subnets = here("sagemaker", JOBS[action]), "sagemaker:VpcSubnets"
    assert may(key, f"sagemaker:{action}", resource, {subnets: SUBNETS})
    assert not may(key, f"sagemaker:{action}", resource)
    assert not may(key, f"sagemaker:{action}", resource, {subnets: (SUBNETS[0], "subnet-public")})


@pytest.mark.parametrize("key", who_have(RUN_JOBS))
def test_a_job_can_join_its_subnets_and_no_other(key: str) -> None:
    """SageMaker does this with the role of the job; without it no job starts."""
    create = "ec2:CreateNetworkInterface"
    for resource in ("network-interface/*", "security-group/sg-1", f"subnet/{SUBNETS[0]}"):
        assert may(key, create, here("ec2", resource))
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
    assert may(key, pull, image.format(ACCOUNT, "sagemaker-churn"))
    assert not may(key, pull, image.format(ACCOUNT, "payroll"))
    assert not may(key, "ecr:PutImage", image.format("141502667606", "sagemaker-xgboost"), of_aws)


@pytest.mark.parametrize("key", who_have(RUN_JOBS))
def test_a_job_writes_logs_and_metrics_of_sagemaker_only(key: str) -> None:
    logs = "log-group:{}:log-stream:s"
    assert may(key, "logs:PutLogEvents", here("logs", logs.format("/aws/sagemaker/TrainingJobs")))
    assert not may(key, "logs:PutLogEvents", here("logs", logs.format("/aws/lambda/other")))
    namespace = "cloudwatch:namespace"
    assert may(key, "cloudwatch:PutMetricData", "*", {namespace: "/aws/sagemaker/TrainingJobs"})
    assert not may(key, "cloudwatch:PutMetricData", "*", {namespace: "payroll"})


@pytest.mark.parametrize("key", who_have(USE_DATA))
def test_a_bucket_of_another_account_is_out_of_reach_whatever_its_name(key: str) -> None:
    data = "arn:aws:s3:::mlops-churn/data.csv"
    assert may(key, "s3:GetObject", data)
    assert may(key, "s3:PutObject", f"arn:aws:s3:::sagemaker-{REGION}-{ACCOUNT}/model.tar.gz")
    assert not may(key, "s3:GetObject", data, {"aws:ResourceAccount": "999999999999"})
    assert not may(key, "s3:GetObject", "arn:aws:s3:::payroll/data.csv")
    assert not may(key, "s3:GetObject", "arn:aws:s3:::mlopsother/data.csv")


@pytest.mark.parametrize("key", who_have(USE_DATA))
def test_an_access_list_can_open_nothing(key: str) -> None:
    item, acl = "arn:aws:s3:::mlops-churn/data.csv", "s3:x-amz-acl"
    assert may(key, "s3:PutObjectAcl", item, {acl: "bucket-owner-full-control"})
    assert not may(key, "s3:PutObjectAcl", item, {acl: "public-read"})
    assert not may(key, "s3:PutObjectAcl", item)


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
