"""The endpoint of each stage: protected rollout, scaling, capture, and the test that invokes it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from synthesis import VERSION, of_type, settings, templates

from deploy_app.errors import DeployError
from deploy_app.instances import takes_volume_key
from deploy_app.integration_test import judge, latency, run
from deploy_app.samples import NAME, of_file
from deploy_app.stage_config import IntegrationTest, StageConfig, Variant, load_stage_config
from deploy_app.stage_files import load
from deploy_app.version_files import CONFIG, VersionFile

RANGE = {"minimum": 1, "maximum": 29}
SAMPLES = {
    "content_type": "text/csv",
    "accept": "text/csv",
    "samples": [{"body": "M,0.455", **RANGE}, {"body": "I,0.33", **RANGE}],
}


def file(content: object, *, own: bool = True) -> VersionFile:
    where = "config/samples.json" if own else "s3://bucket/registered/0/model.tar.gz/samples.json"
    return VersionFile(json.dumps(content), where, own)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return templates(tmp_path_factory.mktemp("endpoint"))


def metrics_of(alarm: dict[str, Any]) -> set[str]:
    """The names of the metrics that an alarm looks at."""
    stats = [row["MetricStat"] for row in alarm.get("Metrics", []) if "MetricStat" in row]
    return {stat["Metric"]["MetricName"] for stat in stats} or {alarm["MetricName"]}


@pytest.mark.parametrize("stage", ["preprod", "prod"])
def test_a_bad_version_is_rolled_back_before_it_has_all_traffic(stages: Any, stage: str) -> None:
    (endpoint,) = of_type(stages[stage], "AWS::SageMaker::Endpoint")
    deployment = endpoint["DeploymentConfig"]
    routing = deployment["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    assert routing["Type"] == "CANARY"
    assert 0 < routing["CanarySize"]["Value"] <= 50
    assert routing["WaitIntervalInSeconds"] >= 60
    watched = [
        alarm["AlarmName"]["Ref"] for alarm in deployment["AutoRollbackConfiguration"]["Alarms"]
    ]
    alarms = [stages[stage]["Resources"][name]["Properties"] for name in watched]
    assert {metric for alarm in alarms for metric in metrics_of(alarm)} == {
        "Invocation5XXErrors",
        "ModelLatency",
        "OverheadLatency",
    }
    assert all(alarm["DatapointsToAlarm"] > 1 for alarm in alarms)
    for alarm in alarms:
        assert alarm["DatapointsToAlarm"] * 60 < routing["WaitIntervalInSeconds"]


@pytest.mark.parametrize("stage", ["preprod", "prod"])
def test_sagemaker_may_look_at_the_alarms_of_a_rollout_as_the_model(
    stages: Any, stage: str
) -> None:
    """SageMaker Developer Guide, "Auto-Rollback Configuration and Monitoring"."""
    template = stages[stage]
    (endpoint,) = of_type(template, "AWS::SageMaker::Endpoint")
    watched = endpoint["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    (pattern,) = (
        "".join(str(part) for part in row["Resource"]["Fn::Join"][1])
        for policy in of_type(template, "AWS::IAM::ManagedPolicy")
        for row in policy["PolicyDocument"]["Statement"]
        if row["Action"] == "cloudwatch:DescribeAlarms"
    )
    beginning = pattern.rpartition(":alarm:")[2].removesuffix("*")
    assert beginning == f"{endpoint['EndpointName']}-"
    for alarm in watched:
        name = template["Resources"][alarm["AlarmName"]["Ref"]]["Properties"]["AlarmName"]
        assert name.startswith(beginning)


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_mistake_of_a_client_is_in_no_alarm_and_the_project_hears_of_each(
    stages: Any, stage: str
) -> None:
    for alarm in of_type(stages[stage], "AWS::CloudWatch::Alarm"):
        assert not [name for name in metrics_of(alarm) if "4XX" in name]
        (topic,) = alarm["AlarmActions"]
        name = f"{settings().dev_account}:sagemaker-{settings().project_name}"
        assert f"{name}-{settings().project_id}" in str(topic)


def test_captures_are_deleted_after_the_days_of_the_stage(stages: Any) -> None:
    (bucket,) = [b for b in of_type(stages["prod"], "AWS::S3::Bucket") if "BucketName" in b]
    days = {
        rule["Prefix"]: rule["ExpirationInDays"]
        for rule in bucket["LifecycleConfiguration"]["Rules"]
        if "Prefix" in rule
    }
    assert days["captured/"] == load_stage_config("prod").data_capture.days


def test_in_dev_a_version_replaces_the_old_one_at_once(stages: Any) -> None:
    (endpoint,) = of_type(stages["dev"], "AWS::SageMaker::Endpoint")
    assert "DeploymentConfig" not in endpoint


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_every_stage_captures_under_its_own_key_and_scales(stages: Any, stage: str) -> None:
    (configuration,) = of_type(stages[stage], "AWS::SageMaker::EndpointConfig")
    capture = configuration["DataCaptureConfig"]
    assert capture["EnableCapture"] is True
    assert "Fn::GetAtt" in capture["KmsKeyId"]
    takes_key = takes_volume_key(load_stage_config(stage).variant.instance_type)
    assert configuration.get("KmsKeyId") == (capture["KmsKeyId"] if takes_key else None)
    (target,) = of_type(stages[stage], "AWS::ApplicationAutoScaling::ScalableTarget")
    assert target["MinCapacity"] <= target["MaxCapacity"]
    (policy,) = of_type(stages[stage], "AWS::ApplicationAutoScaling::ScalingPolicy")
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["PredefinedMetricSpecification"]["PredefinedMetricType"] == (
        "SageMakerVariantInvocationsPerInstance"
    )


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_the_model_is_the_chosen_version_isolated_in_the_private_network(
    stages: Any, stage: str
) -> None:
    (model,) = of_type(stages[stage], "AWS::SageMaker::Model")
    assert model["Containers"] == [{"ModelPackageName": VERSION}]
    assert model["EnableNetworkIsolation"] is True
    assert model["VpcConfig"]["Subnets"] == {"Ref": "SubnetIds"}
    assert "ModelName" not in model  # a new version replaces it


def test_a_new_version_changes_the_model_only(stages: Any, tmp_path: Path) -> None:
    # What compares its traffic comes out of its archive, which the settings name.
    after = templates(tmp_path, VERSION.replace("/3", "/4"))
    for stage, template in after.items():
        before = stages[stage]["Resources"]
        changed = [n for n, r in template["Resources"].items() if r != before[n]]
        assert [template["Resources"][n]["Type"] for n in changed] == ["AWS::SageMaker::Model"]


@pytest.mark.parametrize(
    ("instance_type", "takes"),
    [
        ("ml.m5.large", True),
        ("ml.t2.medium", True),
        ("ml.g5.xlarge", False),
        ("ml.m5d.large", False),
    ],
)
def test_only_instances_without_local_storage_take_a_volume_key(
    instance_type: str, takes: bool
) -> None:
    assert takes_volume_key(instance_type) is takes


def written(folder: Path, stage: str, text: str) -> Path:
    for name in ("defaults", "dev", "preprod", "prod"):
        source = (CONFIG / f"{name}.yml").read_text()
        (folder / f"{name}.yml").write_text(text if name == stage else source)
    return folder


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("variant: {instance_type: m5.large}\n", "variant.instance_type"),
        ("variant: {instances: 2}\n", "variant.instances: Extra inputs"),
        ("rollout: {canary_percent: 90}\n", "rollout.canary_percent"),
        ("monitoring: {schedule: cron(0 3 * * *)}\n", "monitoring.schedule: cron has six fields"),
        ("monitoring: {schedule: rate(5 fortnights)}\n", "line 1: monitoring.schedule: rate"),
        ("- a list\n", "is no mapping"),
    ],
)
def test_a_bad_stage_file_is_told_with_its_key(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DeployError) as raised:
        load(StageConfig, "dev", written(tmp_path, "dev", text))
    assert words in str(raised.value)


ERRORS = {
    "just one": {
        "Message": "Received client error (400) from primary",
        "OriginalStatusCode": 400,
        "OriginalMessage": "request: 1 values in a row and no header, 8 are needed",
    },
    "broken": {
        "Message": "Received server error (500) from primary",
        "OriginalStatusCode": 500,
        "OriginalMessage": "Internal Server Error",
        "LogStreamArn": "arn:aws:logs:eu-west-1:444455556666:log-group:/aws/sagemaker/Endpoints/e",
    },
}
"""What SageMaker answers for a container's error (API Reference, InvokeEndpoint, ModelError)."""


