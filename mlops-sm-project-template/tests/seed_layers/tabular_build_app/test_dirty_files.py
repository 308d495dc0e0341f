"""Files as people have them: read as what they say, or refused with the place and the way on."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tables import read

from ml_pipelines import declared
from ml_pipelines.adopt import main

ROWS = 40


def lines(head: str, line: Callable[[int], str], end: str = "\n") -> str:
    return head + end + "".join(line(number) + end for number in range(ROWS))


def plain(number: int) -> str:
    return f"{number},{number * 0.5},{'ab'[number % 2]},{number * 2.25}"


HEAD = "id,size,kind,price"
QUOTED = lines("id;note;Größe;price", lambda n: f'{n};"a ""b""; c\nd {n}";{n},5;1.{n:03},25')
WIDE = lines(
    ",".join([f"f{n}" for n in range(300)] + ["y"]),
    lambda n: ",".join([str((n * k) % 17) for k in range(300)] + [str(n * 1.5)]),
)
EXCEL = lines(HEAD, lambda n: plain(n) if n % 7 else f"{n},#N/A,#REF!,{n * 2.25}")
PADDED = lines(" id , size , kind , price ", lambda n: f" {n} , {n / 2} , a , {n * 2.25} ")
PARQUET = pd.DataFrame(
    {
        "when": pd.date_range("2024-01-01", periods=ROWS, tz="UTC"),
        "amount": pd.array([None if n % 9 == 0 else n for n in range(ROWS)], dtype="Int64"),
        "open": [bool(n % 2) for n in range(ROWS)],
        "y": [n * 1.5 for n in range(ROWS)],
    }
)


def parquet(rows: pd.DataFrame) -> bytes:
    content = io.BytesIO()
    rows.to_parquet(content)
    return content.getvalue()


ACCEPTED = {
    "bom.csv": (b"\xef\xbb\xbf" + lines(HEAD, plain).encode(), "price", "size", 19.5),
    "quoted.csv": (QUOTED.encode("latin-1"), "price", "Größe", 39.5),
    "zipped.csv.gz": (gzip.compress(lines(HEAD, plain, "\r\n").encode()), "price", "size", 19.5),
    "wide.csv": (WIDE.encode(), "y", "f3", (39 * 3) % 17),
    "excel.csv": (EXCEL.encode(), "price", "size", 19.5),
    "padded.csv": (PADDED.encode(), "price", "size", 19.5),
    "table.parquet": (parquet(PARQUET), "y", "amount", 39),
    "index.csv": (
        lines(",size,kind,price", plain).encode(),  # as pandas writes its index
        "price",
        "size",
        19.5,
    ),
    "index-and-end.csv": (
        lines(",size,kind,price,", lambda n: plain(n) + ",").encode(),
        "price",
        "size",
        19.5,
    ),
    "years.csv": (
        lines(
            "store,2019,2020,price", lambda n: f"{'ab'[n % 2]},{n / 2},{n * 3},{n * 2.25}"
        ).encode(),
        "price",
        "2019",
        19.5,
    ),
    "swiss.csv": (
        lines("a;size;price", lambda n: f"{'ab'[n % 2]};{n / 2};1'{n:03}.50").encode(),
        "price",
        "size",
        19.5,
    ),
    "typographic.csv": (
        lines("a;size;price", lambda n: f"{'ab'[n % 2]};{n / 2};1\u2019{n:03}.50").encode(),
        "price",
        "price",
        1039.5,
    ),
    "french.csv": (
        lines("a;size;price", lambda n: f"{'ab'[n % 2]};{n},5;1\u202f{n:03},25").encode(),
        "price",
        "price",
        1039.25,
    ),
    "quoted-decimals.csv": (
        lines("a,size,price", lambda n: f'{"ab"[n % 2]},"{n},5","{n},25"').encode(),
        "price",
        "size",
        39.5,
    ),
    "german.parquet": (
        parquet(
            pd.DataFrame(
                {
                    "size": [n + 0.125 for n in range(ROWS)],
                    "price": [f"1.{n:03},25" for n in range(ROWS)],
                }
            )
        ),
        "price",
        "size",
        39.125,
    ),
    "empty-column.csv": (
        lines("id,size,nothing,price", lambda n: f"{n},{n / 2},,{n * 2.25}").encode(),
        "price",
        "size",
        19.5,
    ),
}
"""Bytes, label, and what a column says in the last row."""
REFUSED = {
    "twice.csv": (lines("id,size,size,price", plain), "price", ("has 'size' twice; rename one",)),
    "unnamed.csv": (lines("id,,kind,price", plain), "price", ("column 2 has no name",)),
    "ragged.csv": (lines(HEAD, plain) + "1,2,3,4,5\n", "price", ("line 42", "5")),
    "short.csv": (lines(HEAD, plain) + "1,2,a\n", "price", ("line 42 has 3 values, line 1 has 4",)),
    "title.csv": (
        "Report of sales\n\n" + lines(HEAD, plain),
        "price",
        ("line 3 has 4 values, line 1 has 1", "begins with a title"),
    ),
    "padded-title.csv": (
        "Report of sales,,,\n" + lines(HEAD, plain),
        "price",
        ("column 2 has no name", "begins with a title"),
    ),
    "only-years.csv": (
        lines("2018,2019,2020,2021", plain),
        "2021",
        ("write a letter before each",),
    ),
    "infinite.csv": (
        lines(HEAD, lambda n: f"{n},{'inf' if n % 3 else n},a,{n * 2.25}"),
        "price",
        ("row 2: size is 'inf'", "--missing 'inf'"),
    ),
    "two-ways.csv": (
        lines("a;size;price", lambda n: f"{'ab'[n % 2]};{n}.5;1.{n:03},25"),
        "price",
        ("size is '0.5'", "price is '1.000,25'", "in two ways"),
    ),
    "one-row-another-way.csv": (
        lines("a;size;price", lambda n: f"{'ab'[n % 2]};{n}{'.' if n == 7 else ','}5;1.{n:03},25"),
        "price",
        ("row 8: size is '7.5'",),
    ),
    "either-way.csv": (
        lines("a;size;price", lambda n: f"{'ab'[n % 2]};{n};1,{n:03}"),
        "price",
        ("price is '1,000'", "--decimal , or --decimal ."),
    ),
    "either-way-with-points.csv": (
        lines("a;size;price", lambda n: f"{'ab'[n % 2]};{n};1.{n:03}"),
        "price",
        ("price is '1.000'", "--decimal . or --decimal ,"),
    ),
    "dollars.csv": (
        lines(HEAD, lambda n: f'{n},{n / 2},a,"${n + 1},234.50"'),
        "price",
        ("row 1: price is '$1,234.50', a number with '$'",),
    ),
    "percent.csv": (
        lines(HEAD, lambda n: f"{n},{n / 2}%,a,{n * 2.25}"),
        "price",
        ("row 1: size is '0.0%', a number with '%'",),
    ),
    "capitals.csv": (
        lines(HEAD, lambda n: f"{n},{n / 2},a,{('Yes', 'yes ', 'No')[n % 3]}"),
        "price",
        ("price is 'Yes' and 'yes'", "write one class in one way"),
    ),
    "utf16.csv": (lines(HEAD, plain).encode("utf-16"), "price", ("UTF-16",)),
    "mixed.csv": (
        lines(HEAD, lambda n: plain(n) if n != 20 else "20,10,a,twelve"),
        "price",
        ("row 21", "price", "'twelve'"),
    ),
    "mixed-feature.csv": (
        lines(HEAD, lambda n: plain(n) if n != 20 else "20,ten,a,45"),
        "price",
        ("row 21", "size is 'ten'", "--missing 'ten'"),
    ),
    "headless.csv": ("".join(plain(n) + "\n" for n in range(ROWS)), "3", ("--columns",)),
    "sheet.xlsx": ("PK", "price", ("save the table as CSV",)),
    "cut.csv.gz": (gzip.compress(lines(HEAD, plain).encode())[:60], "price", ("cannot be read",)),
    "open-quote.csv": (
        lines(HEAD, lambda n: plain(n) if n != 20 else '20,"10,a,45'),
        "price",
        ("in line 22 a quote is opened",),
    ),
    "few.csv": (HEAD + "\n1,2,a,3\n", "price", ("1 rows, 20 are needed",)),
    "no-label.csv": (
        lines(HEAD, lambda n: plain(n) if n != 5 else "5,2.5,b,"),
        "price",
        ("row 6: 1 row has no price",),
    ),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repository" / "data").mkdir(parents=True)
    return tmp_path / "repository"


def put(folder: Path, name: str, content: bytes | str) -> Path:
    file = folder.parent / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_file_is_read_as_what_it_says(name: str, root: Path) -> None:
    content, label, column, last = ACCEPTED[name]
    assert (
        main([str(put(root, name, content)), "--label", label, "--task", "regression"], root) == 0
    )
    table = declared.read(root / "project.yml").table
    rows = read(root / table.file, table)
    assert len(rows) == ROWS
    assert table.columns[column] == "number"
    assert rows[column].iloc[-1] == last
    assert rows[label].notna().all()


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_with_the_place_and_nothing_is_written(
    name: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, label, words = REFUSED[name]
    assert main([str(put(root, name, content)), "--label", label], root) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert name in said
    for word in words:
        assert word in said, said
    assert [file for file in root.rglob("*") if file.is_file()] == []


def test_what_excel_writes_for_nothing_is_missing(root: Path) -> None:
    content, label, *_ = ACCEPTED["excel.csv"]
    main([str(put(root, "excel.csv", content)), "--label", label], root)
    table = declared.read(root / "project.yml").table
    rows = read(root / table.file, table)
    assert rows["size"].isna().sum() == 6
    assert {"#N/A", "#REF!"} <= {*table.missing}


def test_a_text_that_means_nothing_is_named_once(root: Path) -> None:
    content, label, _ = REFUSED["mixed-feature.csv"]
    file = put(root, "named.csv", content)
    assert main([str(file), "--label", label, "--missing", "ten"], root) == 0
    table = declared.read(root / "project.yml").table
    assert read(root / table.file, table)["size"].isna().sum() == 1
