"""A version is trained again from what it records, and compared."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from declared_rows import DECLARED

from ml_pipelines.declared import METRIC_GROUPS
from ml_pipelines.reproduce import main
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import Sources


@pytest.fixture(scope="module")
def version(trained: tuple[Path, dict[str, Any]]) -> dict[str, str]:
    """What a version of this repository's model records."""
    folder, report = trained
    place = folder / "evaluate" / "opt" / "ml" / "processing" / "evaluation"
    recorded: dict[str, str] = json.loads((place / "registration.json").read_text())
    del recorded["ModelCard"]
    group, metric = METRIC_GROUPS[DECLARED.task], DECLARED.gate.metric
    return {
        **recorded,
        "SourcesSha256": Sources(EXAMPLE).digest,
        "CommitId": EXAMPLE.commit_id,
        "Metric": f"{group}.{metric}.value",
        "MetricValue": str(report[group][metric]["value"]),
    }


def _file(folder: Path, recorded: dict[str, str], **other: str) -> str:
    content: dict[str, Any] = {"CustomerMetadataProperties": {**recorded, **other}}
    (folder / "version.json").write_text(json.dumps(content))
    return str(folder / "version.json")


def test_a_version_is_made_again_from_what_it_records(
    version: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([_file(tmp_path, version)]) == 0
    output = capsys.readouterr()
    assert f"{DECLARED.gate.metric}: registered " in output.out
    assert "error" not in output.err


def test_another_hyperparameter_is_another_model(
    version: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Of a model of one's own, whatever it has besides the seed.
    names = ["iterations", *(name for name in DECLARED.hyperparameters if name != "seed"), "seed"]
    name = next(name for name in names if name in DECLARED.hyperparameters)
    (value,) = re.findall(rf"\b{name}=(\d+)", version["Hyperparameters"])
    said, half = f"{name}={value}", f"{name}={int(value) // 2}"
    other = version["Hyperparameters"].replace(said, half)
    old = "numpy=0.1 " + version["Libraries"].replace("numpy=", "was=")
    assert main([_file(tmp_path, version, Hyperparameters=other, Libraries=old)]) == 1
    error = capsys.readouterr().err
    assert "was registered; what is different here: numpy 0.1 ->" in error


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SourcesSha256", f"git checkout {EXAMPLE.commit_id}"),
        ("DataSha256", "name it with --data"),
    ],
)
def test_other_sources_or_data_are_refused_with_the_way_to_the_right_ones(
    version: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    words: str,
) -> None:
    assert main([_file(tmp_path, version, **{name: "0" * 64})]) == 1
    assert words in capsys.readouterr().err