class Sagemaker(BaseHTTPRequestHandler):
    """SageMaker's API and its runtime, as far as the integration test asks them."""

    answers = {
        "DescribeEndpoint": {
            "EndpointName": "e",
            "EndpointArn": "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/e",
            "EndpointConfigName": "c",
            "EndpointStatus": "InService",
            "CreationTime": 0,
            "LastModifiedTime": 0,
        },
        "DescribeEndpointConfig": {
            "EndpointConfigName": "c",
            "EndpointConfigArn": "arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/c",
            "ProductionVariants": [{"VariantName": "AllTraffic", "ModelName": "m"}],
            "DataCaptureConfig": {"EnableCapture": True},
            "CreationTime": 0,
        },
        "DescribeModel": {
            "ModelName": "m",
            "ModelArn": "arn:aws:sagemaker:eu-west-1:111122223333:model/m",
            "Containers": [{"ModelPackageName": VERSION}],
            "CreationTime": 0,
        },
    }

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        target = self.headers.get("X-Amz-Target", "").split(".")[-1]
        body = json.dumps(self.answers[target]) if target else "9.5"
        status = 200
        if (error := ERRORS.get(asked)) and not target:
            status, body = 424, json.dumps(error)
        self.send_response(status)
        if status != 200:
            self.send_header("x-amzn-ErrorType", "ModelError")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def clients() -> Any:
    server = HTTPServer(("127.0.0.1", 0), Sagemaker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    session = boto3.Session("a", "b", region_name="eu-west-1")
    url = f"http://127.0.0.1:{server.server_port}"
    services = {"sagemaker": "sagemaker", "runtime": "sagemaker-runtime", "s3": "s3"}
    yield {name: session.client(found, endpoint_url=url) for name, found in services.items()}
    server.shutdown()


@pytest.mark.parametrize(
    ("version", "limit", "failed"),
    [(VERSION, 5000, []), (f"{VERSION}0", 5000, ["it serves the version"])],
)
def test_the_integration_test_asks_a_real_endpoint(
    clients: Any, version: str, limit: int, failed: list[str]
) -> None:
    limits = IntegrationTest(invocations=4, latency_milliseconds=limit)
    config = load_stage_config("dev").model_copy(update={"integration_test": limits})
    requested = of_file(file(SAMPLES))
    checks = run(clients, endpoint="e", version=version, config=config, requested=requested)
    assert [check.what for check in checks if not check.passed] == failed
    assert len(checks) == 3 + len(requested.samples) + 1


@pytest.mark.parametrize(
    ("body", "own", "words"),
    [
        (
            "just one",
            True,
            "e does not answer sample 2 of config/samples.json (400): request: 1 values in a row "
            "and no header, 8 are needed; write what fits into config/samples.json, or remove it",
        ),
        ("just one", False, "write requests of your own into config/samples.json"),
        ("broken", True, "(500): Internal Server Error; see the log of the endpoint arn:aws:logs:"),
    ],
)
def test_a_refused_sample_is_told_with_what_the_endpoint_says(
    clients: Any, body: str, own: bool, words: str
) -> None:
    asked = [SAMPLES["samples"][0], {"body": body, **RANGE}]
    requested = of_file(file({**SAMPLES, "samples": asked}, own=own))
    config = load_stage_config("dev")
    with pytest.raises(DeployError) as raised:
        run(clients, endpoint="e", version=VERSION, config=config, requested=requested)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "content_type: Field required"),
        ({**SAMPLES, "samples": []}, "samples: List should have at least 1 item"),
        ({**SAMPLES, "samples": [{"body": "M"}]}, "minimum and maximum, or equals, or contains"),
        ({**SAMPLES, "samples": [{"body": "M", "minimum": 1}]}, "minimum and maximum"),
        ({**SAMPLES, "samples": [{"body": "M", "maximun": 1}]}, "maximun: Extra inputs"),
    ],
)
def test_samples_that_cannot_be_judged_are_refused_before_anything_is_asked(
    content: Any, words: str
) -> None:
    with pytest.raises(DeployError) as raised:
        of_file(file(content))
    assert words in str(raised.value)


