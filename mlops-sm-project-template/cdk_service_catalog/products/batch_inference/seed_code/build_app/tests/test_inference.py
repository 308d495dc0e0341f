"""The batch: checked, scored by the serving code of the model, and checked again."""

import csv
import gzip
import importlib.util
import io
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from declared_rows import DATA, FEATURES, TABLE, as_csv, rows

from ml_pipelines.discovery import get_pipeline, pipeline_modules
from ml_pipelines.local_jobs import JobFailed, LocalJob, run
from ml_pipelines.publish_inference_pipeline import plan, publish
from ml_pipelines.run_locally import train_locally
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import Sources
from ml_pipelines.training.defaults import APPROVAL_STATUS

ROWS = rows(40)
NUMBERS = TABLE.of_type("number")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The serving code and the model of a training, as a transform job has them."""
    folder = tmp_path_factory.mktemp("training")
    train_locally(DATA, folder)
    model_dir = folder / "train" / "opt" / "ml" / "model"
    spec = importlib.util.spec_from_file_location("served", model_dir / "code" / "inference.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, module.model_fn(str(model_dir))


def check(folder: Path, when: str, **inputs: Path) -> Path:
    outputs = {"before": ("checked", "identifiers"), "after": ("report", "scored")}[when]
    job = LocalJob(
        name=when,
        script="check_batch.py",
        inputs=inputs,
        outputs=outputs,
        arguments=(f"--{when}",),
    )
    return run(job, folder) / "processing"


def batch(folder: Path, content: str, name: str = "batch.csv") -> Path:
    """A file as people bring it, with the table's own separator."""
    source = folder / "source"
    file = source / name
    file.parent.mkdir(parents=True)
    data = content.encode()
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return source


def own_csv(found: list[dict[str, str]], *, header: bool = True, **more: str) -> str:
    """The rows in the form of the table's own file, with further columns."""
    text = io.StringIO()
    names = [*more, *FEATURES]
    writer = csv.writer(text, delimiter=TABLE.separator, lineterminator="\n")
    lines = [[*more.values(), *(row[name] for name in FEATURES)] for row in found]
    writer.writerows([names, *lines] if header else lines)
    return text.getvalue()


def transform(served: Any, checked: Path, target: Path, size: int = 7) -> Path:
    """What a transform job does: some lines a request, an answer a line, in the same order."""
    module, model = served
    lines = checked.read_text().splitlines()
    target.mkdir()
    parts = []
    for start in range(0, len(lines), size):
        rows = module.input_fn("\n".join(lines[start : start + size]), "text/csv")
        parts.append(module.output_fn(module.predict_fn(rows, model), "text/csv")[0])
    (target / f"{checked.name}.out").write_text("".join(parts))
    return target


@pytest.mark.parametrize("name", ["batch.csv", "dt=2026-01-01/part.csv.gz"])
def test_a_batch_is_scored_row_by_row_in_order(served: Any, tmp_path: Path, name: str) -> None:
    processing = check(tmp_path, "before", input=batch(tmp_path, own_csv(ROWS), name))
    (checked,) = (processing / "checked").iterdir()
    scores = transform(served, checked, tmp_path / "scores")
    places = {place: processing / place for place in ("checked", "identifiers")}
    done = check(tmp_path, "after", scores=scores, **places)
    report = json.loads((done / "report" / "report.json").read_text())
    assert report == {"scored_rows": {checked.name: len(ROWS)}}
    header, *scored = (done / "scored" / checked.name).read_text().splitlines()
    assert header == f"{TABLE.identifier or 'row'},score"
    module, model = served
    for number, (row, line) in enumerate(zip(ROWS, scored, strict=True), start=1):
        (alone,) = module.predict_fn(module.input_fn(as_csv([row]), "text/csv"), model)
        assert line == f"{number},{alone}"


def test_columns_are_found_by_name_and_others_left_out(tmp_path: Path) -> None:
    content = own_csv(ROWS[:2], brought_by="somebody")
    processing = check(tmp_path, "before", input=batch(tmp_path, content))
    assert (processing / "checked" / "batch.csv").read_text() == as_csv(ROWS[:2])


def test_scores_have_the_name_of_their_file_and_two_files_never_share_one(tmp_path: Path) -> None:
    # The test after a deployment looks for the scores of sample.csv under this name.
    source = batch(tmp_path, own_csv(ROWS[:2]), "dt=1/part.csv.gz")
    (source / "sample.csv").write_text(own_csv(ROWS[:2]))
    checked = check(tmp_path, "before", input=source) / "checked"
    assert {file.name for file in checked.iterdir()} == {"sample.csv", "dt=1__part.csv.gz.csv"}
    (source / "dt=1__part.csv.gz.csv").write_text(own_csv(ROWS[:2]))
    with pytest.raises(JobFailed, match="rename one of them"):
        check(tmp_path / "again", "before", input=source)


def test_an_additional_value_in_front_is_never_taken_for_a_feature(tmp_path: Path) -> None:
    content = own_csv(ROWS[:2], header=False, number="1001")
    with pytest.raises(JobFailed, match="values in a row and no header"):
        check(tmp_path, "before", input=batch(tmp_path, content))


