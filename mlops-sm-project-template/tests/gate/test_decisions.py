"""What Choose and Verify decide by SageMaker's, S3's, ECR's and CodeCommit's own answers."""

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hostile_templates import NAMED, SETTINGS, STAGES, VERSION, Template, assembly, good, zipped
from launched_projects import DEV, PREPROD, PROD, PROJECT, PROJECT_ID, REGION

from cdk_service_catalog.gate.runtime import jobs, versions
from cdk_service_catalog.gate.runtime.changes import summary
from cdk_service_catalog.gate.runtime.check_structure import TYPES
from cdk_service_catalog.gate.runtime.choose import choose
from cdk_service_catalog.gate.runtime.settings import Refused
from cdk_service_catalog.gate.runtime.templates import file_of, read_assembly
from cdk_service_catalog.gate.runtime.verify import verify

pytestmark = pytest.mark.pure

MODEL = b"the model that was approved"
SHA = hashlib.sha256(MODEL).hexdigest()
BUCKET = f"mlops-{PROJECT_ID}-artifacts-{DEV}"
GROUP = VERSION.rpartition("/")[0]
PUSHED = f"arn:aws:codecommit:{REGION}:{DEV}:sagemaker-{PROJECT}-deploy"
"""What the event of a push is about."""
IMAGE = f"141502667606.dkr.ecr.{REGION}.amazonaws.com/sklearn:1"
DIGEST = f"sha256:{'a' * 64}"


class Body(io.BytesIO):
    def iter_chunks(self, size: int) -> Any:
        return iter(lambda: self.read(size), b"")


