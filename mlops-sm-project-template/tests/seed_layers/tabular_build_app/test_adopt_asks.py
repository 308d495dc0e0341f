"""What has two readings is asked or said, and what somebody answers is done."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tables import read

from ml_pipelines import declared
from ml_pipelines.adopt import main
from ml_pipelines.sources import DECLARATION

SOURCE = random.Random(3)
ROWS = 60
COLUMNS: dict[str, Callable[[int], str]] = {
    "german day": lambda n: f"{n % 28 + 1:02}.{n % 12 + 1:02}.2023",
    "american day": lambda n: f"{n % 12 + 1}/{n % 28 + 1}/2023",
    "either day": lambda n: f"{n % 12 + 1:02}/{n % 11 + 1:02}/2023",
    "short day": lambda n: f"{n % 28 + 1:02}.{n % 12 + 1:02}.{n % 3 + 70}",
    "births": lambda n: f"{n % 28 + 1:02}.{n % 12 + 1:02}.{n % 60 + 35}",
    "later": lambda n: f"{n % 28 + 1:02}.{n % 12 + 1:02}.{n % 3 + 60}",
    "time": lambda n: f"{n % 28 + 1:02}/{n % 12 + 1:02}/2023 {n % 24:02}:30",
    "month": lambda n: f"2023-{n % 12 + 1:02}",
    "words": lambda n: f"{n % 28 + 1} Mar 2023",
    "lazy": lambda n: f"2023-{n % 12 + 1}-{n % 28 + 1}",
    "compact": lambda n: f"2023{n % 12 + 1:02}{n % 28 + 1:02}",
    "one wrong": lambda n: "soon" if n == 20 else f"{n % 28 + 1:02}.{n % 12 + 1:02}.2023",
    "zip": lambda n: f"{(n * 37) % 19 + 495:05}",
    "year": lambda n: str(1900 + n),
    "customerId": lambda n: str(n * 77 % 61 + 1000),
    "count": lambda n: str(n * 77 % 61 + 1000),
    "two forms": lambda n: f"{n % 12 + 1:02}/28/2023" if n % 2 else f"2023-{n % 12 + 1:02}-28",
    "two orders": lambda n: f"28/{n % 12 + 1:02}/2023" if n % 2 else f"{n % 12 + 1:02}/28/2023",
    "open": lambda n: "0000-00-00" if n % 3 == 0 else f"2023-{n % 12 + 1:02}-{n % 28 + 1:02}",
    "day before month": lambda n: f"2023-{n % 28 + 1:02}-{n % 12 + 1:02}",
    "offsets": lambda n: f"2023-03-{n % 28 + 1:02}T10:00:00{'Z' if n % 4 else ''}",
    "huge": lambda n: "1e9999" if n % 2 else str(n),
    "half words": lambda n: "many" if n % 3 == 0 else str(n),
    "lakhs": lambda n: f'"{n % 9 + 1},23,{n:03}"',
    "other digits": lambda n: "".join(chr(0x660 + int(digit)) for digit in str(n + 10)),
    "zip or minus": lambda n: "-1" if n % 9 == 0 else f"{(n * 37) % 19 + 495:05}",
    "code": lambda n: f"{n % 5 + 1}E{n % 3}",
    "long": lambda n: str(9007199254740992 + n % 7),
    "accounting": lambda n: f"({n % 9 + 1}.50)" if n % 3 == 0 else f"{n}.50",
    "whole accounting": lambda n: f"({n + 1})" if n % 2 else str(n),
    "sap": lambda n: f"{n % 11 + 1}-" if n % 4 == 0 else str(n % 11),
    "all below zero": lambda n: f"{n}.5-",
    "clock": lambda n: f"{n % 24}:{n % 60:02}",
    "duration": lambda n: f"{n + 90}:{n % 60:02}:05",
    "flag": lambda n: ("yes", "Yes", "no")[n % 3],
    "stars": lambda n: str(n % 5) if n else "x",
}


def adopt(folder: Path, column: str, *told: str, label: str = "y") -> int:
    """A table of this column, a number and a label."""
    (folder / "data").mkdir(exist_ok=True)
    lines = [f"{column},amount,y"]
    lines += [f"{COLUMNS[column](n)},{n % 7}.25,{n * 1.5}" for n in range(ROWS)]
    file = folder / f"{column.replace(' ', '-')}.csv"
    file.write_text("\n".join(lines))
    return main([str(file), "--label", label, *told], folder)


def days(folder: Path, column: str) -> list[float]:
    table = declared.read(folder / DECLARATION).table
    found: list[float] = read(folder / table.file, table)[column].tolist()
    return found


@pytest.mark.parametrize(
    ("column", "form", "first"),
    [
        ("german day", "%d.%m.%Y", 19358.0),
        ("american day", "%m/%d/%Y", 19358.0),
        ("time", "%d/%m/%Y %H:%M", 19358 + 0.5 / 24),
        ("month", "%Y-%m", 19358.0),
        ("short day", "%d.%m.%y", 0.0),
        ("words", "%d %b %Y", 19417.0),
        ("lazy", "%Y-%m-%d", 19358.0),
    ],
)
def test_dates_are_found_as_they_are_written(
    tmp_path: Path, column: str, form: str, first: float
) -> None:
    assert adopt(tmp_path, column) == 0
    table = declared.read(tmp_path / DECLARATION).table
    assert (table.columns[column], dict(table.dates)) == ("date", {column: form})
    assert table.features == (column, "amount")
    assert days(tmp_path, column)[0] == pytest.approx(first)


def test_which_is_the_day_and_which_the_month_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(tmp_path, "either day") == 1
    said = capsys.readouterr().err
    assert "which is the day" in said
    # In row 12 stands 12/01/2023.
    ways = {"either day=%d/%m/%Y": 19369.0, "either day=%m/%d/%Y": 19692.0}
    for way, read_as in ways.items():
        assert f"--date '{way}'" in said
        assert adopt(tmp_path, "either day", "--date", way, "--replace") == 0
        assert days(tmp_path, "either day")[11] == read_as


@pytest.mark.parametrize(
    ("column", "words"),
    [("births", "1969-11-07 to 2068-10-06"), ("later", "2060-01-01 to 2062-12-24")],
)
def test_years_of_two_digits_that_may_be_another_century_s_are_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str, words: str
) -> None:
    assert adopt(tmp_path, column) == 1
    said = capsys.readouterr().err
    way = f"{column}=%d.%m.%y"
    assert f"years of two digits would be {words}" in said
    assert f"--date '{way}'" in said
    assert adopt(tmp_path, column, "--date", way) == 0
    assert f"written as %d.%m.%y, as you say: {words}" in capsys.readouterr().out


def test_the_first_and_the_last_date_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(tmp_path, "german day") == 0
    assert "a date, written as %d.%m.%Y: 2023-01-01 to 2023-12-24" in capsys.readouterr().out


def test_a_text_among_dates_is_refused_with_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(tmp_path, "one wrong") == 1
    assert "row 21: one wrong is 'soon'" in capsys.readouterr().err
    assert adopt(tmp_path, "one wrong", "--missing", "soon") == 0


@pytest.mark.parametrize("form", ["one wrong=%d.%m.%Y", "german day", "month=%d.%m.%Y"])
def test_a_form_that_does_not_fit_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    assert adopt(tmp_path, form.partition("=")[0], "--date", form) == 1
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("column", "words", "out"),
    [
        ("two forms", "holds dates such as '2023-01-28', and '02/28/2023'", "--category"),
        ("two orders", "holds dates such as '01/28/2023', and '28/02/2023'", "--category"),
        ("open", "row 1 is '0000-00-00' (if it means nothing", "--missing=0000-00-00"),
        ("day before month", "say how they are written with --date", "--date=%Y-%d-%m"),
        ("offsets", "is '2023-03-02T10:00:00Z', and in row 1 '2023-03-01T10:00:00'", "--category"),
        ("huge", "huge is '1e9999', and 29 more", "--missing=1e9999"),
        ("half words", "holds numbers such as '1'; row 1 is 'many'", "--missing=many"),
        ("lakhs", "holds numbers such as '1,23,000'", "--category"),
        ("other digits", "holds numbers such as '\u0661\u0660'", "--category"),
    ],
)
def test_dates_and_numbers_of_two_forms_are_asked_and_no_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str, words: str, out: str
) -> None:
    assert adopt(tmp_path, column) == 1
    assert words in capsys.readouterr().err
    option, _, value = out.partition("=")
    told = f"{column}={value}" if option == "--date" else value or column
    assert adopt(tmp_path, column, option, told) == 0


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("accounting", "row 1: accounting is '(1.50)', and 19 more, no number as this file writes"),
        ("whole accounting", "row 2: whole accounting is '(2)', and 29 more, no number"),
        ("sap", "row 1: sap is '1-', and 14 more, no number"),
        ("all below zero", "row 1: all below zero is '0.5-', and 59 more, no number"),
        ("clock", "row 1: clock is '0:00', and 59 more, no number"),
        ("duration", "row 1: duration is '90:00:05', and 59 more, no number"),
    ],
)
def test_what_is_below_zero_and_hours_in_other_signs_are_asked_and_no_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str, words: str
) -> None:
    assert adopt(tmp_path, column) == 1
    assert words in capsys.readouterr().err
    assert adopt(tmp_path, column, "--category", column) == 0


def test_half_a_column_of_numbers_is_found_in_many_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    lines = [f"{f'word {n}' if n % 3 == 0 else n},{n % 2}" for n in range(15_000)]
    (tmp_path / "a.csv").write_text("\n".join(["x,y", *lines]))
    assert main([str(tmp_path / "a.csv"), "--label", "y"], tmp_path) == 1
    assert "x holds numbers such as '1'; row 1 is 'word 0'" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["%Q", "%d%d", "%d.%m", "%d.%m.%Y %d"])
def test_a_form_that_says_no_date_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    assert adopt(tmp_path, "german day", "--date", f"german day={form}") == 1
    said = capsys.readouterr().err
    assert f"'{form}' does not say year and month, as" in said


def test_codes_that_are_numbers_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(tmp_path, "code") == 0
    said = capsys.readouterr().out
    assert "a number, '1E0' is 1; if these are names, say --category 'code'" in said


@pytest.mark.parametrize("column", ["zip or minus", "long"])
def test_digits_that_a_number_would_lose_stay_names(tmp_path: Path, column: str) -> None:
    assert adopt(tmp_path, column) == 0
    table = declared.read(tmp_path / DECLARATION).table
    assert table.columns[column] == "category"
    assert read(tmp_path / table.file, table)[column].tolist() == [
        COLUMNS[column](n) for n in range(ROWS)
    ]


def test_names_of_a_feature_that_differ_in_capitals_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(tmp_path, "flag") == 0
    assert "3 different texts, 'yes' and 'Yes' among them" in capsys.readouterr().out


def test_whole_numbers_that_may_be_dates_are_numbers_until_somebody_says_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(tmp_path, "compact") == 0
    assert declared.read(tmp_path / DECLARATION).table.columns["compact"] == "number"
    assert "--date 'compact=%Y%m%d'" in capsys.readouterr().out
    assert adopt(tmp_path, "compact", "--date", "compact=%Y%m%d", "--replace") == 0
    assert days(tmp_path, "compact")[0] == 19358.0


def test_a_postal_code_keeps_its_leading_zeros(tmp_path: Path) -> None:
    assert adopt(tmp_path, "zip") == 0
    table = declared.read(tmp_path / DECLARATION).table
    assert table.columns["zip"] == "category"
    assert "zip" in table.features
    assert read(tmp_path / table.file, table)["zip"].iloc[0] == "00495"


@pytest.mark.parametrize("column", ["year", "customerId"])
def test_a_number_that_names_its_row_is_no_feature_unless_somebody_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str
) -> None:
    assert adopt(tmp_path, column) == 0
    assert declared.read(tmp_path / DECLARATION).table.identifier == column
    assert f"--feature '{column}' if it is one" in capsys.readouterr().out
    assert adopt(tmp_path, column, "--feature", column, "--replace") == 0
    assert declared.read(tmp_path / DECLARATION).table.features == (column, "amount")


def test_another_number_in_every_row_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(tmp_path, "count") == 0
    assert "if it names the row, say --identifier 'count'" in capsys.readouterr().out


def test_names_that_look_like_numbers_are_a_category_where_somebody_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(tmp_path, "stars") == 1
    assert "--category 'stars'" in capsys.readouterr().err
    assert adopt(tmp_path, "stars", "--category", "stars") == 0
    assert declared.read(tmp_path / DECLARATION).table.columns["stars"] == "category"


@pytest.mark.parametrize(("decimal", "read_as"), [(",", 1.0), (".", 1000.0)])
def test_a_mark_with_two_readings_is_what_somebody_says(
    tmp_path: Path, decimal: str, read_as: float
) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "prices.csv"
    file.write_text("a;y\n" + "".join(f"{n % 3};1,{n:03}\n" for n in range(ROWS)))
    assert main([str(file), "--label", "y"], tmp_path) == 1
    assert main([str(file), "--label", "y", "--decimal", decimal], tmp_path) == 0
    assert days(tmp_path, "y")[0] == read_as


@pytest.mark.parametrize(
    ("classes", "positive"),
    [
        *((("0.0", "1.0"), "1.0"), (("1", "0"), "1"), (("TRUE", "FALSE"), "TRUE")),
        *((("a", "b"), "b"), (("Ja", "Nein"), "Ja"), (("oui", "non"), "oui")),
        *((("sí", "no"), "sí"), (("wahr", "falsch"), "wahr"), (("vrai", "faux"), "vrai")),
    ],
)
def test_the_positive_class_is_the_one_that_a_person_calls_so(
    tmp_path: Path, classes: tuple[str, str], positive: str
) -> None:
    assert adopt_classes(tmp_path, classes) == 0
    assert declared.read(tmp_path / DECLARATION).positive == positive


def test_the_positive_class_is_told_and_another_one_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt_classes(tmp_path, ("a", "b")) == 0
    told = "positive: 'b', whose probability is predicted (the rarer one; another one: --positive"
    assert told in capsys.readouterr().out
    assert adopt_classes(tmp_path, ("a", "b"), "--positive", "a", "--replace") == 0
    assert declared.read(tmp_path / DECLARATION).positive == "a"
    capsys.readouterr()
    assert adopt_classes(tmp_path, ("a", "b")) == 0
    assert "positive: 'a', whose probability is predicted (as declared" in capsys.readouterr().out
    assert adopt_classes(tmp_path, ("a", "b"), "--positive", "c") == 1
    assert "--positive 'c' is no class of y: a or b" in capsys.readouterr().err
    assert adopt(tmp_path, "month", "--positive", "1") == 1
    assert "the task is regression, not binary" in capsys.readouterr().err


@pytest.mark.parametrize("classes", [("+", "-"), ("none", "some"), ("NA", "DE"), ("None", "x")])
def test_a_class_that_looks_like_a_missing_value_is_asked_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], classes: tuple[str, str]
) -> None:
    word = next(name for name in classes if name in ("-", "none", "NA", "None"))
    assert adopt_classes(tmp_path, classes) == 1
    assert f"('{word}' means missing; if it is a value, say --not-missing '{word}')" in (
        capsys.readouterr().err
    )
    assert adopt_classes(tmp_path, classes, "--not-missing", word) == 0
    table = declared.read(tmp_path / DECLARATION).table
    assert {*read(tmp_path / table.file, table)["y"]} == {*classes}


@pytest.mark.parametrize(
    ("classes", "shown"),
    [
        (("0", "1", "1.0"), "'1' and '1.0'"),
        (("01", "1", "0"), "'01' and '1'"),
        (("yes", "yes\u200b", "no"), r"'yes' and 'yes\u200b'"),
        (("e\u0301", "\u00e9", "no"), "'e\\u0301' and '\u00e9'"),
        (("no", "yes", "\uff39es"), "'yes' and '\uff39es'"),
    ],
)
def test_a_class_that_is_written_in_two_ways_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], classes: Sequence[str], shown: str
) -> None:
    assert adopt_classes(tmp_path, classes) == 1
    assert f"y is {shown}, which differ in capitals, zeros or signs" in capsys.readouterr().err


def test_numbers_to_be_predicted_may_be_written_in_two_ways(tmp_path: Path) -> None:
    assert adopt_classes(tmp_path, [f"{n}{'.0' * (n % 2)}" for n in (*range(25), 1, 1)]) == 0
    assert declared.read(tmp_path / DECLARATION).task == "regression"


@pytest.mark.parametrize("columns", ["x,y,y\u200b", "\u00e9,e\u0301,y"])
def test_names_of_columns_that_look_alike_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    (tmp_path / "a.csv").write_text(f"{columns}\n" + "1,2,3\n" * ROWS, encoding="utf-8")
    assert main([str(tmp_path / "a.csv"), "--label", "y"], tmp_path) == 1
    said = capsys.readouterr().err
    assert "look alike; rename one" in said
    assert "\\u" in said


def test_a_sign_that_nobody_sees_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text("x,y\u200b\n" + "1,2\n" * ROWS, encoding="utf-8")
    assert main([str(tmp_path / "a.csv"), "--label", "y"], tmp_path) == 1
    assert r"the columns are x, y\u200b" in capsys.readouterr().err


@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_a_column_that_is_the_label_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], task: str
) -> None:
    (tmp_path / "data").mkdir()
    source = random.Random(2)
    label = {"classes": lambda n: n % 2, "numbers": lambda n: (n * 37 % ROWS) ** 2}[task]
    lines = [f"{source.random():.3f},{label(n)},{label(n) * 100 + 3}" for n in range(ROWS)]
    (tmp_path / "a.csv").write_text("\n".join(["x,y,z", *lines]))
    assert main([str(tmp_path / "a.csv"), "--label", "y"], tmp_path) == 0
    assert "question: 'z' alone says y: is it known before y is?" in capsys.readouterr().out


def test_a_feature_s_word_for_missing_is_told_with_its_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "cases.csv"
    lines = [f"{('NA', 'DE', 'US')[n % 3]},{SOURCE.random():.3f},{n % 2}" for n in range(ROWS)]
    file.write_text("\n".join(["country,x,y", *lines]))
    assert main([str(file), "--label", "y"], tmp_path) == 0
    assert "missing values: NA (country)" in capsys.readouterr().out
    assert main([str(file), "--label", "y", "--not-missing", "NA", "--replace"], tmp_path) == 0
    table = declared.read(tmp_path / DECLARATION).table
    assert {*read(tmp_path / table.file, table)["country"]} == {"NA", "DE", "US"}


def adopt_classes(folder: Path, classes: Sequence[str], *told: str) -> int:
    """A table of a number and a label, of two classes the second one rarer."""
    (folder / "data").mkdir(exist_ok=True)
    source = random.Random(1)
    of = [n % len(classes) if len(classes) > 2 else n % 3 == 0 for n in range(ROWS)]
    lines = [f"{source.random():.3f},{classes[place]}" for place in of]
    (folder / "cases.csv").write_text("\n".join(["x,y", *lines]), encoding="utf-8")
    return main([str(folder / "cases.csv"), "--label", "y", *told], folder)


def customers(label: Callable[[int], object], when: Callable[[int], int]) -> str:
    """Thirty customers, each four times."""
    lines = ["customer,when,amount,y"]
    for n in range(120):
        day = f"2024-{when(n) // 28 + 1:02}-{when(n) % 28 + 1:02}"
        lines.append(f"C{n % 30:02},{day},{SOURCE.random():.3f},{label(n)}")
    return "\n".join(lines)


KNOWN: dict[str, Callable[[int], object]] = {
    "class": lambda n: "yes" if n % 30 < 10 else "no",
    "number": lambda n: f"{(n % 30) ** 2 + SOURCE.random():.3f}",
}
UNKNOWN: dict[str, Callable[[int], object]] = {
    "class": lambda n: SOURCE.choice(["yes", "no"]),
    "number": lambda n: f"{SOURCE.random():.3f}",
}


@pytest.mark.parametrize("kind", KNOWN)
def test_whether_rows_belong_together_or_follow_each_other_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    file = tmp_path / "orders.csv"
    (tmp_path / "data").mkdir()
    file.write_text(customers(KNOWN[kind], when=lambda n: n))
    assert main([str(file), "--label", "y", "--dry-run"], tmp_path) == 0
    said = capsys.readouterr().out
    assert "question: 'customer' has 30 values in 120 rows, and y nearly follows from it" in said
    assert "say --group 'customer'" in said
    assert "question: the rows are in the order of 'when'" in said
    told = ("--group", "customer", "--time", "when")
    assert main([str(file), "--label", "y", *told], tmp_path) == 0
    assert "question" not in capsys.readouterr().out


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_says_nothing_of_the_label_and_has_no_order_is_not_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(customers(UNKNOWN[kind], when=lambda n: n * 7 % 120))
    assert main([str(file), "--label", "y", "--dry-run"], tmp_path) == 0
    assert "question" not in capsys.readouterr().out
