"""The functions of the gate at work: as their own roles, with a job, in an emulated account."""

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from botocore.exceptions import ClientError

from cdk_service_catalog.gate import access
from cdk_service_catalog.gate.functions import RUNTIME
from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.iam.statements import policy_document
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.artifacts import Artifact
from mlops_rehearsal.player.execution import Execution
from mlops_rehearsal.player.invocation import play_invocation
from mlops_rehearsal.player.structure import Action, Pipeline

pytestmark = pytest.mark.app

REGION, ID = "eu-west-1", "p-gate1"
PROJECT = f"churn-{ID}"
BUCKET, ARTIFACTS = f"gate-{ID}-artifacts-{ACCOUNT}", f"gate-{ID}-pipeline-{ACCOUNT}"
MODEL = b"the model that was trained"
SHA = hashlib.sha256(MODEL).hexdigest()
VERSION = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/{PROJECT}/1"
IMAGE = f"141502667606.dkr.ecr.{REGION}.amazonaws.com/sklearn:1"
SETTINGS = {
    "bucket_prefix": "gate",
    "region": REGION,
    "accounts": dict.fromkeys(("dev", "preprod", "prod"), ACCOUNT),
    "namespaces": {},
    "deploys": [],
    "image_accounts": ["141502667606"],
}
STATEMENTS = {
    "choose": access.choose_statements("gate"),
    "verify": access.verify_statements("gate"),
    "seal": access.seal_statements("gate"),
}
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
}


def code() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file in RUNTIME.glob("*.py"):
            archive.write(file, f"runtime/{file.name}")
    return content.getvalue()


@pytest.fixture(scope="module")
def project(accounts: Accounts) -> Iterator[Accounts]:
    """A project with a trained model, and the functions of its account set."""
    s3 = accounts.client("s3")
    for bucket in (BUCKET, ARTIFACTS):
        location = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
        versions = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versions)
    s3.put_object(Bucket=BUCKET, Key="models/1/output/model.tar.gz", Body=MODEL)
    resources = {
        "Group": {
            "Type": "AWS::SageMaker::ModelPackageGroup",
            "Properties": {"ModelPackageGroupName": PROJECT},
        },
        "Repository": {
            "Type": "AWS::CodeCommit::Repository",
            "Properties": {"RepositoryName": f"sagemaker-{PROJECT}-deploy"},
        },
    }
    assert accounts.deploy("gate-of-tests", resources) == ("CREATE_COMPLETE", "")
    function = accounts.client("lambda")
    for purpose, statements in STATEMENTS.items():
        document = evaluate(policy_document(statements), Scope(values=PSEUDO))
        role = accounts.role(f"gate-{purpose}", "lambda.amazonaws.com", *document["Statement"])
        function.create_function(
            FunctionName=f"gate-{purpose}",
            Runtime="python3.13",
            Role=role,
            Handler=f"runtime.{purpose}.handler",
            Code={"ZipFile": code()},
            Timeout=60,
            Environment={"Variables": {"GATE_SETTINGS": json.dumps(SETTINGS)}},
        )
    yield accounts
    for purpose in STATEMENTS:
        function.delete_function(FunctionName=f"gate-{purpose}")


@pytest.fixture(scope="module")
def sealed(project: Accounts) -> str:
    source = {"source": f"s3://{BUCKET}/models/1/output/model.tar.gz"}
    answer = project.client("lambda").invoke(FunctionName="gate-seal", Payload=json.dumps(source))
    found = json.loads(answer["Payload"].read())
    assert found.get("sha256") == SHA, found
    uri = str(found["uri"])
    project.client("sagemaker").create_model_package(
        ModelPackageGroupName=PROJECT,
        ModelApprovalStatus="PendingManualApproval",
        CustomerMetadataProperties={"ModelSha256": SHA},
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": uri}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    return uri


@pytest.fixture(scope="module")
def commit(project: Accounts, tmp_path_factory: pytest.TempPathFactory) -> str:
    bare = project.emulator.repositories / ACCOUNT / REGION / f"sagemaker-{PROJECT}-deploy.git"
    folder = tmp_path_factory.mktemp("deploy")
    who = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        (*who, "commit", "--quiet", "--allow-empty", "-m", "first"),
        ("push", "--quiet", str(bare), "main"),
    ):
        git(folder, *arguments)
    return git(folder, "rev-parse", "HEAD")


def git(folder: Path, *arguments: str) -> str:
    call = [shutil.which("git") or "git", *arguments]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def pipeline_role(project: Accounts) -> str:
    return project.role(
        "pipeline-of-gate",
        "codepipeline.amazonaws.com",
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:gate-*",
        },
    )