class Aws:
    """What the functions ask of AWS, with answers that a test changes."""

    def __init__(self) -> None:
        container = {
            "Image": IMAGE,
            "ModelDataUrl": f"s3://{BUCKET}/registered/{SHA}/model.tar.gz",
            "Environment": {"SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
        }
        self.version: dict[str, Any] = {
            "ModelApprovalStatus": "Approved",
            "CustomerMetadataProperties": {"ModelSha256": SHA, "ImageDigest": DIGEST},
            "InferenceSpecification": {"Containers": [container]},
            "ModelMetrics": {
                "ModelQuality": {"Statistics": {"S3Uri": f"s3://{BUCKET}/e/evaluation.json"}}
            },
        }
        self.container = container
        metric = {"value": 4.5678, "standard_deviation": "x"}
        self.evaluation: dict[str, Any] = {"regression_metrics": {"mse": metric}}
        self.content = MODEL
        self.versions = [{"Key": f"registered/{SHA}/model.tar.gz", "Size": 1, "VersionId": "1"}]
        self.markers: list[Any] = []
        self.listed = [VERSION]
        self.parents = {"tip": ["old"], "old": []}
        self.written: dict[str, Any] = {}
        self.assembly = assembly()

    def describe_model_package(self, ModelPackageName: str) -> Any:
        return self.version

    def get_paginator(self, name: str) -> Any:
        return self

    def paginate(self, **_: Any) -> Any:
        return [{"ModelPackageSummaryList": [{"ModelPackageArn": arn} for arn in self.listed]}]

    def list_object_versions(self, **_: Any) -> Any:
        return {"Versions": self.versions, "DeleteMarkers": self.markers}

    def get_object(self, Bucket: str, Key: str, VersionId: str = "") -> Any:
        if Key.endswith("evaluation.json"):
            return {"Body": Body(json.dumps(self.evaluation).encode())}
        return {"Body": Body(self.assembly if Key == "in" else self.content)}

    def put_object(self, **request: Any) -> None:
        self.written = request

    def get_branch(self, **_: Any) -> Any:
        return {"branch": {"commitId": "tip"}}

    def get_commit(self, repositoryName: str, commitId: str) -> Any:
        return {"commit": {"parents": self.parents[commitId]}}

    def describe_images(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": "ImageNotFoundException"}}, "DescribeImages")

    def list_action_executions(self, **_: Any) -> Any:
        return {"actionExecutionDetails": []}


NAMES = ("artifacts", "codecommit", "codepipeline", "ecr", "s3", "sagemaker")


def job(**parameters: str) -> jobs.Job:
    return jobs.Job(
        id="1",
        parameters={"project_name": NAMED.name, "project_id": NAMED.id, **parameters},
        inputs={"Assembly": jobs.Place("pipeline", "in")},
        outputs={"Verified": jobs.Place("pipeline", "out")},
        credentials={},
        key="key",
    )


def verified(aws: Aws, model: str = VERSION, commit: str = "tip") -> Any:
    return verify(job(model=model, commit=commit), SETTINGS, dict.fromkeys(NAMES, aws))


def chosen(aws: Aws, wanted: str) -> Any:
    return choose(job(wanted=wanted), SETTINGS, dict.fromkeys(NAMES, aws))


@pytest.fixture
def in_dev(monkeypatch: pytest.MonkeyPatch) -> Aws:
    """The template of prod stands for every stage: what it names is of the stage itself."""
    monkeypatch.setattr("cdk_service_catalog.gate.runtime.verify.refusals", lambda *_, **__: [])
    return Aws()


def test_an_approved_version_with_its_evidence_is_handed_on(in_dev: Aws) -> None:
    exported = verified(in_dev)
    assert exported["DELIVERS"] == "3"
    assert exported["CHANGES_PROD"].startswith("nothing to compare with, ")
    assert f" {len(good()['Resources'])} new (ManagedPolicy, Role, " in exported["CHANGES_PROD"]
    assert in_dev.written["Key"] == "out"
    assert read_assembly(in_dev.written["Body"], STAGES) == {stage: good() for stage in STAGES}


EXCHANGED: dict[str, Callable[[Aws], object]] = {
    "content": lambda aws: setattr(aws, "content", b"poisoned after the approval"),
    "second version": lambda aws: aws.versions.append({**aws.versions[0], "VersionId": "2"}),
    "deleted": lambda aws: aws.markers.append(aws.versions[0]),
    "gone": lambda aws: aws.versions.clear(),
    "another hash": lambda aws: aws.version["CustomerMetadataProperties"].update(
        ModelSha256="0" * 64
    ),
    "no hash": lambda aws: aws.version.pop("CustomerMetadataProperties"),
    "not sealed": lambda aws: aws.container.update(ModelDataUrl=f"s3://{BUCKET}/models/m.tar.gz"),
    "another bucket": lambda aws: aws.container.update(
        ModelDataUrl=f"s3://evil/registered/{SHA}/model.tar.gz"
    ),
    "code besides": lambda aws: aws.container.update(Environment={"CODE": f"s3://{BUCKET}/x"}),
    "a foreign image": lambda aws: aws.container.update(
        Image=f"666666666666.dkr.ecr.{REGION}.amazonaws.com/x@{DIGEST}"
    ),
    "an image by tag": lambda aws: aws.container.update(
        Image=f"{DEV}.dkr.ecr.{REGION}.amazonaws.com/sagemaker-{PROJECT_ID}:latest"
    ),
    "an image that was not recorded": lambda aws: aws.container.update(
        Image=f"{DEV}.dkr.ecr.{REGION}.amazonaws.com/sagemaker-{PROJECT_ID}@sha256:{'b' * 64}"
    ),
    "an image that is gone": lambda aws: aws.container.update(
        Image=f"{DEV}.dkr.ecr.{REGION}.amazonaws.com/sagemaker-{PROJECT_ID}@{DIGEST}"
    ),
    "rejected meanwhile": lambda aws: aws.version.update(ModelApprovalStatus="Rejected"),
    "no container": lambda aws: aws.version.update(InferenceSpecification={}),
}


@pytest.mark.parametrize("what", list(EXCHANGED))
def test_what_was_exchanged_after_the_approval_is_refused(what: str, in_dev: Aws) -> None:
    """Findings 3 and 6 of the review: what was approved is what is deployed."""
    EXCHANGED[what](in_dev)
    with pytest.raises(Refused):
        verified(in_dev)
    assert not in_dev.written


def test_a_template_of_an_attacker_is_not_handed_on() -> None:
    """Finding 1: the template of prod, delivered to dev and preprod, names another account."""
    aws = Aws()
    with pytest.raises(Refused, match=r"\[role-names\] dev.template.json, Role"):
        verified(aws)
    assert not aws.written


@pytest.mark.parametrize(("commit", "taken"), [("tip", True), ("old", True), ("feature", False)])
def test_a_commit_has_to_be_on_the_reviewed_branch(commit: str, taken: bool, in_dev: Aws) -> None:
    """Finding 11: who starts a run may name any commit of the repository."""
    if taken:
        verified(in_dev, commit=commit)
        return
    with pytest.raises(Refused, match="merge it by a pull request"):
        verified(in_dev, commit=commit)


def test_without_a_version_nothing_is_handed_on() -> None:
    aws = Aws()
    assert verified(aws, model="none")["DELIVERS"] == "none"
    assert read_assembly(aws.written["Body"], STAGES) == {}


@pytest.mark.parametrize("served", [True, False])
def test_the_rejection_of_the_last_version_takes_away_what_serves_it(
    served: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws, before = Aws(), good()
    parked = {"Resources": {"Bucket": good()["Resources"]["Bucket"]}}
    files = {file_of(stage): json.dumps(parked).encode() for stage in STAGES}
    for stage, template in (("dev", DEV), ("preprod", PREPROD)):
        text = json.dumps(parked).replace("-prod-", f"-{stage}-").replace(PROD, template)
        files[file_of(stage)] = text.encode()
    aws.assembly = zipped(**files)
    monkeypatch.setattr(
        "cdk_service_catalog.gate.runtime.verify.last_delivered",
        lambda *_: before if served else {},
    )
    exported = verified(aws, model="none")
    assert exported["DELIVERS"] == ("parked" if served else "none")
    assert len(read_assembly(aws.written["Body"], STAGES)) == (3 if served else 0)
    if served:
        assert "gone" in exported["CHANGES_PROD"]
        assert "Endpoint" in exported["CHANGES_PROD"]


def test_the_version_is_chosen_with_what_an_approval_shows() -> None:
    assert chosen(Aws(), VERSION) == {
        "MODEL_PACKAGE_ARN": VERSION,
        "MODEL_DATA_URI": f"s3://{BUCKET}/registered/{SHA}/model.tar.gz",
        "MODEL_IMAGE": Aws().container["Image"],
        "MODEL_SKILL": "none",
        "VERSION": "3",
        "METRIC": "mse 4.568",
        "REPORT": "no report",
        "PREVIOUS_DATA_URI": "none",
        "INFERENCE_PIPELINE": "none",
    }


PUBLISHED = f"s3://{BUCKET}/sources/{SHA}/inference.json"


@pytest.mark.parametrize(
    ("recorded", "told"),
    [
        (PUBLISHED, PUBLISHED),
        (PUBLISHED.replace("sources", "data"), "none"),
        (PUBLISHED.replace(BUCKET, "of-somebody-else"), "none"),
        (PUBLISHED.replace(SHA, "../data"), "none"),
        (f"{PUBLISHED}\n", "none"),
        (f"{PUBLISHED}; curl x", "none"),
    ],
)
def test_the_batch_pipeline_of_a_version_is_what_the_build_has_published(
    recorded: str, told: str
) -> None:
    aws = Aws()
    aws.version["CustomerMetadataProperties"]["InferencePipelineUri"] = recorded
    assert chosen(aws, VERSION)["INFERENCE_PIPELINE"] == told


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        (["5", "3", "2", "1"], "2"),
        (["3"], None),
        (["12", "5"], None),
    ],
)
def test_the_approved_version_before_is_told_by_its_archive(
    listed: list[str], told: str | None
) -> None:
    class Several(Aws):
        def describe_model_package(self, ModelPackageName: str) -> Any:
            number = ModelPackageName.rpartition("/")[2]
            container = {**self.container, "ModelDataUrl": f"s3://{BUCKET}/registered/{number}/m"}
            return {**self.version, "InferenceSpecification": {"Containers": [container]}}

    aws = Several()
    aws.listed = [VERSION.replace("/3", f"/{number}") for number in listed]
    wanted = f"s3://{BUCKET}/registered/{told}/m" if told else "none"
    assert chosen(aws, VERSION)["PREVIOUS_DATA_URI"] == wanted
    aws.listed = [VERSION, VERSION.replace("churn", "of-others")]
    with pytest.raises(Refused, match="is not a version of the project's models"):
        chosen(aws, VERSION)


@pytest.mark.parametrize(
    ("recorded", "told"),
    [("4.5678", "4.5678"), ("-1.2e-05", "-1.2e-05"), ("4.5; curl x", "none"), ("nan", "none")],
)
def test_the_skill_that_the_test_set_has_shown_is_handed_on_as_a_number(
    recorded: str, told: str
) -> None:
    aws = Aws()
    aws.version["CustomerMetadataProperties"]["Skill"] = recorded
    assert chosen(aws, VERSION)["MODEL_SKILL"] == told


def test_a_version_of_several_containers_has_no_one_archive() -> None:
    aws = Aws()
    containers = aws.version["InferenceSpecification"]["Containers"]
    containers.append(dict(containers[0]))
    told = chosen(aws, VERSION)
    assert (told["MODEL_DATA_URI"], told["MODEL_IMAGE"]) == ("none", "none")


def test_templates_that_read_another_archive_are_not_delivered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Verify takes the archives from the registry, whatever Choose has told the build."""
    asked: list[Any] = []

    def refusals(*_: Any, archives: Any, **__: Any) -> list[Any]:
        asked.extend(archives)
        return []

    monkeypatch.setattr("cdk_service_catalog.gate.runtime.verify.refusals", refusals)
    verified(Aws())
    assert asked == [f"s3://{BUCKET}/registered/{SHA}/model.tar.gz"]


def test_a_metric_that_people_could_have_written_is_not_shown() -> None:
    aws = Aws()
    quality = aws.version["ModelMetrics"]["ModelQuality"]["Statistics"]
    quality["S3Uri"] = f"s3://{BUCKET}/data/evaluation.json"
    assert chosen(aws, VERSION)["METRIC"] == "no metric"


PAGE = "executions/abc123/Evaluate/evaluation/report.html"


@pytest.mark.parametrize(
    ("uri", "taken"),
    [
        (f"s3://{BUCKET}/{PAGE}", True),
        (f"s3://elsewhere/{PAGE}", False),
        (f"https://{BUCKET}/{PAGE}", False),
        (f"s3://{BUCKET}/data/report.html", False),
        (f"s3://{BUCKET}/executions/a/../report.html", False),
        (f"s3://{BUCKET}/executions/a&b/report.html", False),
        (f"s3://{BUCKET}/executions/a b. Approve all/report.html", False),
    ],
)
def test_an_approval_links_to_a_report_of_the_project_and_to_nothing_else(
    uri: str, taken: bool
) -> None:
    aws = Aws()
    aws.version["CustomerMetadataProperties"] = {"Report": uri}
    link = (
        f"https://eu-west-1.console.aws.amazon.com/s3/object/{BUCKET}"
        f"?region=eu-west-1&prefix={PAGE}"
    )
    assert chosen(aws, VERSION)["REPORT"] == (link if taken else "no report")


def test_a_version_that_is_not_approved_gives_way_to_the_newest_that_is() -> None:
    aws = Aws()
    aws.listed = [f"{GROUP}/2", f"{GROUP}/1"]
    assert chosen(aws, "latest")["VERSION"] == "2"
    aws.version["ModelApprovalStatus"] = "PendingManualApproval"
    assert chosen(aws, VERSION)["VERSION"] == "2"
    aws.listed = []
    assert set(chosen(aws, "latest").values()) == {"none"}


def test_a_push_to_the_deploy_repository_delivers_the_newest_approved_version() -> None:
    aws = Aws()
    aws.listed = [f"{GROUP}/2", f"{GROUP}/1"]
    assert chosen(aws, PUSHED)["VERSION"] == "2"


@pytest.mark.parametrize(
    "wanted",
    [
        PUSHED.replace(PROJECT, "fraud-p-zzz"),
        PUSHED.replace("-deploy", "-build"),
        PUSHED.replace(DEV, "666666666666"),
        VERSION.replace(PROJECT, f"{PROJECT}d"),
        VERSION.replace(PROJECT, "fraud-p-zzz"),
        VERSION.replace(DEV, "666666666666"),
        f"{VERSION}/../4",
        "none; rm",
    ],
)
def test_only_versions_of_the_projects_own_group_are_chosen(wanted: str) -> None:
    """Finding 11: who starts a run may name any version."""
    with pytest.raises(Refused, match=f"group '{PROJECT}'"):
        chosen(Aws(), wanted)
    with pytest.raises(Refused):
        versions.check_is_own(wanted, NAMED, DEV)


class CodePipeline:
    def __init__(self) -> None:
        self.said: list[Any] = []

    def put_job_success_result(self, **request: Any) -> None:
        self.said.append(request["outputVariables"])

    def put_job_failure_result(self, **request: Any) -> None:
        self.said.append(request["failureDetails"]["message"])


def event(parameters: str) -> Any:
    configuration = {"UserParameters": parameters}
    data = {"actionConfiguration": {"configuration": configuration}}
    return {"CodePipeline.job": {"id": "1", "data": data}}


def test_who_starts_a_run_cannot_name_another_project() -> None:
    """A variable of the pipeline is a text inside of the parameters, quotes included."""
    pipeline = CodePipeline()
    injected = '{"project_id": "p-abc", "wanted": "x", "project_id": "p-other"}'
    jobs.answered(pipeline, event(injected), lambda job: {"ID": job.parameters["project_id"]})
    assert "stands twice" in pipeline.said[0]


def test_a_refusal_and_a_failure_are_told_to_codepipeline_and_no_credentials_are_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pipeline = CodePipeline()

    def work(job: jobs.Job) -> dict[str, str]:
        raise Refused("because")

    jobs.answered(pipeline, event("{}"), work)
    assert pipeline.said == ["because"]
    with pytest.raises(ZeroDivisionError):
        jobs.answered(pipeline, event("{}"), lambda job: {"x": str(1 // 0)})
    assert "the gate itself has failed: ZeroDivisionError" in pipeline.said[1]
    assert "artifactCredentials" not in capsys.readouterr().out


def test_changes_are_counted_by_kind_beside_the_last_delivery() -> None:
    old, new = good(), good()
    new["Resources"]["Key"] = {"Type": "AWS::KMS::Key"}
    new["Resources"]["Model"]["Properties"]["EnableNetworkIsolation"] = "true"
    del new["Resources"]["Monitor"]
    told = "1 new (Key), 1 changed (Model), 1 gone (Pipeline)"
    assert summary(old, new) == told
    assert summary(old, old) == "no changes"


def many(template: Template) -> None:
    """More kinds than an approval has room for, so that others fall off its end."""
    for kind in TYPES:
        template["Resources"][f"Many{kind}"] = {"Type": kind}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t["Resources"]["Role"]["Properties"].update(Policies=[]), "1 changed (Role)"),
        (lambda t: t["Resources"].pop("BucketPolicy"), "1 gone (BucketPolicy)"),
        (lambda t: t["Parameters"]["Plain"].update(Default="other"), "also Parameters"),
        (lambda t: t.update(Conditions={"C": {"Fn::Equals": [1, 1]}}), "also Conditions"),
        (lambda t: t.update(Mappings={"M": {}}), "also Mappings"),
    ],
)
@pytest.mark.parametrize("hide", [lambda t: None, many], ids=["alone", "among many"])
def test_an_approval_cannot_be_made_to_hide_a_change(
    change: Callable[[Template], object], told: str, hide: Callable[[Template], None]
) -> None:
    old, new = good(), good()
    hide(new)
    change(new)
    assert told in summary(old, new)


def test_changes_leave_room_in_an_approval_and_show_first_what_gives_access_and_serves() -> None:
    old, new, empty = good(), good(), {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    many(new)
    for row in old["Resources"].values():
        row["Metadata"] = "old"
    told = summary(old, new)
    assert f"{len(TYPES)} new (ManagedPolicy, Role, BucketPolicy, Endpoint, " in told
    assert (
        f"{len(good()['Resources'])} changed (ManagedPolicy, Role, BucketPolicy, Endpoint, " in told
    )
    assert "other kinds)" in told
    assert max(len(told), len(summary(empty, new)), len(summary(new, empty))) < 260


@pytest.mark.parametrize(
    ("evaluation", "shown"),
    [
        ({"approve.evil.example": 1}, "approve_evil_example 1"),
        ({"https://evil.example": 1, "mse": 2}, "mse 2"),
        ({"mse\nApproved by risk": 1}, "no metric"),
        ({"ms\u0435": 1}, "no metric"),
        ({f"good-{n}": n for n in range(40)}, ", good-10 10, ..."),
    ],
    ids=["a domain", "an address", "a line of its own", "another alphabet", "more than fits"],
)
def test_names_of_metrics_make_no_text_of_an_attacker(evaluation: Any, shown: str) -> None:
    aws = Aws()
    aws.evaluation = evaluation
    told = chosen(aws, VERSION)["METRIC"]
    assert told.endswith(shown)
    assert len(told) <= 120
