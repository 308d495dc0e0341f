"""Access from preprod and prod to a project's models in dev, with both sides evaluated."""

from typing import Any

import pytest
from launched_projects import DEV, PREPROD, PROD, PRODUCTS, PROJECT, PROJECT_ID, REGION, launched
from policy_evaluation import Request, allows, listed

pytestmark = pytest.mark.pure

SLUGS = [product.slug for product in PRODUCTS]
SCORING = [product.slug for product in PRODUCTS if product.definition.inference_pipeline]
WITH_IMAGES = [product.slug for product in PRODUCTS if product.definition.image_repository]
STAGES = {"preprod": PREPROD, "prod": PROD}
MODEL = f"arn:aws:s3:::mlops-{PROJECT_ID}-artifacts-{DEV}/registered/{'3' * 64}/model.tar.gz"
TEMPLATE = f"arn:aws:s3:::mlops-{PROJECT_ID}-pipeline-{DEV}/Assembly/1"
VERSION = f"arn:aws:sagemaker:{REGION}:{DEV}:model-package/{PROJECT}/3"
VIA_S3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}


def execution_role(stage: str) -> str:
    return f"arn:aws:iam::{STAGES[stage]}:role/sagemaker-{PROJECT_ID}-{stage}-execution"


def role_for_projects(stage: str, kind: str) -> str:
    """The name is written out: whether the stage makes such a role, the platform's tests ask."""
    return f"arn:aws:iam::{STAGES[stage]}:role/mlops-bu-{stage}-project-{kind}-euw1"


def admits(document: dict[str, Any], caller: str, request: Request, own: str) -> bool:
    """Whether a resource's policy admits a caller of another account.

    Args:
        own: what the resource is; a policy without `Resource`, and `*` in a key's, mean it.
    """
    context = {**request.context, "aws:PrincipalArn": caller, "aws:SecureTransport": "true"}
    spoken = [
        {
            **{key: value for key, value in statement.items() if key != "Principal"},
            "Resource": [own if r == "*" else r for r in listed(statement.get("Resource", own))],
        }
        for statement in document["Statement"]
        if _names(statement["Principal"], caller)
    ]
    return allows(spoken, Request(request.action, request.resource, context))


def _names(principal: dict[str, Any], caller: str) -> bool:
    account = caller.split(":")[4]
    named = listed(principal.get("AWS", []))
    return bool({"*", caller, f"arn:aws:iam::{account}:root"} & set(named))


def identity(caller_may: Request) -> list[dict[str, Any]]:
    """The caller's own side: a policy that allows this one call and nothing else."""
    return [{"Effect": "Allow", "Action": caller_may.action, "Resource": caller_may.resource}]


def crosses(document: dict[str, Any], caller: str, request: Request, own: str) -> bool:
    """A call between accounts needs both sides (IAM User Guide, cross-account evaluation)."""
    return allows(identity(request), request) and admits(document, caller, request, own)


def bucket_policy(slug: str, bucket: str) -> dict[str, Any]:
    found: dict[str, Any] = launched(slug).resources[f"{bucket}Policy"]["Properties"][
        "PolicyDocument"
    ]
    return found


