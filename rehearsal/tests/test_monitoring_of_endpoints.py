"""An endpoint's traffic, from the capture of SageMaker to an alarm, in the product's own parts.

The model is trained by the seed code, its endpoint captures in the emulator, and the pipeline is
what the deploy repository synthesises, with the program and the baseline out of the archive.
"""

import csv
import io
import json
import tarfile
import time
from collections.abc import Iterator
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from launched_projects import product
from seed_repositories import SeedRepository, seed_repository

pytestmark = pytest.mark.seed

BUCKET = "traffic-of-tests"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/comparing"
TRAIN = """
import json
from pathlib import Path
from declared_rows import DATA, labels, rows
from ml_pipelines.run_locally import train_locally
train_locally(DATA, Path("trained").resolve())
Path("rows.json").write_text(json.dumps(rows(300, spread=True)))
Path("labels.json").write_text(json.dumps(labels(300)))
"""
SYNTHESISE = """
import json, sys
sys.path.insert(0, "tests")
from pathlib import Path
from synthesis import templates
found = templates(Path("assembly"))["prod"]["Resources"].values()
kinds = ("Alarm", "ManagedPolicy", "EndpointConfig", "Pipeline")
print(json.dumps([r for r in found if r["Type"].rpartition("::")[2] in kinds]))
"""
PLACES = {
    "model_data_uri": f"s3://{BUCKET}/model.tar.gz",
    "model_image": "image",
    "model_skill": "'0.5'",
    "artifact_bucket": BUCKET,
}
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": ACCOUNT}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    """The build repository after a training, with rows that somebody may ask for."""
    found = seed_repository(product("basic"), "build_app", tmp_path_factory.mktemp("build"))
    done = found.run("-c", TRAIN, environment={"PYTHONPATH": "source_scripts:tests"})
    assert done.returncode == 0, done.stderr
    return found


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the deploy repository makes for prod, of what matters here."""
    found = seed_repository(product("basic"), "deploy_app", tmp_path_factory.mktemp("deploy"))
    settings = found.root / "tests" / "settings.yml"
    kept = [line for line in settings.read_text().splitlines() if line.split(":")[0] not in PLACES]
    own = [f"{name}: {value}" for name, value in PLACES.items()]
    settings.write_text("\n".join([*kept, *own]) + "\n")
    done = found.run("-c", SYNTHESISE)
    assert done.returncode == 0, done.stderr
    resources: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return resources


def of(resources: list[dict[str, Any]], kind: str, words: str = "") -> dict[str, Any]:
    (found,) = [
        row["Properties"]
        for row in resources
        if row["Type"] == kind and words in json.dumps(row["Properties"])
    ]
    return dict(found)


def body(pipeline: dict[str, Any]) -> str:
    """The definition where this account has one bucket, one role, and no network to join."""
    text = pipeline["PipelineDefinition"]["PipelineDefinitionBody"]["Fn::Sub"][0]
    for name, value in {"Role": ROLE, "Bucket": BUCKET}.items():
        text = text.replace(f"${{{name}}}", value)
    found = json.loads(text)
    arguments = found["Steps"][0]["Arguments"]
    del arguments["NetworkConfig"]["VpcConfig"]
    del arguments["ProcessingOutputConfig"]["KmsKeyId"]
    del arguments["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"]
    return json.dumps(found)


