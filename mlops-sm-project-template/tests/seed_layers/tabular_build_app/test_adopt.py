"""A table of one's own becomes a declaration, whatever the file is like."""

import gzip
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tables import read as read_table

from ml_pipelines.adopt import main
from ml_pipelines.declared import SCHEMA, read
from ml_pipelines.sources import REPOSITORY

SOURCE = random.Random(5)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository without data."""
    (tmp_path / "data").mkdir()
    shutil.copy(SCHEMA, tmp_path)
    return tmp_path


def german() -> str:
    lines = ["Nr;Straße;Fläche;Lage;Preis"]
    for number in range(60):
        area = f"{SOURCE.uniform(30, 200):.1f}".replace(".", ",")
        price = f"{SOURCE.randint(100, 900)}.{SOURCE.randint(100, 999)},50"
        lines.append(
            f"A{number:03};Weg {number};{area};{SOURCE.choice(['Nord', 'Süd', '?'])};{price}"
        )
    return "\r\n".join(lines)


def english(label: list[str]) -> str:
    lines = ["id,when,amount,remark,answer"]
    for number in range(80):
        remark = f"some words about case {SOURCE.randint(1, 60)}, and more"
        amount = SOURCE.choice(["NA", f"{SOURCE.uniform(1, 9):.2f}"])
        lines.append(
            f'{number + 1},2024-03-{number % 28 + 1:02},{amount},"{remark}",{label[number]}'
        )
    return "\n".join(lines)


def test_decimal_commas_thousands_and_another_encoding(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_bytes(german().encode("cp1252"))
    assert main([str(file), "--label", "Preis"], root) == 0
    found = read(root / "project.yml")
    assert (found.task, found.gate.metric) == ("regression", "rmse")
    assert (found.table.separator, found.table.decimal, found.table.thousands) == (";", ",", ".")
    assert found.table.missing == ("?",)
    assert found.table.identifier == "Nr"
    assert found.table.features == ("Fläche", "Lage")
    rows = read_table(root / found.table.file, found.table)
    assert rows["Preis"].between(100_000, 1_000_000).all()
    assert rows["Fläche"].between(30, 200).all()


def test_classes_dates_words_and_missing_values(root: Path, tmp_path: Path) -> None:
    answers = ["yes" if number % 4 == 0 else "no" for number in range(80)]
    file = tmp_path / "cases.csv.gz"
    file.write_bytes(gzip.compress(b"\xef\xbb\xbf" + english(answers).encode()))
    assert main([str(file), "--label", "answer"], root) == 0
    found = read(root / "project.yml")
    assert (found.task, found.positive, found.split.by) == ("binary", "yes", "stratified")
    assert found.table.identifier == "id"
    assert dict(found.table.columns) == {
        "id": "number",
        "when": "date",
        "amount": "number",
        "remark": "text",
        "answer": "category",
    }
    assert read_table(root / found.table.file, found.table)["amount"].isna().any()


def test_several_classes_and_what_somebody_says(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(english([str(number % 5) for number in range(80)]))
    told = ["--time", "when", "--ignore", "remark"]
    assert main([str(file), "--label", "answer", *told], root) == 0
    found = read(root / "project.yml")
    assert (found.task, found.split.by) == ("multiclass", "time")
    assert found.table.features == ("amount",)
    assert main([str(file), "--label", "answer", "--task", "regression", "--replace"], root) == 0
    assert read(root / "project.yml").task == "regression"


def test_a_parquet_file(root: Path, tmp_path: Path) -> None:
    frame = pd.DataFrame({f"f{n}": [SOURCE.random() for _ in range(40)] for n in range(30)})
    frame.to_parquet(tmp_path / "wide.parquet")
    assert main([str(tmp_path / "wide.parquet"), "--label", "f7"], root) == 0
    found = read(root / "project.yml")
    assert len(found.table.features) == 29
    assert len(read_table(root / found.table.file, found.table)) == 40


def test_a_file_without_header_needs_the_names(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bare.data"
    file.write_text("".join(f"{n},{n * n % 7},{n * 1.5}\n" for n in range(30)))
    assert main([str(file), "--label", "c"], root) == 1
    assert "name the 3 columns: --columns" in capsys.readouterr().err
    assert main([str(file), "--label", "c", "--columns", "a,b,c"], root) == 0
    found = read(root / "project.yml")
    assert len(read_table(root / found.table.file, found.table)) == 30


@pytest.mark.parametrize(
    ("content", "label", "words"),
    [
        (b"", "y", "not a CSV file"),
        (b"a,y\n1,2\n", "y", "has 1 rows, 20 are needed"),
        (b"a,b\n" + b"1,2\n" * 30, "y", "there is no column 'y'; the columns are a, b"),
        (b"a,y\n" + b"1,2\n" * 30, "y", "nothing is to be learnt"),
        (b"a,y\n" + b"1,2\n1,3\n1,\n" * 30, "y", "30 rows have no y"),
        (b"\xff\xfea\x00", "y", "UTF-16 or no text"),
        (b"a,\n" + b"1,2\n" * 30, "a", "column 2 has no name"),
        (b"y\n" + b"1\n2\n" * 30, "y", "one column"),
    ],
)
def test_what_cannot_be_adopted_is_refused_and_nothing_written(
    root: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    label: str,
    words: str,
) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    assert main([str(file), "--label", label], root) == 1
    told = capsys.readouterr().err
    assert words in told
    assert "Traceback" not in told
    assert not [*(root / "data").iterdir()]
    assert not (root / "project.yml").exists()


def test_a_dry_run_writes_nothing(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(german())
    assert main([str(file), "--label", "Preis", "--dry-run"], root) == 0
    assert not (root / "project.yml").exists()
    text = capsys.readouterr().out
    assert yaml.safe_load(text[text.index("data:") :])["data"]["label"] == "Preis"


def test_a_dry_run_refuses_what_writing_would_refuse(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(german())
    told = [str(file), "--label", "Preis", "--time", "Lage"]
    for more in (["--dry-run"], []):
        assert main([*told, *more], root) == 1
        said = capsys.readouterr().err
        assert said.startswith("error: project.yml, line ")
        assert "'Lage' must be of the type date or number" in said
    assert not [*(root / "data").iterdir()]
    assert not (root / "project.yml").exists()


def test_endings_in_capitals_are_endings(root: Path, tmp_path: Path) -> None:
    answers = ["yes" if number % 4 == 0 else "no" for number in range(80)]
    content = english(answers).encode()
    for name, each in (("CASES.CSV", content), ("CASES.CSV.GZ", gzip.compress(content))):
        (tmp_path / name).write_bytes(each)
        assert main([str(tmp_path / name), "--label", "answer", "--replace"], root) == 0
        found = read(root / "project.yml")
        assert len(read_table(root / found.table.file, found.table)) == 80


def test_nobody_has_to_read_to_the_end(root: Path, tmp_path: Path) -> None:
    columns = [f"a column with a {'long ' * 50}name {n}" for n in range(300)]
    lines = [",".join([*columns, "y"])]
    lines += [",".join([*[str(n % 7)] * 300, str(n % 2)]) for n in range(40)]
    (tmp_path / "wide.csv").write_text("\n".join(lines))
    command = f"{sys.executable} -m ml_pipelines.adopt {tmp_path}/wide.csv --label y --dry-run"
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1"],  # noqa: S607
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
