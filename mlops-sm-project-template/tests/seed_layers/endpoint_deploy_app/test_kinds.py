"""Each kind of endpoint has what AWS takes for it, and a stage's file that mixes them is refused."""

import json
import math
import re
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.config import Config
from botocore.exceptions import ClientError
from synthesis import STAGES, VERSION, of_type, settings, templates

import deploy_app.application as application
from deploy_app.asking import Endpoint, through_s3, waking
from deploy_app.errors import DeployError
from deploy_app.kinds import Kind, misplaced, refuse_components, refuse_image_of_dev
from deploy_app.lint import main as lint
from deploy_app.stage_config import StageConfig, load_stage_config
from deploy_app.stage_files import FOLDER, load

OFF = {"canary": False}
PLAIN = "ml.m5.large"
SERVERLESS = {
    "kind": "serverless",
    "serverless": {"memory_megabytes": 2048, "maximum_concurrency": 5},
    "rollout": OFF,
}
ASYNCHRONOUS = {
    "kind": "asynchronous",
    "asynchronous": {"invocations_at_a_time": 4},
    "variant": {"initial_instance_count": 1},
    "auto_scaling": {"minimum_instances": 0},
    "rollout": OFF,
}
SHADOWED = {
    "rollout": OFF,
    "shadow": {"percent": 25, "instance_type": PLAIN, "instance_count": 1},
}
COMPONENTS = {
    "kind": "components",
    "component": {"memory_megabytes": 4096, "concurrent_requests": 3},
    "variant": {"initial_instance_count": 1, "startup_seconds": 900},
    "auto_scaling": {"minimum_instances": 0, "maximum_instances": 2},
    "rollout": OFF,
}
IN_BATCHES = {
    "kind": "components",
    "component": {"memory_megabytes": 4096},
    "variant": {"initial_instance_count": 4},
    "auto_scaling": {"minimum_instances": 4, "maximum_instances": 4},
    "rollout": {"canary": True, "canary_percent": 25, "wait_minutes": 5},
}
KINDS = {
    "asynchronous": ASYNCHRONOUS,
    "components": COMPONENTS,
    "components in batches": IN_BATCHES,
    "none": {"kind": "none"},
    "serverless": SERVERLESS,
    "shadowed": SHADOWED,
}
REALTIME, AT_ONCE = (
    f"kind: {kind}\nrollout: {{canary: false}}\n" for kind in ("realtime", "asynchronous")
)
EXAMPLES = re.findall(r"```yaml\n(kind: .*?)```", Path("README.md").read_text("utf-8"), re.DOTALL)
COPIES = "kind: components\nrollout: {canary: false}\ncomponent: {memory_megabytes: 4096}\n"