def key_policy(slug: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = launched(slug).resources[key]["Properties"]["KeyPolicy"]
    return found


def group_policy(slug: str) -> dict[str, Any]:
    group = launched(slug).resources["ModelPackageGroup"]["Properties"]
    found: dict[str, Any] = group["ModelPackageGroupPolicy"]
    return found


@pytest.mark.parametrize("stage", list(STAGES))
@pytest.mark.parametrize("slug", SLUGS)
def test_the_execution_role_of_a_stage_reads_and_decrypts_models(slug: str, stage: str) -> None:
    key = launched(slug).arn("ArtifactKey")
    caller = execution_role(stage)
    assert crosses(
        bucket_policy(slug, "ArtifactBucket"), caller, Request("s3:GetObject", MODEL), ""
    )
    assert crosses(
        key_policy(slug, "ArtifactKey"), caller, Request("kms:Decrypt", key, VIA_S3), key
    )


@pytest.mark.parametrize(
    ("key", "read"),
    [
        (f"sources/{'3' * 64}/source_scripts/check_batch.py", True),
        ("models/pipelines-1-Train/output/model.tar.gz", False),
        ("executions/1/Train/model.tar.gz", False),
        ("registered", False),
    ],
)
def test_a_stage_reads_sealed_models_and_scripts_and_no_other_artifacts(
    key: str, read: bool
) -> None:
    asked = Request("s3:GetObject", f"{MODEL.partition('/')[0]}/{key}")
    policy = bucket_policy("basic", "ArtifactBucket")
    assert crosses(policy, execution_role("prod"), asked, "") is read


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:DeleteObject", "s3:PutBucketPolicy"])
@pytest.mark.parametrize("stage", list(STAGES))
def test_no_stage_changes_models(stage: str, action: str) -> None:
    policy = bucket_policy("basic", "ArtifactBucket")
    assert not crosses(policy, execution_role(stage), Request(action, MODEL), "")


@pytest.mark.parametrize(
    "caller",
    [
        f"arn:aws:iam::{PREPROD}:role/admin",
        f"arn:aws:iam::{PREPROD}:role/sagemaker-p-other-preprod-execution",
        f"arn:aws:iam::{PREPROD}:role/sagemaker-{PROJECT_ID}-prod-execution",
        "arn:aws:iam::999999999999:role/admin",
    ],
)
def test_nobody_else_reads_or_decrypts_models(caller: str) -> None:
    key = launched("basic").arn("ArtifactKey")
    read, decrypt = Request("s3:GetObject", MODEL), Request("kms:Decrypt", key, VIA_S3)
    assert not crosses(bucket_policy("basic", "ArtifactBucket"), caller, read, "")
    assert not crosses(key_policy("basic", "ArtifactKey"), caller, decrypt, key)


def test_a_model_is_decrypted_through_s3_only() -> None:
    key = launched("basic").arn("ArtifactKey")
    direct = Request("kms:Decrypt", key, {"kms:ViaService": f"ssm.{REGION}.amazonaws.com"})
    assert not crosses(key_policy("basic", "ArtifactKey"), execution_role("prod"), direct, key)


@pytest.mark.parametrize("action", ["sagemaker:DescribeModelPackage", "sagemaker:CreateModel"])
@pytest.mark.parametrize("stage", list(STAGES))
@pytest.mark.parametrize("slug", SLUGS)
def test_what_deploys_in_a_stage_makes_models_of_versions(
    slug: str, stage: str, action: str
) -> None:
    caller = role_for_projects(stage, "cfn")
    assert crosses(group_policy(slug), caller, Request(action, VERSION), "")


@pytest.mark.parametrize("action", ["sagemaker:DescribeModelPackage", "sagemaker:CreateModel"])
@pytest.mark.parametrize("stage", list(STAGES))
@pytest.mark.parametrize("slug", SCORING)
def test_an_inference_pipeline_makes_its_own_models_of_versions(
    slug: str, stage: str, action: str
) -> None:
    assert crosses(group_policy(slug), execution_role(stage), Request(action, VERSION), "")


@pytest.mark.parametrize(
    "caller",
    [
        f"arn:aws:iam::{PREPROD}:role/admin",
        f"arn:aws:iam::{PREPROD}:role/sagemaker-p-other-preprod-execution",
    ],
)
@pytest.mark.parametrize("slug", SCORING)
def test_no_other_role_of_a_stage_makes_models_of_versions(slug: str, caller: str) -> None:
    request = Request("sagemaker:CreateModel", VERSION)
    assert not crosses(group_policy(slug), caller, request, "")


@pytest.mark.parametrize(
    ("caller", "action"),
    [
        (role_for_projects("prod", "cfn"), "sagemaker:UpdateModelPackage"),
        (role_for_projects("prod", "cfn"), "sagemaker:DeleteModelPackage"),
        (role_for_projects("prod", "deploy"), "sagemaker:DescribeModelPackage"),
        (execution_role("prod"), "sagemaker:DescribeModelPackage"),
        (f"arn:aws:iam::{PROD}:role/admin", "sagemaker:CreateModel"),
    ],
)
def test_nobody_else_reads_or_changes_versions(caller: str, action: str) -> None:
    assert not crosses(group_policy("basic"), caller, Request(action, VERSION), "")


@pytest.mark.parametrize("kind", ["deploy", "cfn"])
@pytest.mark.parametrize("stage", list(STAGES))
@pytest.mark.parametrize("slug", SLUGS)
def test_what_deploys_in_a_stage_reads_its_template(slug: str, stage: str, kind: str) -> None:
    key = launched(slug).arn("PipelineKey")
    caller = role_for_projects(stage, kind)
    read, decrypt = Request("s3:GetObject", TEMPLATE), Request("kms:Decrypt", key)
    assert crosses(bucket_policy(slug, "PipelineBucket"), caller, read, "")
    assert crosses(key_policy(slug, "PipelineKey"), caller, decrypt, key)


@pytest.mark.parametrize(
    "caller",
    [
        f"arn:aws:iam::{PROD}:role/cdk-hnb659fds-cfn-exec-role-{PROD}-{REGION}",
        f"arn:aws:iam::{PROD}:role/cdk-hnb659fds-deploy-role-{PROD}-{REGION}",
        f"arn:aws:iam::{PROD}:role/mlops-other-prod-project-deploy-euw1",
        "arn:aws:iam::999999999999:role/mlops-bu-prod-project-deploy-euw1",
    ],
)
def test_no_role_of_the_platform_and_of_another_set_reads_a_template_of_a_project(
    caller: str,
) -> None:
    key = launched("basic").arn("PipelineKey")
    read, decrypt = Request("s3:GetObject", TEMPLATE), Request("kms:Decrypt", key)
    assert not crosses(bucket_policy("basic", "PipelineBucket"), caller, read, "")
    assert not crosses(key_policy("basic", "PipelineKey"), caller, decrypt, key)
    for action in ("sagemaker:DescribeModelPackage", "sagemaker:CreateModel"):
        assert not crosses(group_policy("basic"), caller, Request(action, VERSION), "")


@pytest.mark.parametrize("stage", list(STAGES))
@pytest.mark.parametrize("slug", WITH_IMAGES)
def test_the_execution_role_of_a_stage_pulls_images_and_pushes_none(slug: str, stage: str) -> None:
    images = launched(slug).arn("ImageRepository")
    policy = launched(slug).resources["ImageRepository"]["Properties"]["RepositoryPolicyText"]
    caller = execution_role(stage)
    assert crosses(policy, caller, Request("ecr:BatchGetImage", images), images)
    assert not crosses(policy, caller, Request("ecr:PutImage", images), images)
    assert not crosses(
        policy, f"arn:aws:iam::{PROD}:role/admin", Request("ecr:BatchGetImage", images), images
    )


@pytest.mark.parametrize("bucket", ["ArtifactBucket", "PipelineBucket"])
def test_nothing_is_read_without_tls(bucket: str) -> None:
    (denied,) = [s for s in bucket_policy("basic", bucket)["Statement"] if s["Sid"] == "TlsOnly"]
    assert denied["Effect"] == "Deny"
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert denied["Principal"] == {"AWS": "*"}
