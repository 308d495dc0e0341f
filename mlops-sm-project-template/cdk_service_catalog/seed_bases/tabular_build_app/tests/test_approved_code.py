"""The approved version is measured with its own code, on the rows of the new one."""

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from comparison import MINIMUM
from declared_rows import DECLARED, TABLE, data_file
from tables import read

from ml_pipelines.local_jobs import JobFailed, LocalJob, run


@pytest.fixture(scope="module")
def archive(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model as it has been registered."""
    file = tmp_path_factory.mktemp("approved") / "model.tar.gz"
    with tarfile.open(file, "w:gz") as packed:
        packed.add(model_dir, arcname=".")
    return file


def evaluate(folder: Path, archive: Path, place: Path, sha256: str) -> dict[str, Any]:
    parts = folder / "preprocess" / "opt" / "ml" / "processing"
    job = LocalJob(
        name="evaluate",
        script="evaluate.py",
        inputs={
            "model": folder / "train" / "opt" / "ml" / "model",
            "approved": archive.parent,
            **{name: parts / name for name in ("train", "test", "facts")},
        },
        outputs=("evaluation",),
        arguments=("--approved-version", "version 3", "--approved-sha256", sha256),
    )
    found = run(job, place) / "processing" / "evaluation" / "evaluation.json"
    result: dict[str, Any] = json.loads(found.read_text())
    return result


@pytest.mark.skipif(
    len(read(data_file(), TABLE)) * DECLARED.split.test < 2 * MINIMUM,
    reason="the test set is too small to compare on",
)
def test_the_approved_version_runs_with_its_own_code_on_the_same_rows(
    trained: tuple[Path, dict[str, Any]], archive: Path, tmp_path: Path
) -> None:
    folder = trained[0]
    found = evaluate(folder, archive, tmp_path, hashlib.sha256(archive.read_bytes()).hexdigest())
    assert found["gate"]["lost"] == 0.0
    assert found["approved"]["version"] == "version 3"
    assert found["approved"]["value"] == pytest.approx(found["gate"]["value"])
    exchanged = "0" * 64
    with pytest.raises(JobFailed, match=f"{exchanged} was registered"):
        evaluate(folder, archive, tmp_path / "exchanged", exchanged)
    empty = tmp_path / "empty" / "model.tar.gz"
    empty.parent.mkdir()
    with pytest.raises(JobFailed, match="version 3 is approved"):
        evaluate(folder, empty, tmp_path / "absent", exchanged)