def execution(project: Accounts, role: str) -> Execution:
    emulator = project.emulator
    credentials = emulator.service_credentials(role, "codepipeline.amazonaws.com", "p")

    def client(service: str, region: str, credentials: Mapping[str, str]) -> Any:
        return project.client(service, credentials)

    world: Any = SimpleNamespace(emulator=emulator, client=client)
    stores = {"": (ARTIFACTS, "")}
    pipeline = Pipeline(f"sagemaker-{PROJECT}-deploy", ACCOUNT, REGION, role, stores, (), {}, {})
    return Execution(world, pipeline, credentials, 1, "run")


def gate(name: str, outputs: tuple[str, ...] = (), **parameters: str) -> Action:
    known = {"project_name": "churn", "project_id": ID, **parameters}
    settings = {"FunctionName": f"gate-{name.lower()}", "UserParameters": json.dumps(known)}
    inputs = ("Assembly",) if outputs else ()
    return Action(name, name, "Lambda", settings, inputs, outputs, "", "", 1, name)


def verified(run: Execution, project: Accounts, content: bytes, model: str, commit: str) -> str:
    run.artifacts["Assembly"] = Artifact(ARTIFACTS, "sagemaker/Assembly/1.zip")
    place = {"Bucket": ARTIFACTS, "Key": "sagemaker/Assembly/1.zip"}
    project.client("s3").put_object(**place, Body=content)
    return play_invocation(run, gate("Verify", ("Verified",), model=model, commit=commit))


def tell(project: Accounts, action: str, **more: Any) -> None:
    detail = {"pipelineExecutionId": "run", "actionName": action, "status": "Succeeded", **more}
    project.emulator.tell_action(ACCOUNT, REGION, f"sagemaker-{PROJECT}-deploy", detail)


def assembly(kind: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for stage in ("dev", "preprod", "prod"):
            resource = {"Type": kind, "Properties": {}}
            text = json.dumps({"Resources": {"One": resource}})
            archive.writestr(f"{stage}.template.json", text)
    return content.getvalue()


def test_the_gate_seals_chooses_and_verifies_with_its_own_permissions(
    project: Accounts, sealed: str, commit: str, pipeline_role: str
) -> None:
    run = execution(project, pipeline_role)
    play_invocation(run, gate("Choose", wanted="latest"))
    assert run.variables["Choose"]["MODEL_PACKAGE_ARN"] == "none"
    project.client("sagemaker").update_model_package(
        ModelPackageArn=VERSION, ModelApprovalStatus="Approved"
    )
    play_invocation(run, gate("Choose", wanted="latest"))
    assert run.variables["Choose"]["MODEL_PACKAGE_ARN"] == VERSION
    verified(run, project, assembly("AWS::KMS::Key"), VERSION, commit)
    told = run.variables["Verify"]
    assert told["DELIVERS"] == "1"
    assert told["CHANGES_PROD"] == "the first delivery, 1 resources"
    place = run.artifacts["Verified"]
    found = project.client("s3").get_object(Bucket=place.bucket, Key=place.key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(found)) as archive:
        assert len(archive.namelist()) == 3
    given = {"s3location": {"bucket": place.bucket, "key": place.key}}
    tell(project, "Prepare-prod", input={"inputArtifacts": [given]})
    tell(project, "Deploy-prod")
    verified(run, project, assembly("AWS::S3::Bucket"), VERSION, commit)
    assert run.variables["Verify"]["CHANGES_PROD"] == "1 changed (Bucket)"

    with pytest.raises(PlatformError, match=r"\[types\] dev.template.json, One"):
        verified(run, project, assembly("Custom::Admin"), VERSION, commit)
    with pytest.raises(PlatformError, match="merge it by a pull request"):
        verified(run, project, assembly("AWS::KMS::Key"), VERSION, "0" * 40)
    key = f"registered/{SHA}/model.tar.gz"
    assert sealed == f"s3://{BUCKET}/{key}"
    project.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"swapped after the approval")
    with pytest.raises(PlatformError, match="somebody has changed it"):
        verified(run, project, assembly("AWS::KMS::Key"), VERSION, commit)


def test_without_the_permission_the_pipeline_asks_nobody(project: Accounts) -> None:
    role = project.role("pipeline-without", "codepipeline.amazonaws.com")
    with pytest.raises(ClientError, match="lambda:InvokeFunction"):
        play_invocation(execution(project, role), gate("Choose", wanted="latest"))