def permissions(deployed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What prod's execution role may do, in this account, which has one bucket and no network."""
    found = of(deployed, "AWS::IAM::ManagedPolicy", "models in prod")
    statements: list[dict[str, Any]] = resolved(found["PolicyDocument"]["Statement"])
    for statement in statements:
        if statement["Sid"] == "CreateJobsInPrivateSubnets":
            del statement["Condition"]
    return statements


def resolved(value: Any) -> Any:
    if isinstance(value, list):
        return [resolved(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(map(str, resolved(parts)))
    if "Ref" in value:
        return PSEUDO.get(value["Ref"], BUCKET)
    if "Fn::GetAtt" in value:
        of_bucket = "Bucket" in value["Fn::GetAtt"][0]
        key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/none"
        return f"arn:aws:s3:::{BUCKET}" if of_bucket else key
    return {name: resolved(inner) for name, inner in value.items()}


@pytest.fixture(scope="module")
def endpoint(
    accounts: Accounts, repository: SeedRepository, deployed: list[dict[str, Any]]
) -> Iterator[str]:
    """The name of an endpoint that captures as prod's does, beside prod's pipeline and alarm."""
    accounts.emulator.offer_sagemaker_python(repository.python)
    s3 = accounts.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        archive.add(repository.root / "trained" / "train" / "opt" / "ml" / "model", arcname=".")
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=content.getvalue())
    accounts.role("comparing", "sagemaker.amazonaws.com", *permissions(deployed))
    pipeline = of(deployed, "AWS::SageMaker::Pipeline")
    name = pipeline["PipelineName"].removesuffix("-monitoring")
    capture = of(deployed, "AWS::SageMaker::EndpointConfig")["DataCaptureConfig"]
    own = {"DestinationS3Uri": f"s3://{BUCKET}/captured"}
    capture = {**{key: v for key, v in capture.items() if key != "KmsKeyId"}, **own}
    alarm = of(deployed, "AWS::CloudWatch::Alarm", "ExecutionFailed")
    del alarm["AlarmActions"]
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InitialVariantWeight": 1,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    config = {"ProductionVariants": [variant], "DataCaptureConfig": capture}
    model = {
        "ExecutionRoleArn": ROLE,
        "PrimaryContainer": {"Image": "image", "ModelDataUrl": PLACES["model_data_uri"]},
    }
    made = {
        "Model": {"Type": "AWS::SageMaker::Model", "Properties": model},
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": config},
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {
                "EndpointName": name,
                "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
            },
        },
        "Pipeline": {
            "Type": "AWS::SageMaker::Pipeline",
            "Properties": {
                "PipelineName": pipeline["PipelineName"],
                "RoleArn": ROLE,
                "PipelineDefinition": {"PipelineDefinitionBody": body(pipeline)},
            },
        },
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
    }
    assert accounts.deploy("monitored-endpoint", made) == ("CREATE_COMPLETE", "")
    yield name


def run(accounts: Accounts, endpoint: str) -> dict[str, Any]:
    """A run of the pipeline, when it has ended."""
    sagemaker = accounts.client("sagemaker")
    started = sagemaker.start_pipeline_execution(PipelineName=f"{endpoint}-monitoring")
    end = time.monotonic() + 240
    while time.monotonic() < end:
        found: dict[str, Any] = sagemaker.describe_pipeline_execution(
            **{"PipelineExecutionArn": started["PipelineExecutionArn"]}
        )
        if found["PipelineExecutionStatus"] != "Executing":
            return found
        time.sleep(0.5)
    raise TimeoutError(f"the pipeline of {endpoint} does not end")


def log(accounts: Accounts, execution: dict[str, Any]) -> list[str]:
    """What the job of a run has printed."""
    logs, group = accounts.client("logs"), "/aws/sagemaker/ProcessingJobs"
    job = f"pipelines-{execution['PipelineExecutionArn'].rpartition('/')[2]}"
    named = {"logGroupName": group, "logStreamNamePrefix": job}
    return [
        event["message"]
        for stream in logs.describe_log_streams(**named)["logStreams"]
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])[
            "events"
        ]
    ]


def state(accounts: Accounts, endpoint: str) -> str:
    alarms = accounts.client("cloudwatch").describe_alarms(AlarmNames=[f"{endpoint}-drift"])
    return str(alarms["MetricAlarms"][0]["StateValue"])


def written(rows: list[dict[str, str]], *, header: bool = False) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    if header:
        writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return text.getvalue().encode()


