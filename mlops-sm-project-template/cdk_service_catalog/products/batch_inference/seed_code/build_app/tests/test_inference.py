"""The batch: checked, scored by the serving code of the model, and checked again."""

import csv
import gzip
import hashlib
import importlib.util
import io
import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest
import yaml
from botocore.stub import ANY, Stubber
from declared_rows import FEATURES, TABLE, as_csv, rows

from ml_pipelines.discovery import get_pipeline, pipeline_modules
from ml_pipelines.inference.pipeline import STAGE_MODEL
from ml_pipelines.local_jobs import JobFailed, LocalJob, run
from ml_pipelines.publish_inference_pipeline import plan, publish
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import REPOSITORY, Sources
from ml_pipelines.training.defaults import APPROVAL_STATUS

ROWS = rows(40)
BUCKET = "bucket-of-the-stage"
MARKS = "_scored"
NUMBERS = TABLE.of_type("number")


@pytest.fixture(scope="module")
def served(model_dir: Path) -> Any:
    """The serving code and the model of a training, as a transform job has them."""
    spec = importlib.util.spec_from_file_location("served", model_dir / "code" / "inference.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, module.model_fn(str(model_dir))


def check(
    folder: Path,
    when: str,
    *,
    uri: str = f"s3://{BUCKET}/input/",
    again: str = "no",
    **inputs: Path,
) -> Path:
    outputs, arguments = {
        "before": (
            ("checked", "identifiers", "plan"),
            ("--input-uri", uri, "--bucket", BUCKET, "--again", again),
        ),
        "after": (("report", "scored", "marks"), ("--execution", "e1", "--version", "arn:3")),
        "mark": (("marks",), ()),
    }[when]
    job = LocalJob(
        name=when,
        script="check_batch.py",
        inputs=inputs,
        outputs=outputs,
        arguments=(when, *arguments),
    )
    return run(job, folder) / "processing"


def run_pipeline(folder: Path, source: Path, scores: str = "1.5", **options: str) -> list[str]:
    """A run on an input, whose marks come to lie below it; the paths of what it has scored."""
    processing = check(folder, "before", input=source, **options)
    plan = json.loads((processing / "plan" / "files.json").read_text())
    numbers = json.loads((processing / "plan" / "plan.json").read_text())
    assert numbers["new"] == len(plan)
    if not plan:
        assert not list((processing / "checked").iterdir())
        return []
    answers = folder / "answers"
    answers.mkdir()
    for file in (processing / "checked").iterdir():
        answered = [scores for _ in file.read_text().splitlines()]
        (answers / f"{file.name}.out").write_text("\n".join(answered))
    places = {place: processing / place for place in ("checked", "identifiers", "plan")}
    done = check(folder, "after", scores=answers, **places)
    handed_on = check(folder, "mark", found=done / "marks")
    shutil.copytree(handed_on / "marks", source / MARKS, dirs_exist_ok=True)
    return sorted(row["path"] for row in plan)


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
    numbered = enumerate(found, start=1)
    if header and TABLE.identifier:
        more = {TABLE.identifier: "", **more}
    names = [*more, *FEATURES]
    writer = csv.writer(text, delimiter=TABLE.separator, lineterminator="\n")
    lines = [
        [*(said or number for said in more.values()), *(row[name] for name in FEATURES)]
        for number, row in numbered
    ]
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
    places = {place: processing / place for place in ("checked", "identifiers", "plan")}
    done = check(tmp_path, "after", scores=scores, **places)
    report = json.loads((done / "report" / "report.json").read_text())
    assert report == {"scored_rows": {checked.name: len(ROWS)}}
    header, *scored = (done / "scored" / checked.name).read_text().splitlines()
    assert header == f"{TABLE.identifier or 'row'},score"
    module, model = served
    for number, (row, line) in enumerate(zip(ROWS, scored, strict=True), start=1):
        (alone,) = module.predict_fn(module.input_fn(as_csv([row]), "text/csv"), model)
        assert line == f"{number},{alone}"


@pytest.fixture
def customers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The jobs of a project whose table names its rows, and not by whole numbers from 1."""
    scripts = tmp_path / "repository" / "source_scripts"
    shutil.copytree(REPOSITORY / "source_scripts", scripts)
    columns = {"customer": "category", "amount": "number", "y": "number"}
    content = {
        "data": {"file": "data/x.csv", "label": "y", "identifier": "customer", "columns": columns},
        "task": "regression",
        "gate": {"metric": "mse"},
    }
    (scripts / "project.yml").write_text(json.dumps(content))
    monkeypatch.setattr("ml_pipelines.local_jobs.CODE", scripts)
    return tmp_path


@pytest.mark.parametrize(
    ("content", "scored"),
    [
        ("customer,amount\n7001,5\n7002,6\n", "customer,score\n7001,1.5\n7002,1.5\n"),
        ("amount,customer\n5,\n6,A 1\n", "customer,score\n,1.5\nA 1,1.5\n"),
        ("5\n6\n", "row,score\n1,1.5\n2,1.5\n"),
    ],
)
def test_a_score_is_beside_the_name_of_its_row_or_its_number_and_says_which(
    customers: Path, content: str, scored: str
) -> None:
    run_pipeline(customers / "run", batch(customers, content))
    (file,) = customers.rglob("scored/batch.csv")
    assert file.read_text() == scored


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Customer,amount", "column 'customer' is missing, 'Customer' is there; needed are amount"),
        ("custmer,amount", "column 'customer' is missing, 'custmer' is there"),
        ("id,amount", "column 'customer' is missing; needed are amount, customer"),
    ],
)
def test_a_number_of_a_row_is_never_taken_for_its_name(
    customers: Path, header: str, words: str
) -> None:
    source = batch(customers, f"{header}\n7001,5\n7002,6\n")
    with pytest.raises(JobFailed, match=words):
        check(customers / "run", "before", input=source)
    with pytest.raises(JobFailed, match=words):
        rows = pd.DataFrame({name: ["7001", "7002"] for name in header.split(",")})
        rows.to_parquet(source / "batch.parquet")
        (source / "batch.csv").unlink()
        check(customers / "again", "before", input=source)


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
    places = {name: tmp_path / name for name in ("checked", "identifiers", "plan", "scores")}
    for place in places.values():
        place.mkdir()
    planned = [{"path": "batch.csv", "sha256": "0", "name": "batch.csv", "rows": 2}]
    (places["plan"] / "files.json").write_text(json.dumps(planned))
    (places["checked"] / "batch.csv").write_text("a\nb\n")
    (places["identifiers"] / "batch.csv").write_text("row\n1\n2\n")
    (places["scores"] / "batch.csv.out").write_text(scores)
    with pytest.raises(JobFailed) as raised:
        check(tmp_path / "jobs", "after", **places)
    assert words in str(raised.value)
    processing = tmp_path / "jobs" / "after" / "opt" / "ml" / "processing"
    assert (processing / "marks").is_dir()
    assert not list((processing / "marks").iterdir())


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


@pytest.mark.parametrize("name", ["batch.csv", "größe und maß/part 1.csv", "dt=1/part.csv.gz"])
def test_what_a_run_has_scored_the_next_one_leaves_out_and_says_so(
    tmp_path: Path, name: str
) -> None:
    source = batch(tmp_path, own_csv(ROWS[:2]), name)
    assert run_pipeline(tmp_path / "first", source) == [name]
    assert run_pipeline(tmp_path / "second", source) == []
    told = tmp_path / "second" / "before" / "opt" / "ml" / "output" / "message"
    assert told.read_text().startswith("nothing new: 1 files, all of them scored before")


def test_only_files_are_scored_that_are_new_or_have_another_content(tmp_path: Path) -> None:
    source = batch(tmp_path, own_csv(ROWS[:2]), "replaced.csv")
    (source / "same.csv").write_text(own_csv(ROWS[:2]))
    assert run_pipeline(tmp_path / "1", source) == ["replaced.csv", "same.csv"]
    (source / "replaced.csv").write_text(own_csv(ROWS[2:4]))
    (source / "copy.csv").write_text(own_csv(ROWS[:2]))
    assert run_pipeline(tmp_path / "2", source) == ["copy.csv", "replaced.csv"]
    assert run_pipeline(tmp_path / "3", source) == []


def test_everything_is_scored_again_where_somebody_asks_for_it(tmp_path: Path) -> None:
    source = batch(tmp_path, own_csv(ROWS[:2]))
    for number in range(2):
        assert run_pipeline(tmp_path / str(number), source, again="yes") == ["batch.csv"]
    with pytest.raises(JobFailed, match="ScoreAgain is 'perhaps'; allowed are no and yes"):
        check(tmp_path, "before", input=source, again="perhaps")


def test_a_mark_tells_what_was_scored_by_which_version_and_when(tmp_path: Path) -> None:
    source = batch(tmp_path, own_csv(ROWS[:2]))
    run_pipeline(tmp_path / "run", source)
    (file,) = (source / MARKS / "batch.csv").iterdir()
    mark = json.loads(file.read_text())
    digest = hashlib.sha256((source / "batch.csv").read_bytes()).hexdigest()
    assert file.name == f"{digest}.json"
    when = datetime.fromisoformat(mark.pop("scored_at"))
    assert abs(datetime.now(when.tzinfo) - when) < timedelta(minutes=5)
    assert mark == {
        **{"path": "batch.csv", "sha256": digest, "name": "batch.csv", "rows": 2},
        **{"execution": "e1", "version": "arn:3"},
    }


def half(mark: Path) -> None:
    mark.write_text(mark.read_text()[:-10])


def empty(mark: Path) -> None:
    mark.write_text("")


def of_another_file(mark: Path) -> None:
    mark.write_text(mark.read_text().replace("batch.csv", "other.csv"))


def of_another_content(mark: Path) -> None:
    mark.write_text(mark.read_text().replace(mark.stem, "0" * 64))


def no_object(mark: Path) -> None:
    mark.write_text("[]")


def without_a_run(mark: Path) -> None:
    found = json.loads(mark.read_text())
    mark.write_text(json.dumps({key: found[key] for key in ("path", "sha256")}))


def no_text(mark: Path) -> None:
    mark.write_bytes(b"\xff\xfe")


@pytest.mark.parametrize(
    "broken",
    [half, empty, of_another_file, of_another_content, no_object, without_a_run, no_text],
)
def test_a_mark_that_is_not_whole_says_nothing(tmp_path: Path, broken: Any) -> None:
    source = batch(tmp_path, own_csv(ROWS[:2]))
    run_pipeline(tmp_path / "first", source)
    (mark,) = (source / MARKS).rglob("*.json")
    broken(mark)
    assert run_pipeline(tmp_path / "second", source) == ["batch.csv"]


def test_marks_below_a_folder_count_for_the_whole_input(tmp_path: Path) -> None:
    source = batch(tmp_path, own_csv(ROWS[:2]), "dt=1/part.csv")
    assert run_pipeline(tmp_path / "first", source / "dt=1") == ["part.csv"]
    (source / "dt=1" / "new.csv").write_text(own_csv(ROWS[:2]))
    assert run_pipeline(tmp_path / "second", source) == ["dt=1/new.csv"]


def test_an_input_whose_files_were_taken_away_after_their_run_is_no_failure(
    tmp_path: Path,
) -> None:
    source = batch(tmp_path, own_csv(ROWS[:2]))
    run_pipeline(tmp_path / "first", source)
    (source / "batch.csv").unlink()
    assert run_pipeline(tmp_path / "second", source) == []


@pytest.mark.parametrize(
    ("uri", "right"),
    [
        (f"s3://{BUCKET}/input", f"s3://{BUCKET}/input/"),
        (f"s3://{BUCKET}/input//", f"s3://{BUCKET}/input/"),
        (f"s3://{BUCKET}//input/", f"s3://{BUCKET}/input/"),
        (f"s3://{BUCKET}/a b//größe/x.csv", f"s3://{BUCKET}/a b/größe/x.csv/"),
        (f"s3://{BUCKET}/", f"s3://{BUCKET}/input/"),
        (f"s3://{BUCKET}-of-others/input/", f"s3://{BUCKET}/input/"),
        ("", f"s3://{BUCKET}/input/"),
    ],
)
def test_an_input_without_a_place_for_marks_is_refused_with_what_is_meant(
    tmp_path: Path, uri: str, right: str
) -> None:
    source = batch(tmp_path, own_csv(ROWS[:2]))
    with pytest.raises(JobFailed) as raised:
        check(tmp_path, "before", input=source, uri=uri)
    assert f"InputDataUri is '{uri}'" in str(raised.value)
    assert f"start the run with {right}" in str(raised.value)
    assert check(tmp_path / "right", "before", input=source, uri=right)


def test_there_are_two_pipelines_and_training_is_the_first() -> None:
    assert pipeline_modules() == ["training", "inference"]
    assert APPROVAL_STATUS == "Approved"


def definition() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(get_pipeline("inference", EXAMPLE).definition())
    return found


def test_the_inference_pipeline_scores_what_is_new_and_ends_well_where_nothing_is() -> None:
    check, condition = definition()["Steps"]
    assert (check["Name"], condition["Type"]) == ("CheckInput", "Condition")
    branches = condition["Arguments"]
    file = {"Get": "Steps.CheckInput.PropertyFiles.Plan"}
    new = {"Std:JsonGet": {"PropertyFile": file, "Path": "new"}}
    assert branches["Conditions"] == [{"Type": "GreaterThan", "LeftValue": new, "RightValue": 0}]
    assert [step["Name"] for step in branches["IfSteps"]] == [
        *("Score", "CheckScores", "MarkScored")
    ]
    assert branches["ElseSteps"] == []
    score = branches["IfSteps"][0]["Arguments"]
    assert score["ModelName"] == STAGE_MODEL
    assert score["TransformOutput"]["KmsKeyId"] == "stage-key-arn"


def test_marks_come_to_lie_below_the_input_after_everything_else_of_the_run_is_there() -> None:
    given, marks = (
        {"Get": "Parameters.InputDataUri"},
        {"Std:Join": {"On": "", "Values": [{"Get": "Parameters.InputDataUri"}, MARKS]}},
    )
    check, condition = definition()["Steps"]
    steps = [check, *condition["Arguments"]["IfSteps"]]
    written = {
        output["S3Output"]["LocalPath"]: step["Name"]
        for step in steps
        for output in step["Arguments"].get("ProcessingOutputConfig", {}).get("Outputs", [])
        if output["S3Output"]["S3Uri"] == marks
    }
    assert written == {"/opt/ml/processing/marks": "MarkScored"}
    last = steps[-1]["Arguments"]["ProcessingInputs"][0]["S3Input"]["S3Uri"]
    assert last["Get"].startswith("Steps.CheckScores.")
    assert steps[0]["Arguments"]["ProcessingInputs"][0]["S3Input"]["S3Uri"] == given


def test_the_definition_names_nothing_of_dev_but_its_scripts() -> None:
    text = get_pipeline("inference", EXAMPLE).definition()
    assert EXAMPLE.role_arn not in text
    assert EXAMPLE.kms_key_arn not in text
    assert EXAMPLE.subnet_ids[0] not in text
    scripts = Sources(EXAMPLE).uri("source_scripts")
    assert EXAMPLE.artifact_bucket not in text.replace(scripts, "")


def test_publishing_uploads_with_the_key_what_the_version_names() -> None:
    s3 = boto3.client(
        "s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    planned = plan(EXAMPLE)
    with Stubber(s3) as buckets:
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
        published = publish(planned, EXAMPLE, s3)
        buckets.assert_no_pending_responses()
    assert published == f"s3://{EXAMPLE.artifact_bucket}/{planned.key}"
    training = json.loads(get_pipeline("training", EXAMPLE).definition())
    (recorded,) = named(training, "CustomerMetadataProperties")
    assert recorded["InferencePipelineUri"] == published


def named(content: Any, name: str) -> list[Any]:
    """What a definition has under a name, at any depth."""
    inner = content.values() if isinstance(content, dict) else content
    if not isinstance(content, dict | list):
        return []
    own = [content[name]] if isinstance(content, dict) and name in content else []
    return [*own, *(found for part in inner for found in named(part, name))]


def test_a_deployment_finds_the_pipeline_before_its_training_has_begun() -> None:
    commands = yaml.safe_load((REPOSITORY / "buildspec.yml").read_text())["phases"]["build"]
    publishes, trains = (
        commands["commands"].index(command)
        for command in (
            *("python -m ml_pipelines.publish_inference_pipeline",),
            *("run-pipeline --module-name training",),
        )
    )
    assert publishes < trains