def test_what_is_no_json_is_told_as_that() -> None:
    with pytest.raises(DeployError, match="samples.json is not JSON"):
        of_file(VersionFile("{", "config/samples.json", own=True))


@pytest.mark.skipif(not (CONFIG / NAME).is_file(), reason="the version brings its samples")
def test_the_repository_s_own_samples_can_be_judged() -> None:
    assert of_file(VersionFile((CONFIG / NAME).read_text(), NAME, own=True)).samples


@pytest.mark.parametrize(
    ("sample", "answer", "passed"),
    [
        ({"minimum": 1, "maximum": 29}, "9.5\n", True),
        ({"minimum": 1, "maximum": 29}, "30\n", False),
        ({"minimum": 1, "maximum": 29}, "", False),
        ({"minimum": 1, "maximum": 29}, "nan?", False),
        ({"contains": "SELECT"}, '{"text": "SELECT 1"}', True),
        ({"contains": "SELECT"}, '{"text": "no"}', False),
        ({"equals": "very good, indeed"}, '"very good, indeed"\n', True),
        ({"equals": "good"}, "very good\n", False),
        ({"equals": "good"}, "", False),
    ],
)
def test_an_answer_is_judged_by_its_sample(sample: Any, answer: str, passed: bool) -> None:
    assert judge(1, sample, answer).passed is passed


