"""A pipeline that scores a batch: a model of a registered version, a transform job, conditions."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, OF_JOBS, Accounts
from launched_projects import product
from pipeline_runs import make_pipeline, pipeline_steps, run
from seed_repositories import SeedRepository, seed_repository
from served_models import MODE, model_archive

pytestmark = pytest.mark.app

OTHER = "444455556666"
BUCKET = "batches-of-tests"
TLS_ONLY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}
NEEDED = (
    *("sagemaker:CreateModel", "sagemaker:CreateTransformJob", "s3:*", "kms:Decrypt"),
    *OF_JOBS,
)
ACROSS_ACCOUNTS = ("sagemaker:DescribeModelPackage", "sagemaker:CreateModel")


@pytest.fixture(scope="session")  # as the accounts: made once, in whatever order tests come
def version(accounts: Accounts) -> str:
    """The ARN of a registered version; its bucket has a batch of two objects."""
    accounts.emulator.offer_sagemaker_python(Path(sys.executable))
    s3 = accounts.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    key = accounts.client("kms").create_key()["KeyMetadata"]["Arn"]
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=model_archive("scored"), **encryption)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(TLS_ONLY))
    for name, content in (("one.csv", "1,2"), ("two.csv", MODE)):
        s3.put_object(Bucket=BUCKET, Key=f"in/{name}", Body=content.encode())
    make_group(accounts, "batch")
    return registered(accounts.client("sagemaker"), "batch")


def make_group(accounts: Accounts, name: str) -> None:
    """A model package group, which CloudFormation makes."""
    group = {
        "Type": "AWS::SageMaker::ModelPackageGroup",
        "Properties": {"ModelPackageGroupName": name},
    }
    assert accounts.deploy(f"{name}-group", {"G": group}) == ("CREATE_COMPLETE", "")


def registered(sagemaker: Any, group: str) -> str:
    """The ARN of a new version of a group."""
    container = {
        "Image": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/i:1",
        "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz",
    }
    made = sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    return str(made["ModelPackageArn"])


def registered_elsewhere(accounts: Accounts, group: str, user: str, *actions: str) -> str:
    """The ARN of a version of another account, with what its group's policy lets a role do."""
    other = replace(accounts, account=OTHER)
    make_group(other, group)
    version = registered(other.client("sagemaker"), group)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": list(actions),
        "Resource": f"{version.rpartition('/')[0]}/*",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{user}"}},
    }
    other.client("sagemaker").put_model_package_group_policy(
        ModelPackageGroupName=group,
        ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    return version


def scored(accounts: Accounts, name: str, version: str, *actions: str) -> list[dict[str, Any]]:
    """The steps of a run whose role may do these actions."""
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    role = accounts.role(name, "sagemaker.amazonaws.com", allowed)
    place = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/"}}
    model = {"ExecutionRoleArn": role, "Containers": [{"ModelPackageName": version}]}
    transform = {
        "ModelName": {"Get": "Steps.Model.ModelName"},
        "TransformInput": {"ContentType": "text/csv", "DataSource": place},
        "TransformOutput": {"Accept": "text/csv", "S3OutputPath": f"s3://{BUCKET}/{name}"},
    }
    return pipeline_steps(
        accounts,
        name,
        role,
        {"Name": "Model", "Type": "Model", "Arguments": model},
        {"Name": "Score", "Type": "Transform", "Arguments": transform},
    )


def test_every_object_of_a_batch_gets_its_scores(accounts: Accounts, version: str) -> None:
    steps = scored(accounts, "scores", version, *NEEDED)
    assert [step["StepStatus"] for step in steps] == ["Succeeded", "Succeeded"], steps
    s3 = accounts.client("s3")
    keys = [row["Key"] for row in s3.list_objects_v2(Bucket=BUCKET, Prefix="scores/")["Contents"]]
    assert keys == ["scores/one.csv.out", "scores/two.csv.out"]
    assert s3.get_object(Bucket=BUCKET, Key=keys[0])["Body"].read() == b"scored"
    # Developer Guide, "Use Your Own Inference Code with Batch Transform": SAGEMAKER_BATCH.
    assert s3.get_object(Bucket=BUCKET, Key=keys[1])["Body"].read() == b"true"


@pytest.mark.parametrize("action", NEEDED[:2])
def test_the_role_needs_each_action(accounts: Accounts, version: str, action: str) -> None:
    name = f"without-{action.partition(':')[2]}"
    rest = [needed for needed in NEEDED if needed != action]
    last = scored(accounts, name, version, *rest)[-1]
    assert last["StepStatus"] == "Failed"
    assert action in last["FailureReason"]


def test_a_version_of_another_account_is_used_where_both_sides_allow_it(
    accounts: Accounts, version: str
) -> None:
    elsewhere = registered_elsewhere(accounts, "shared", "shared", *ACROSS_ACCOUNTS)
    steps = scored(accounts, "shared", elsewhere, *NEEDED, *ACROSS_ACCOUNTS)
    assert [step["StepStatus"] for step in steps] == ["Succeeded", "Succeeded"], steps


@pytest.mark.parametrize(
    ("name", "role_may", "group_lets", "refused"),
    [
        ("role", NEEDED, ACROSS_ACCOUNTS, ACROSS_ACCOUNTS[0]),
        ("group-create", ACROSS_ACCOUNTS, ACROSS_ACCOUNTS[:1], ACROSS_ACCOUNTS[1]),
        ("group-describe", ACROSS_ACCOUNTS, ACROSS_ACCOUNTS[1:], ACROSS_ACCOUNTS[0]),
    ],
)
def test_one_side_is_not_enough_for_a_version_of_another_account(
    accounts: Accounts,
    version: str,
    name: str,
    role_may: tuple[str, ...],
    group_lets: tuple[str, ...],
    refused: str,
) -> None:
    elsewhere = registered_elsewhere(accounts, name, name, *group_lets)
    last = scored(accounts, name, elsewhere, *role_may)[-1]
    assert last["StepStatus"] == "Failed"
    assert refused in last["FailureReason"]


def transform_of(model: str, target: str) -> dict[str, Any]:
    """A transform job with a model that the pipeline does not make."""
    place = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/"}}
    return {
        "ModelName": model,
        "TransformInput": {"ContentType": "text/csv", "DataSource": place},
        "TransformOutput": {"Accept": "text/csv", "S3OutputPath": f"s3://{BUCKET}/{target}"},
    }


def deployed_model(accounts: Accounts, name: str, version: str) -> str:
    """The ARN of the role of a model that a stack has made."""
    allowed = {"Effect": "Allow", "Action": list(NEEDED), "Resource": "*"}
    role = accounts.role(f"{name}-model", "sagemaker.amazonaws.com", allowed)
    model = {
        "ModelName": name,
        "ExecutionRoleArn": role,
        "Containers": [{"ModelPackageName": version}],
    }
    made = {"Model": {"Type": "AWS::SageMaker::Model", "Properties": model}}
    assert accounts.deploy(f"{name}-stack", made) == ("CREATE_COMPLETE", "")
    return role


@pytest.mark.parametrize(("allowed", "status"), [("scoring", "Succeeded"), ("other", "Failed")])
def test_a_model_of_a_stack_scores_for_whoever_may_score_with_it(
    accounts: Accounts, version: str, allowed: str, status: str
) -> None:
    name = f"scoring-{status.lower()}"
    deployed_model(accounts, name, version)
    of_model = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:model/{allowed}-*"
    score = {
        "Effect": "Allow",
        "Action": "sagemaker:CreateTransformJob",
        "Resource": "*",
        "Condition": {"ArnLike": {"sagemaker:ModelArn": of_model}},
    }
    rest = {"Effect": "Allow", "Action": [*NEEDED[2:]], "Resource": "*"}
    role = accounts.role(f"{name}-run", "sagemaker.amazonaws.com", score, rest)
    step = {"Name": "Score", "Type": "Transform", "Arguments": transform_of(name, name)}
    (done,) = pipeline_steps(accounts, name, role, step)
    assert done["StepStatus"] == status, done
    assert ("CreateTransformJob" in done.get("FailureReason", "")) is (status == "Failed")


@pytest.mark.parametrize(
    ("branches", "outcome"),
    [
        ({"IfSteps": [], "ElseSteps": []}, "False"),
        ({"IfSteps": []}, "False"),
        ({}, "False"),
    ],
)
def test_a_condition_without_steps_where_it_leads_ends_well(
    accounts: Accounts, branches: dict[str, Any], outcome: str
) -> None:
    """Schema of definitions, ConditionStep: of its arguments `Conditions` alone is required."""
    name = f"condition-{len(branches)}"
    role = accounts.role(name, "sagemaker.amazonaws.com")
    never = {"Type": "GreaterThan", "LeftValue": 0, "RightValue": 0}
    arguments = {"Conditions": [never], **branches}
    step = {"Name": "IsAnythingNew", "Type": "Condition", "Arguments": arguments}
    (done,) = pipeline_steps(accounts, name, role, step)
    assert done["StepStatus"] == "Succeeded", done
    assert done["Metadata"]["Condition"]["Outcome"] == outcome


COMPILE = """
import json
from declared_rows import as_csv, rows
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import Sources
print(json.dumps({
    "definition": get_pipeline("inference", EXAMPLE).definition(),
    "artifacts": EXAMPLE.artifact_bucket,
    "files": {upload.key: str(upload.file) for upload in Sources(EXAMPLE).uploads()},
    "rows": [as_csv([row]) for row in rows(4)],
}))
"""
OF_THE_STAGE = ("VpcConfig", "KmsKeyId", "VolumeKmsKeyId")
"""What this account has no network and no key for."""
STEPS = ["CheckInput", "IsAnythingNew", "Score", "CheckScores", "MarkScored"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    return seed_repository(
        product("batch_inference"), "build_app", tmp_path_factory.mktemp("build")
    )


@pytest.fixture(scope="module")
def compiled(repository: SeedRepository) -> dict[str, Any]:
    """What the build repository compiles and uploads, and rows of its table."""
    done = repository.run("-c", COMPILE, environment={"PYTHONPATH": "source_scripts:tests"})
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [without(inner, names) for inner in value]
    if not isinstance(value, dict):
        return value
    return {key: without(inner, names) for key, inner in value.items() if key not in names}


@pytest.fixture(scope="module")
def scoring(
    accounts: Accounts, version: str, repository: SeedRepository, compiled: dict[str, Any]
) -> Iterator[str]:
    """The bucket of a stage with the compiled pipeline, whose model fails for the last row."""
    bucket, s3 = "batch-of-a-stage", accounts.client("s3")
    for name in (bucket, compiled["artifacts"]):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key, file in compiled["files"].items():
        content = (repository.root / file).read_bytes()
        s3.put_object(Bucket=compiled["artifacts"], Key=key, Body=content)
    archive = model_archive("1.5", fails=compiled["rows"][3])
    s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=archive)
    container = {
        "Image": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/i:1",
        "ModelDataUrl": f"s3://{bucket}/model.tar.gz",
    }
    allowed = {
        "Effect": "Allow",
        "Action": [*NEEDED, "sagemaker:CreateProcessingJob", "ecr:*"],
        "Resource": "*",
    }
    role = accounts.role("of-the-stage", "sagemaker.amazonaws.com", allowed)
    model = {"ModelName": bucket, "ExecutionRoleArn": role, "Containers": [container]}
    made = {"Model": {"Type": "AWS::SageMaker::Model", "Properties": model}}
    assert accounts.deploy("model-of-the-stage", made) == ("CREATE_COMPLETE", "")
    text = json.dumps(without(json.loads(compiled["definition"]), OF_THE_STAGE))
    for placeholder, value in {
        "arn:aws:iam::000000000000:role/stage-execution-role": role,
        "stage-data-bucket": bucket,
        "stage-model-package-arn": version,
        "stage-model-name": bucket,
    }.items():
        text = text.replace(placeholder, value)
    make_pipeline(accounts, bucket, role, text)
    accounts.emulator.offer_sagemaker_python(repository.python)
    yield bucket
    accounts.emulator.offer_sagemaker_python(Path(sys.executable))


def keys(accounts: Accounts, bucket: str, prefix: str) -> list[str]:
    found = accounts.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [row["Key"] for row in found.get("Contents", ())]


def scored_files(accounts: Accounts, bucket: str, before: list[str]) -> list[str]:
    """The names of scores that were not there before."""
    new = set(keys(accounts, bucket, "output/")) - set(before)
    return sorted(key.rpartition("/")[2] for key in new)


@pytest.mark.seed
def test_a_second_run_finds_nothing_new_and_scores_nothing(
    accounts: Accounts, scoring: str, compiled: dict[str, Any]
) -> None:
    s3, rows = accounts.client("s3"), compiled["rows"]
    s3.put_object(Bucket=scoring, Key="input/größe 1.csv", Body=rows[0].encode())
    status, steps = run(accounts, scoring, seconds=300)
    assert (status, [step["StepName"] for step in steps]) == ("Succeeded", STEPS), steps
    (mark,) = keys(accounts, scoring, "input/_scored/")
    assert mark.startswith("input/_scored/größe 1.csv/")
    before = keys(accounts, scoring, "output/")
    status, steps = run(accounts, scoring, seconds=300)
    assert (status, [step["StepName"] for step in steps]) == ("Succeeded", STEPS[:2]), steps
    assert scored_files(accounts, scoring, before) == []
    s3.put_object(Bucket=scoring, Key="input/dt=1/new.csv", Body=rows[1].encode())
    status, steps = run(accounts, scoring, seconds=300)
    assert (status, len(steps)) == ("Succeeded", len(STEPS)), steps
    assert scored_files(accounts, scoring, before) == ["dt=1__new.csv.out"]
    before = keys(accounts, scoring, "output/")
    status, _ = run(accounts, scoring, seconds=300, ScoreAgain="yes")
    assert status == "Succeeded"
    assert scored_files(accounts, scoring, before) == ["dt=1__new.csv.out", "größe 1.csv.out"]


@pytest.mark.seed
def test_a_run_that_fails_leaves_no_mark(
    accounts: Accounts, scoring: str, compiled: dict[str, Any]
) -> None:
    place = {"InputDataUri": f"s3://{scoring}/failing/"}
    for name, row in (("good.csv", 0), ("bad.csv", 3)):
        body = compiled["rows"][row].encode()
        accounts.client("s3").put_object(Bucket=scoring, Key=f"failing/{name}", Body=body)
    status, steps = run(accounts, scoring, seconds=300, **place)
    assert (status, steps[-1]["StepName"]) == ("Failed", "Score"), steps
    assert keys(accounts, scoring, "failing/_scored/") == []


@pytest.mark.seed
def test_an_input_without_a_slash_at_its_end_is_refused_before_anything_is_scored(
    accounts: Accounts, scoring: str, compiled: dict[str, Any]
) -> None:
    body = compiled["rows"][0].encode()
    accounts.client("s3").put_object(Bucket=scoring, Key="no-slash/a.csv", Body=body)
    uri = f"s3://{scoring}/no-slash"
    status, (check,) = run(accounts, scoring, seconds=300, InputDataUri=uri)
    assert status == "Failed"
    assert f"start the run with {uri}/" in check["FailureReason"]
    assert keys(accounts, scoring, "no-slash") == ["no-slash/a.csv"]