def config(folder: Path, text: str, stage: str = "dev", instance_type: str = PLAIN) -> StageConfig:
    """The project's own configuration, with another file for one stage, and other machines."""
    for file in FOLDER.glob("*.yml"):
        content = text if file.stem == stage else file.read_text().replace(PLAIN, instance_type)
        (folder / file.name).write_text(content)
    return load(StageConfig, stage, folder, misplaced)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Makes the templates of all stages of a kind, which cfn-lint and cdk-nag accept."""

    @cache
    def of_kind(kind: str) -> Any:
        folder = tmp_path_factory.mktemp("kind")
        text = yaml.safe_dump(KINDS[kind])
        stages = {name: config(folder, text, name) for name in STAGES}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(application, "load_stage_config", lambda stage, _role: stages[stage])
            found = templates(folder / "cdk.out")
            patch.chdir(folder)
            assert lint(folder / "cdk.out") == 0
        return found

    return of_kind


def resources(template: Any, kind: str) -> dict[str, Any]:
    """Properties by logical id."""
    return {n: r["Properties"] for n, r in template["Resources"].items() if r["Type"] == kind}


@pytest.mark.parametrize("stage", STAGES)
def test_a_serverless_endpoint_has_nothing_that_sagemaker_refuses(made: Any, stage: str) -> None:
    """SageMaker Developer Guide, "Serverless Inference", feature exclusions."""
    template = made("serverless")[stage]
    (model,) = of_type(template, "AWS::SageMaker::Model")
    assert not model.keys() & {"VpcConfig", "EnableNetworkIsolation"}
    assert model["Containers"] == [{"ModelPackageName": VERSION}]
    (configuration,) = of_type(template, "AWS::SageMaker::EndpointConfig")
    assert not configuration.keys() & {"DataCaptureConfig", "AsyncInferenceConfig", "KmsKeyId"}
    (variant,) = configuration["ProductionVariants"]
    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert not variant.keys() & {"InstanceType", "InitialInstanceCount", "VolumeSizeInGB"}
    assert not of_type(template, "AWS::ApplicationAutoScaling::ScalableTarget")
    (endpoint,) = of_type(template, "AWS::SageMaker::Endpoint")
    assert "DeploymentConfig" not in endpoint


@pytest.mark.parametrize("stage", STAGES)
def test_an_asynchronous_endpoint_answers_encrypted_below_its_own_prefix(
    made: Any, stage: str
) -> None:
    template = made("asynchronous")[stage]
    (configuration,) = of_type(template, "AWS::SageMaker::EndpointConfig")
    output = configuration["AsyncInferenceConfig"]["OutputConfig"]
    (key,) = resources(template, "AWS::KMS::Key")
    assert output["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    for path in ("S3OutputPath", "S3FailurePath"):
        assert "/asynchronous/" in str(output[path])
    assert "DataCaptureConfig" not in configuration
    client = configuration["AsyncInferenceConfig"]["ClientConfig"]
    assert client == {"MaxConcurrentInvocationsPerInstance": 4}


@pytest.mark.parametrize("stage", STAGES)
def test_an_asynchronous_endpoint_tells_two_encrypted_topics_and_may(made: Any, stage: str) -> None:
    template = made("asynchronous")[stage]
    (configuration,) = of_type(template, "AWS::SageMaker::EndpointConfig")
    output = configuration["AsyncInferenceConfig"]["OutputConfig"]
    topics = resources(template, "AWS::SNS::Topic")
    assert {row["Ref"] for row in output["NotificationConfig"].values()} == set(topics)
    assert all(t["KmsMasterKeyId"] == output["KmsKeyId"] for t in topics.values())
    (published,) = (
        row
        for policy in of_type(template, "AWS::IAM::ManagedPolicy")
        for row in policy["PolicyDocument"]["Statement"]
        if row["Action"] == "sns:Publish"
    )
    assert len(published["Resource"]) == len(topics)
    for topic in topics.values():
        assert topic["TopicName"] in str(published["Resource"])


def test_an_asynchronous_endpoint_sleeps_and_is_woken_by_what_waits(made: Any) -> None:
    for template in made("asynchronous").values():
        (target,) = of_type(template, "AWS::ApplicationAutoScaling::ScalableTarget")
        assert target["MinCapacity"] == 0
        policies = resources(template, "AWS::ApplicationAutoScaling::ScalingPolicy")
        assert len(policies) == 2
        (woken,) = (
            alarm["AlarmActions"][0]["Ref"]
            for alarm in of_type(template, "AWS::CloudWatch::Alarm")
            if alarm.get("MetricName") == "HasBacklogWithoutCapacity"
        )
        assert policies[woken]["PolicyType"] == "StepScaling"


@pytest.mark.parametrize("stage", STAGES)
def test_a_component_runs_the_model_of_the_template_on_isolated_machines(
    made: Any, stage: str
) -> None:
    template = made("components")[stage]
    (model,) = resources(template, "AWS::SageMaker::Model")
    (configuration,) = of_type(template, "AWS::SageMaker::EndpointConfig")
    (variant,) = configuration["ProductionVariants"]
    assert configuration["EnableNetworkIsolation"] is True
    assert configuration["VpcConfig"] and configuration["ExecutionRoleArn"]
    assert not variant.keys() & {"ModelName", "ContainerStartupHealthCheckTimeoutInSeconds"}
    (endpoint,) = resources(template, "AWS::SageMaker::Endpoint")
    (component,) = of_type(template, "AWS::SageMaker::InferenceComponent")
    assert component["EndpointName"] == {"Fn::GetAtt": [endpoint, "EndpointName"]}
    assert component["Specification"] == {
        "ModelName": {"Fn::GetAtt": [model, "ModelName"]},
        "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 4096},
        "StartupParameters": {"ContainerStartupHealthCheckTimeoutInSeconds": 900},
    }
    shape = boto3.client("sagemaker", region_name="eu-west-1").meta.service_model.operation_model(
        "CreateInferenceComponent"
    )
    of_cloudformation = {"DeploymentConfig"}  # which UpdateInferenceComponent takes
    assert component.keys() - of_cloudformation <= shape.input_shape.members.keys()


def test_components_sleep_and_a_request_that_finds_none_wakes_one(made: Any) -> None:
    """SageMaker Developer Guide, "Scale an endpoint to zero instances"."""
    for template in made("components").values():
        (configuration,) = of_type(template, "AWS::SageMaker::EndpointConfig")
        (variant,) = configuration["ProductionVariants"]
        # A copy of a new version starts beside the old ones.
        scaling = {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 3}
        assert variant["ManagedInstanceScaling"] == scaling
        (component,) = of_type(template, "AWS::SageMaker::InferenceComponent")
        name = component["InferenceComponentName"]
        (target,) = of_type(template, "AWS::ApplicationAutoScaling::ScalableTarget")
        assert target["ResourceId"] == f"inference-component/{name}"
        assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 2)
        policies = resources(template, "AWS::ApplicationAutoScaling::ScalingPolicy")
        (waking,) = (
            alarm
            for alarm in of_type(template, "AWS::CloudWatch::Alarm")
            if alarm.get("MetricName") == "NoCapacityInvocationFailures"
        )
        assert waking["Dimensions"] == [{"Name": "InferenceComponentName", "Value": name}]
        assert policies[waking["AlarmActions"][0]["Ref"]]["PolicyType"] == "StepScaling"
        (followed,) = (
            row["TargetTrackingScalingPolicyConfiguration"]
            for row in policies.values()
            if row["PolicyType"] == "TargetTrackingScaling"
        )
        assert followed["TargetValue"] == 3


@pytest.mark.parametrize("stage", STAGES)
def test_copies_are_replaced_in_batches_while_the_alarms_of_the_component_watch(
    made: Any, stage: str
) -> None:
    """SageMaker API Reference, InferenceComponentRollingUpdatePolicy."""
    template = made("components in batches")[stage]
    (component,) = of_type(template, "AWS::SageMaker::InferenceComponent")
    deployed = component["DeploymentConfig"]
    policy = deployed["RollingUpdatePolicy"]
    assert policy["MaximumBatchSize"] == {"Type": "CAPACITY_PERCENT", "Value": 25}
    assert policy["WaitIntervalInSeconds"] == 300
    assert 600 <= policy["MaximumExecutionTimeoutInSeconds"] <= 28800
    watching = {row["AlarmName"]["Ref"] for row in deployed["AutoRollbackConfiguration"]["Alarms"]}
    alarms = resources(template, "AWS::CloudWatch::Alarm")
    assert watching == set(alarms)
    assert all("InferenceComponentName" in json.dumps(alarm) for alarm in alarms.values())
    assert "VariantName" not in json.dumps(alarms)
    (endpoint,) = of_type(template, "AWS::SageMaker::Endpoint")
    assert "DeploymentConfig" not in endpoint


@pytest.mark.parametrize("stage", STAGES)
def test_the_test_of_a_stage_may_ask_its_component_and_no_other(made: Any, stage: str) -> None:
    template = made("components")[stage]
    (component,) = resources(template, "AWS::SageMaker::InferenceComponent")
    (asking,) = (
        row
        for policy in of_type(template, "AWS::IAM::ManagedPolicy")
        for row in policy["PolicyDocument"]["Statement"]
        if row["Sid"] == "AskTheComponent"
    )
    assert asking["Resource"] == {"Ref": component}


@pytest.mark.parametrize("stage", STAGES)
def test_a_shadow_is_the_chosen_version_on_its_own_machines(made: Any, stage: str) -> None:
    template = made("shadowed")[stage]
    (configuration,) = of_type(template, "AWS::SageMaker::EndpointConfig")
    (production,) = configuration["ProductionVariants"]
    (shadow,) = configuration["ShadowProductionVariants"]
    assert shadow["ModelName"] == production["ModelName"]
    assert (production["InitialVariantWeight"], shadow["InitialVariantWeight"]) == (1, 0.25)
    assert (shadow["InstanceType"], shadow["InitialInstanceCount"]) == (PLAIN, 1)
    given = {**configuration, "EndpointConfigName": "a"}
    shape = boto3.client("sagemaker", region_name="eu-west-1").meta.service_model.operation_model(
        "CreateEndpointConfig"
    )
    assert given.keys() <= shape.input_shape.members.keys()


@pytest.mark.parametrize("stage", STAGES)
def test_no_alarm_and_no_scaling_looks_at_a_shadow(made: Any, stage: str) -> None:
    template = made("shadowed")[stage]
    (configuration,) = of_type(template, "AWS::SageMaker::EndpointConfig")
    name = configuration["ShadowProductionVariants"][0]["VariantName"]
    kinds = ("AWS::CloudWatch::Alarm", "AWS::ApplicationAutoScaling::ScalableTarget")
    watched = [row for kind in kinds for row in of_type(template, kind)]
    assert watched and name not in json.dumps(watched)


@pytest.mark.parametrize("kind", ["asynchronous", "serverless"])
def test_no_alarm_watches_what_the_kind_does_not_publish(made: Any, kind: str) -> None:
    """SageMaker Developer Guide, "Alarms and logs for tracking metrics from asynchronous
    endpoints": neither OverheadLatency nor Invocations; of serverless ones the overhead holds the
    cold start."""
    for template in made(kind).values():
        text = json.dumps(of_type(template, "AWS::CloudWatch::Alarm"))
        assert "OverheadLatency" not in text
        assert '"Invocations"' not in text


def test_nothing_serves_and_everything_else_stays_where_the_kind_is_none(made: Any) -> None:
    for template in made("none").values():
        kinds = {row["Type"] for row in template["Resources"].values()}
        assert not [k for k in kinds if k.startswith("AWS::SageMaker::")]
        assert {"AWS::S3::Bucket", "AWS::KMS::Key", "AWS::IAM::Role"} <= kinds


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("kind: serverless\nrollout: {canary: false}\n", 1, "serverless.memory_megabytes"),
        (
            f"{REALTIME}serverless: {{memory_megabytes: 1024, maximum_concurrency: 1}}\n",
            3,
            "remove",
        ),
        (f"{AT_ONCE}data_capture:\n  sampling_percentage: 5\n", 4, "lie in S3 anyway"),
        (f"{AT_ONCE}monitoring: {{data_quality: true}}\n", 3, "reads captures"),
        ("auto_scaling:\n  minimum_instances: 0\n", 2, "is for kind: asynchronous"),
        ("rollout:\n  canary: true\n", 2, "two machines at least"),
        ("variant:\n  initial_instance_count: 9\n", 2, "is not between"),
        (
            f"{AT_ONCE}shadow: {{percent: 5, instance_type: {PLAIN}}}\n",
            3,
            "real-time endpoints alone",
        ),
        (f"shadow: {{percent: 0, instance_type: {PLAIN}}}\n", 1, "greater than or equal to 1"),
        (f"{COPIES}shadow: {{percent: 5, instance_type: {PLAIN}}}\n", 4, "names no model"),
        (f"{COPIES}data_capture: {{sampling_percentage: 5}}\n", 4, "documents no captures"),
        (f"{COPIES}monitoring: {{data_quality: true}}\n", 4, "reads captures"),
        (f"{COPIES}auto_scaling: {{invocations_per_instance: 5}}\n", 4, "concurrent_requests"),
        ("kind: components\nrollout: {canary: false}\n", 1, "component.memory_megabytes"),
        (f"{COPIES}component: {{memory_megabytes: 100}}\n", 4, "128"),
        (f"{REALTIME}component: {{memory_megabytes: 1024}}\n", 3, "kind: components"),
        ("kind: batch\n", 1, "realtime"),
        ("alarms:\n  bad_minutes: 9\n", 2, "cannot be bad"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(DeployError) as raised:
        config(tmp_path, text)
    assert f"dev.yml, line {line}: " in str(raised.value)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("variant", {"volume_gigabytes": 50}),
        ("auto_scaling", {"maximum_instances": 3}),
        ("data_capture", {"sampling_percentage": 1}),
        ("rollout", {"canary": True}),
        ("shadow", {"percent": 5, "instance_type": PLAIN}),
        ("monitoring", {"data_quality": True}),
    ],
)
def test_serverless_refuses_what_it_does_not_have(
    tmp_path: Path, key: str, value: dict[str, Any]
) -> None:
    own = {**SERVERLESS, key: value}
    with pytest.raises(DeployError, match=f"{key}.*kind is serverless"):
        config(tmp_path, yaml.safe_dump(own))


def test_a_shadow_of_one_machine_does_not_fit_a_canary(tmp_path: Path) -> None:
    text = (FOLDER / "prod.yml").read_text()
    own = {**(yaml.safe_load(text) or {})}
    own["shadow"] = {"percent": 50, "instance_type": PLAIN, "instance_count": 1}
    with pytest.raises(DeployError, match="percent of 1 machines of the shadow are 1 whole ones"):
        config(tmp_path, yaml.safe_dump(own), "prod")
    own["shadow"]["instance_count"] = 2
    assert config(tmp_path, yaml.safe_dump(own), "prod").shadow


def test_one_key_cannot_encrypt_a_shadow_with_local_storage(tmp_path: Path) -> None:
    machines = "variant: {instance_type: ml.m5.large}\nrollout: {canary: false}\n"
    text = f"{machines}shadow: {{percent: 5, instance_type: ml.g5.xlarge}}\n"
    with pytest.raises(DeployError, match=r"dev.yml, line 3: shadow.instance_type.*one key"):
        config(tmp_path, text)


def test_a_model_on_a_gpu_cannot_be_serverless(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="has no GPU"):
        config(tmp_path, yaml.safe_dump(SERVERLESS), instance_type="ml.g5.xlarge")


def test_a_copy_on_a_machine_with_a_gpu_asks_for_it(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="gets no GPU unless it asks for one"):
        config(tmp_path, COPIES, instance_type="ml.g5.xlarge")
    asking = COPIES.replace("4096", "4096, accelerators: 1")
    assert config(tmp_path, asking, instance_type="ml.g5.xlarge").component
    with pytest.raises(DeployError, match="ml.m5.large has no GPU"):
        config(tmp_path, asking)


def test_a_batch_is_five_percent_of_the_copies_at_least(tmp_path: Path) -> None:
    own = {**IN_BATCHES, "rollout": {"canary": True, "canary_percent": 4}}
    own["alarms"] = {"error_percent": 1}
    with pytest.raises(DeployError, match=r"canary_percent: 4 is too few"):
        config(tmp_path, yaml.safe_dump(own))


def test_the_readme_shows_each_kind_that_has_a_part_of_its_own() -> None:
    shown = {str(yaml.safe_load(example)["kind"]) for example in EXAMPLES}
    assert shown == {kind for kind in Kind if kind not in (Kind.REALTIME, Kind.NONE)}


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_the_readme_shows_is_a_stages_file(tmp_path: Path, example: str) -> None:
    machine = "ml.g5.xlarge" if "accelerators" in example else PLAIN
    for stage in STAGES:
        assert config(tmp_path, example, stage, machine)


def test_components_are_refused_where_the_region_has_none() -> None:
    own = settings().model_copy(update={"deployment_region": "eu-west-3"})
    refuse_components(Kind.COMPONENTS, settings(), "dev")
    refuse_components(Kind.REALTIME, own, "dev")
    with pytest.raises(DeployError, match="config/dev.yml: .* eu-west-3 has no inference"):
        refuse_components(Kind.COMPONENTS, own, "dev")


class Sleeping:
    """A component that has a copy at the third request."""

    def __init__(self, code: str = "ValidationError") -> None:
        self.asked, self.code = 0, code

    def __call__(self, _sample: Any) -> str:
        self.asked += 1
        if self.asked > 2:
            return "7.5"
        message = "Inference Component has no capacity to process this request."
        error = {"Error": {"Code": self.code, "Message": message}}
        raise ClientError(error, "InvokeEndpoint")  # type: ignore[arg-type]


def test_a_component_that_sleeps_is_waited_for() -> None:
    asleep = Sleeping()
    waking(asleep, {"body": "1"}, minutes=1, sleep=lambda _: None)
    assert asleep.asked == 3
    with pytest.raises(ClientError):
        waking(Sleeping("ModelError"), {"body": "1"}, minutes=1, sleep=lambda _: None)
    with pytest.raises(DeployError, match="no copy of the model has started within 0 minutes"):
        waking(Sleeping(), {"body": "1"}, minutes=0, sleep=lambda _: None)


def test_an_image_of_dev_cannot_be_serverless_elsewhere() -> None:
    own = settings().model_copy(
        update={"ecr_repo_arn": "arn:aws:ecr:eu-west-1:111122223333:repository/r"}
    )
    refuse_image_of_dev(Kind.SERVERLESS, own, "dev")
    refuse_image_of_dev(Kind.ASYNCHRONOUS, own, "prod")
    with pytest.raises(DeployError, match="111122223333 and prod is 777788889999"):
        refuse_image_of_dev(Kind.SERVERLESS, own, "prod")


@pytest.mark.parametrize("maximum", [2, 3, 5, 7])
def test_a_canary_is_half_of_the_machines_at_most_whatever_scaling_has_left(maximum: int) -> None:
    """SageMaker API Reference, TrafficRoutingConfig, CanarySize, for every number of machines."""
    content = load_stage_config("prod").model_dump(mode="json")
    content["auto_scaling"] |= {"minimum_instances": 2, "maximum_instances": maximum}
    content["alarms"] |= {"error_percent": 1}
    for percent in range(2, 51):
        content["rollout"] |= {"canary_percent": percent}
        counts = range(2, maximum + 1)
        if all(math.ceil(count * percent / 100) / count <= 0.5 for count in counts):
            assert StageConfig.model_validate(content)
        else:
            with pytest.raises(ValueError, match="half of them at most"):
                StageConfig.model_validate(content)


def test_an_alarm_that_a_canary_never_reaches_is_refused(tmp_path: Path) -> None:
    text = "variant: {initial_instance_count: 2}\nauto_scaling: {minimum_instances: 2}\n"
    with pytest.raises(DeployError, match="prod.yml, line 3: .*never reached by a canary"):
        config(tmp_path, f"{text}alarms: {{error_percent: 20}}\n", "prod")
    with pytest.raises(DeployError, match="do not pass while a rollout waits 2 minutes"):
        config(tmp_path, f"{text}rollout: {{wait_minutes: 2}}\n", "prod")


class S3(BaseHTTPRequestHandler):
    """S3 and SageMaker's runtime: answers come at the third look, as if a machine had to start."""

    objects: dict[str, bytes] = {}
    looks = 0

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        S3.objects[self.path] = body
        self._answer(200)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = self.headers["X-Amzn-SageMaker-InputLocation"].removeprefix("s3:/")
        failed = b"bad" in next(v for k, v in S3.objects.items() if k.startswith(asked))
        S3.objects["/b/failures/1" if failed else "/b/answers/1"] = b"7.5"
        S3.looks = 0
        self._answer(
            202,
            json.dumps({"InferenceId": "1"}).encode(),
            {
                "X-Amzn-SageMaker-OutputLocation": "s3://b/answers/1",
                "X-Amzn-SageMaker-FailureLocation": "s3://b/failures/1",
            },
        )

    def do_GET(self) -> None:
        S3.looks += 1
        found = S3.objects.get(self.path.partition("?")[0])
        if found is None or S3.looks < 3:
            text = b"<Error><Code>AccessDenied</Code></Error>"
            self._answer(403, text)
        else:
            self._answer(200, found)

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("body", "fails"), [("good", False), ("bad", True)])
def test_an_asynchronous_answer_is_waited_for(body: str, fails: bool) -> None:
    server = HTTPServer(("127.0.0.1", 0), S3)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    S3.objects.clear()
    session = boto3.Session("a", "b", region_name="eu-west-1")
    url = f"http://127.0.0.1:{server.server_port}"
    path = Config(s3={"addressing_style": "path"})
    runtime, s3 = (
        session.client(name, endpoint_url=url, config=path) for name in ("sagemaker-runtime", "s3")
    )
    endpoint = Endpoint("e", "text/csv", "text/csv")
    ask = through_s3(runtime, s3, endpoint, "s3://b/answers", minutes=1, sleep=lambda _: None)
    if fails:
        with pytest.raises(DeployError, match="has failed to answer"):
            ask({"body": body})
    else:
        assert ask({"body": body}) == "7.5"
    assert any(key.startswith("/b/asynchronous/requests/integration-test-") for key in S3.objects)
    server.shutdown()


def test_the_test_of_a_stage_reads_no_request_of_others_and_finds_no_answer(made: Any) -> None:
    (policy,) = (
        json.dumps(found)
        for name, found in resources(
            made("asynchronous")["prod"], "AWS::IAM::ManagedPolicy"
        ).items()
        if name.startswith("Test")
    )
    assert "s3:ListBucket" not in policy
    assert "/asynchronous/requests/integration-test-*" in policy
    assert "/asynchronous/requests/*" not in policy


def test_without_an_approved_version_what_serves_one_goes_and_data_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.json").write_text(json.dumps({"model_package_arn": "none"}))
    application.synthesise(settings(), tmp_path / "cdk.out")
    for stage in STAGES:
        template = json.loads((tmp_path / "cdk.out" / f"{stage}.template.json").read_text())
        kinds = {row["Type"] for row in template["Resources"].values()}
        assert not [kind for kind in kinds if kind.startswith("AWS::SageMaker::")]
        assert "AWS::S3::Bucket" in kinds