def test_latency_is_the_95th_percentile() -> None:
    seconds = [0.01] * 19 + [2.0]
    assert latency(seconds, 100).passed
    assert not latency([*seconds, 2.0, 2.0], 100).passed


def test_the_settings_are_of_the_project_under_test() -> None:
    assert settings().project_id.startswith("p-")


@pytest.mark.parametrize("stage", ["dev", "preprod", "prod"])
def test_a_variant_has_the_times_of_its_file(stages: Any, stage: str) -> None:
    (configuration,) = of_type(stages[stage], "AWS::SageMaker::EndpointConfig")
    (variant,) = configuration["ProductionVariants"]
    declared = load_stage_config(stage).variant
    for name, value in (
        ("VolumeSizeInGB", declared.volume_gigabytes),
        ("ModelDataDownloadTimeoutInSeconds", declared.model_download_seconds),
        ("ContainerStartupHealthCheckTimeoutInSeconds", declared.startup_seconds),
        ("InferenceAmiVersion", declared.inference_ami),
    ):
        assert variant.get(name) == value


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"volume_gigabytes": 100, "instance_type": "ml.g5.xlarge"}, "local storage of a fixed"),
        ({"volume_gigabytes": 513}, "less than or equal to 512"),
        ({"model_download_seconds": 59}, "greater than or equal to 60"),
        ({"startup_seconds": 3601}, "less than or equal to 3600"),
        ({"inference_ami": "ami-0123"}, "no such image of machines; allowed: al2-ami"),
    ],
)
def test_what_sagemaker_would_refuse_of_a_variant_is_refused(
    values: dict[str, Any], words: str
) -> None:
    good = {"instance_type": "ml.m5.xlarge", "initial_instance_count": 1, "volume_gigabytes": 100}
    assert Variant(**good).volume_gigabytes == 100
    with pytest.raises(ValueError, match=words):
        Variant(**{**good, **values})


def test_the_limits_of_a_variant_are_those_of_the_api() -> None:
    members = (
        boto3.client("sagemaker", region_name="eu-west-1")
        .meta.service_model.shape_for("ProductionVariant")
        .members
    )
    for field, name in (
        ("volume_gigabytes", "VolumeSizeInGB"),
        ("model_download_seconds", "ModelDataDownloadTimeoutInSeconds"),
        ("startup_seconds", "ContainerStartupHealthCheckTimeoutInSeconds"),
    ):
        limits = Variant.model_json_schema()["properties"][field]["anyOf"][0]
        assert (limits["minimum"], limits["maximum"]) == (
            members[name].metadata["min"],
            members[name].metadata["max"],
        )