@pytest.mark.skipif(not NUMBERS, reason="no feature is a number")
def test_a_malformed_row_is_reported_with_its_line(tmp_path: Path) -> None:
    wrong = own_csv([ROWS[0], {**ROWS[1], NUMBERS[0]: "tall"}])
    with pytest.raises(JobFailed) as raised:
        check(tmp_path, "before", input=batch(tmp_path, wrong))
    assert f"batch.csv, row 2: {NUMBERS[0]} is 'tall', not a number" in str(raised.value)
    assert "Traceback" not in str(raised.value)


@pytest.mark.parametrize(
    ("scores", "words"),
    [("1.0\n", "1 scores for 2 rows"), ("1.0\n,\n", "line 2: '' is no score")],
)
def test_missing_and_bad_scores_are_found(tmp_path: Path, scores: str, words: str) -> None:
    places = {name: tmp_path / name for name in ("checked", "identifiers", "scores")}
    for place in places.values():
        place.mkdir()
    (places["checked"] / "batch.csv").write_text("a\nb\n")
    (places["identifiers"] / "batch.csv").write_text("1\n2\n")
    (places["scores"] / "batch.csv.out").write_text(scores)
    with pytest.raises(JobFailed) as raised:
        check(tmp_path / "jobs", "after", **places)
    assert words in str(raised.value)


def test_an_empty_input_says_that_there_is_nothing_to_score(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(JobFailed, match="there is nothing to score"):
        check(tmp_path, "before", input=empty)


@pytest.mark.parametrize("name", ["part.xlsx", "part.CSV.zip", "part.PARQUET", "part"])
def test_a_file_that_is_no_table_is_refused_and_never_left_out(tmp_path: Path, name: str) -> None:
    source = batch(tmp_path, own_csv(ROWS[:2]))
    (source / name).write_text(own_csv(ROWS[:2]))
    with pytest.raises(JobFailed) as raised:
        check(tmp_path, "before", input=source)
    assert f"{name}: no table by the name, so nothing is scored" in str(raised.value)


def test_every_table_is_scored_and_what_programs_leave_beside_it_is_told(tmp_path: Path) -> None:
    source = batch(tmp_path, own_csv(ROWS[:1]))
    for name in ("UPPER.CSV", "tabs.tsv", "part.TXT"):
        (source / name).write_text(own_csv(ROWS[:1]))
    (source / "_SUCCESS").touch()
    checked = check(tmp_path, "before", input=source) / "checked"
    assert {file.name for file in checked.iterdir()} == {
        *("batch.csv", "UPPER.CSV.csv", "tabs.tsv.csv", "part.TXT.csv")
    }


def test_there_are_two_pipelines_and_training_is_the_first() -> None:
    assert pipeline_modules() == ["training", "inference"]
    assert APPROVAL_STATUS == "Approved"


def test_the_inference_pipeline_checks_scores_and_checks_again() -> None:
    definition = json.loads(get_pipeline("inference", EXAMPLE).definition())
    assert [step["Name"] for step in definition["Steps"]] == [
        *("CheckInput", "CreateModel", "Score", "CheckScores")
    ]
    model, score = definition["Steps"][1]["Arguments"], definition["Steps"][2]["Arguments"]
    assert model["Containers"] == [{"ModelPackageName": {"Get": "Parameters.ModelPackageArn"}}]
    assert model["EnableNetworkIsolation"] is True
    assert score["ModelName"] == {"Get": "Steps.CreateModel.ModelName"}
    assert score["TransformOutput"]["KmsKeyId"] == "stage-key-arn"


def test_the_definition_names_nothing_of_dev_but_its_scripts() -> None:
    text = get_pipeline("inference", EXAMPLE).definition()
    assert EXAMPLE.role_arn not in text
    assert EXAMPLE.kms_key_arn not in text
    assert EXAMPLE.subnet_ids[0] not in text
    scripts = Sources(EXAMPLE).uri("source_scripts")
    assert EXAMPLE.artifact_bucket not in text.replace(scripts, "")


def test_publishing_uploads_with_the_key_and_names_the_definition_last() -> None:
    credentials = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    s3, ssm = (boto3.client(n, region_name="eu-west-1", **credentials) for n in ("s3", "ssm"))
    planned = plan(EXAMPLE)
    with Stubber(s3) as buckets, Stubber(ssm) as parameters:
        buckets.add_response(
            "put_object",
            {},
            {
                "Bucket": EXAMPLE.artifact_bucket,
                "Key": planned.key,
                "Body": ANY,
                "IfNoneMatch": "*",
                "ServerSideEncryption": "aws:kms",
                "SSEKMSKeyId": EXAMPLE.kms_key_arn,
            },
        )
        parameters.add_response(
            "put_parameter",
            {},
            {
                "Name": "/mlops/example/inferencepipeline",
                "Value": f"s3://{EXAMPLE.artifact_bucket}/{planned.key}",
                "Type": "String",
                "Overwrite": True,
            },
        )
        publish(planned, EXAMPLE, s3, ssm)
        buckets.assert_no_pending_responses()
        parameters.assert_no_pending_responses()
