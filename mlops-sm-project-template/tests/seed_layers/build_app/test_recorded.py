"""A version is found by its file, ARN or number, and what it does not record is told."""

import json
from pathlib import Path

import pytest

from ml_pipelines.recorded import CannotReproduce, Recorded, ended
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import Sources

FACTS = {
    "SourcesSha256": Sources(EXAMPLE).digest,
    "CommitId": "abc",
    "DataUri": "s3://bucket/data/x.csv",
    "Libraries": "python=3.11.2 numpy=2.4.6",
    "Device": "cpu",
    "Metric": "metrics.accuracy.value",
    "MetricValue": "0.9",
}


def version(folder: Path, **other: str) -> str:
    content = {"CustomerMetadataProperties": {**FACTS, **other}}
    (folder / "version.json").write_text(json.dumps(content))
    return str(folder / "version.json")


@pytest.mark.parametrize(
    ("content", "words"),
    [("{}", "does not record 'SourcesSha256'"), ("{", "version.json"), (None, "No such file")],
)
def test_what_is_no_version_of_this_pipeline_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "version.json").write_text(content)
    file = str(tmp_path / "version.json")
    assert ended(lambda: [Recorded.of(file)["SourcesSha256"]]) == 1
    assert words in capsys.readouterr().err


def test_a_number_needs_the_group(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MODEL_PACKAGE_GROUP_NAME", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert ended(lambda: [str(Recorded.of("3"))]) == 1
    assert "MODEL_PACKAGE_GROUP_NAME" in capsys.readouterr().err


def test_other_sources_are_refused_with_the_way_to_the_right_ones(tmp_path: Path) -> None:
    Recorded.of(version(tmp_path)).check_sources()
    with pytest.raises(CannotReproduce, match="git checkout abc"):
        Recorded.of(version(tmp_path, SourcesSha256="0" * 64)).check_sources()


def test_another_file_is_refused_with_where_the_right_one_is(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("other")
    recorded = Recorded.of(version(tmp_path, DataSha256="0" * 64))
    named = {"sha256": "DataSha256", "uri": "DataUri", "advice": "name it with --data"}
    with pytest.raises(CannotReproduce, match="fetch s3://bucket/data/x.csv and name it with"):
        recorded.check(tmp_path / "x.csv", **named)
    with pytest.raises(CannotReproduce, match="there is no file or folder"):
        recorded.check(tmp_path / "none.csv", **named)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.9, []),
        (0.91, []),
        (0.87, ["accuracy is 0.87, 0.9 was registered; what is different here: numpy 2.4.6 -> 9"]),
        (float("nan"), ["accuracy is nan, 0.9 was registered; what is different"]),
    ],
)
def test_a_metric_that_differs_is_told_with_what_else_does(
    tmp_path: Path, value: float, words: list[str]
) -> None:
    report = {
        "metrics": {"accuracy": {"value": value}},
        "training": {"libraries": {"python": "3.11.2", "numpy": "9"}},
    }
    recorded = Recorded.of(version(tmp_path))
    found = list(recorded.compared(report, tolerance=lambda _: 0.02, here={"Device": "a GPU"}))
    assert [told[: len(text)] for told, text in zip(found, words, strict=True)] == words
    assert all("Device cpu -> a GPU" in told for told in found)