def test_usual_traffic_passes_and_drifted_traffic_raises_the_alarm(
    accounts: Accounts, repository: SeedRepository, endpoint: str
) -> None:
    runtime, s3 = (accounts.client(name) for name in ("sagemaker-runtime", "s3"))
    rows: list[dict[str, str]] = json.loads((repository.root / "rows.json").read_text())

    def ask(content: bytes, kind: str, accept: str) -> None:
        named = {"EndpointName": endpoint, "InferenceId": "of-the-client"}
        runtime.invoke_endpoint(**named, Body=content, ContentType=kind, Accept=accept)

    ask(written(rows[:100]), "text/csv", "text/csv")
    ask(written(rows[100:200], header=True), "text/csv; charset=utf-8", "application/json")
    in_json = json.dumps({"instances": rows[200:]}).encode()
    ask(in_json, "application/json", "application/json")
    keys = [row["Key"] for row in s3.list_objects_v2(Bucket=BUCKET, Prefix="captured/")["Contents"]]
    lines = [
        json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()) for key in sorted(keys)
    ]
    assert {line["eventMetadata"]["inferenceId"] for line in lines} == {"of-the-client"}
    sides = {tuple(side["encoding"] for side in line["captureData"].values()) for line in lines}
    assert sides == {("CSV", "CSV"), ("CSV", "JSON"), ("JSON", "JSON")}
    usual = run(accounts, endpoint)
    assert usual["PipelineExecutionStatus"] == "Succeeded", log(accounts, usual)
    assert state(accounts, endpoint) == "OK"

    heavy = [{**row, "whole_weight": str(float(row["whole_weight"]) + 3)} for row in rows]
    ask(written(heavy), "text/csv", "text/csv")
    drifted = run(accounts, endpoint)
    assert drifted["PipelineExecutionStatus"] == "Failed"
    assert "whole_weight: drift distance" in drifted["FailureReason"]
    assert state(accounts, endpoint) == "ALARM"
    execution = drifted["PipelineExecutionArn"].rpartition("/")[2]
    report = f"monitoring/{execution}/constraint_violations.json"
    found = json.loads(s3.get_object(Bucket=BUCKET, Key=report)["Body"].read())["violations"]
    assert ("whole_weight", "baseline_drift_check") in {
        (row["feature_name"], row["constraint_check_type"]) for row in found
    }


def test_labels_that_say_that_answers_are_wrong_raise_the_alarm(
    accounts: Accounts, repository: SeedRepository, endpoint: str
) -> None:
    runtime, s3 = (accounts.client(name) for name in ("sagemaker-runtime", "s3"))
    rows, labels = (
        json.loads((repository.root / f"{name}.json").read_text()) for name in ("rows", "labels")
    )
    for number, row in enumerate(rows[:120]):
        runtime.invoke_endpoint(
            EndpointName=endpoint,
            Body=written([row]),
            ContentType="text/csv",
            InferenceId=f"order-{number}",
        )

    def bring(found: list[float]) -> None:
        lines = [f"order-{number},{label}" for number, label in enumerate(found)]
        s3.put_object(
            Bucket=BUCKET,
            Key=f"captured/{endpoint}/labels/day.csv",
            Body="\n".join(["inference_id,label", *lines]).encode(),
        )

    bring(labels[:120])
    right = run(accounts, endpoint)
    assert quality(s3, right)["used"] == 120
    assert "answers: 120 of 120 labels are of answers of this version" in told(s3, right)
    bring([label + 20 for label in labels[:120]])
    wrong = run(accounts, endpoint)
    assert wrong["PipelineExecutionStatus"] == "Failed"
    assert "of the way to a perfect model are surely lost" in wrong["FailureReason"]
    assert state(accounts, endpoint) == "ALARM"


def quality(s3: Any, execution: dict[str, Any]) -> dict[str, Any]:
    """What a run has found out of labels."""
    return dict(json.loads(found_in(s3, execution, "model_quality.json")))


def told(s3: Any, execution: dict[str, Any]) -> str:
    return str(json.loads(found_in(s3, execution, "drift.json"))["summary"])


def found_in(s3: Any, execution: dict[str, Any], name: str) -> bytes:
    key = f"monitoring/{execution['PipelineExecutionArn'].rpartition('/')[2]}/{name}"
    content: bytes = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return content
