"""A text is a number or a date as the table writes it, or is refused: it is never another one."""

import json
import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

import inference
import pandas as pd
import pytest
from declaration import Table
from json_values import Seen
from tables import BadData, inputs, read, typed
from written import days, numbers

GERMAN = Table(
    file="data/prices.csv",
    label="price",
    columns={"area": "number", "when": "date", "place": "category", "price": "number"},
    separator=";",
    decimal=",",
    thousands=".",
    dates={"when": "%d.%m.%Y"},
)
READ = {
    (".", ""): {"75.5": 75.5, "-1e-3": -0.001, ".5": 0.5, "12": 12.0},
    (",", "."): {
        "75,5": 75.5,
        "1.234,5": 1234.5,
        "-1.234.567": -1234567.0,
        ",5": 0.5,
        "12345": 12345,
    },
    (".", ","): {
        "1,234.5": 1234.5,
        "12,345": 12345.0,
        "0.5": 0.5,
        "1234": 1234.0,
        "1,234e2": 123400,
    },
    (".", "'"): {"1'234.5": 1234.5, "1\u2019234": 1234.0},
    (",", " "): {"1 234,5": 1234.5, "1\u00a0234": 1234.0, "1\u202f234": 1234.0},
    (",", ""): {"75,5": 75.5},
}
REFUSED = {
    (".", ""): ("75,5", "1,234", "1 234", "ten", "", "$5", "5%", "0x1A", "1_000", "True"),
    (",", "."): (
        "75.5",
        "0.455",
        "1.5",
        "1.23,5",
        "12.34.5",
        "1234.567",
        "1,234.5",
        ".455",
        "1.2345",
    ),
    (".", ","): ("1,5", "0,5", "12,34,5", "1,2345", "1234,567", ",5", "1,,234", "0,125", "1.5,5"),
    (".", "'"): ("1'5", "1''234", "1,234"),
    (",", " "): ("1 5", "75.5", "1  234"),
    (",", ""): ("75.5", "1.234,5"),
}


@pytest.mark.parametrize("style", READ)
def test_a_number_is_read_as_it_is_written(style: tuple[str, str]) -> None:
    found = numbers(pd.Series([*READ[style]]), *style)
    assert found.tolist() == [*READ[style].values()]


@pytest.mark.parametrize("style", REFUSED)
def test_marks_at_other_places_make_no_number(style: tuple[str, str]) -> None:
    texts = pd.Series([*REFUSED[style]])
    found = numbers(texts, *style)
    assert texts[found.notna()].tolist() == []


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        (
            "area",
            "75.5",
            "row 1: area is '75.5', not a number with ',' before decimals, '.' between",
        ),
        ("when", "2024-01-31", "row 1: when is '2024-01-31', not a date written as %d.%m.%Y"),
        ("when", "01.31.2024", "row 1: when is '01.31.2024', not a date"),
        ("when", "31.1.24", "row 1: when is '31.1.24', not a date"),
    ],
)
def test_what_is_written_otherwise_is_refused_with_its_place(
    column: str, text: str, words: str
) -> None:
    rows = pd.DataFrame([{"area": "1,5", "when": "31.01.2024", column: text}])
    with pytest.raises(BadData) as raised:
        typed(rows, GERMAN, "request")
    assert words in str(raised.value)


FAR = {
    "9999-12-31": 2932896.0,
    "1583-01-01": -141349.0,
    "0001-01-01": -719162.0,
    "9999-12-31T12:00:00Z": 2932896.5,
    "9999-12-31T00:00:00+06:00": 2932895.75,
    "2262-04-12": 106752.0,
    "2024-02-29 06:00": 19782.25,
    "1600-02-29": -135081.0,
    "1700-02-29": None,
    "9999-13-31": None,
    "0000-01-01": None,
    "31.12.9999": None,
}
"""Days since 1970-01-01, of which Python's own calendar says the same."""


def test_days_reach_from_the_first_year_to_the_last_and_are_no_nanoseconds() -> None:
    found = days(pd.Series([*FAR])).tolist()
    assert [None if math.isnan(each) else each for each in found] == [*FAR.values()]
    for text in ("9999-12-31", "1583-01-01", "0001-01-01"):
        assert FAR[text] == date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("31.12.9999", "%d.%m.%Y", 2932896.0),
        ("12/31/9999 06:00", "%m/%d/%Y %H:%M", 2932896.25),
        ("99991231", "%Y%m%d", 2932896.0),
        ("1.1.1583", "%d.%m.%Y", -141349.0),
        ("31.12.2023", "%d.%m.%Y", 19722.0),
        ("31.11.9999", "%d.%m.%Y", None),
        ("9999-12-31", "%d.%m.%Y", None),
        ("31.12.99", "%d.%m.%y", 10956.0),
    ],
)
def test_days_of_a_declared_form_reach_as_far(text: str, form: str, day: float | None) -> None:
    (found,) = days(pd.Series([text]), form).tolist()
    assert (None if math.isnan(found) else found) == day


def test_month_and_weekday_are_those_of_the_calendar() -> None:
    columns = {"when": "date", "y": "number"}
    table = Table(file="data/x.csv", label="y", columns=columns)
    said = ["9999-12-31", "1583-01-01", "2024-02-29T23:59:59", "", "1969-12-31"]
    given = inputs(typed(pd.DataFrame({"when": said}), table, "x"), table)
    known = [datetime.fromisoformat(text) if text else None for text in said]
    for name, wanted in (
        ("month", [day.month if day else None for day in known]),
        ("weekday", [day.weekday() if day else None for day in known]),
    ):
        found = given[f"when {name}"].tolist()
        assert [None if math.isnan(each) else each for each in found] == wanted


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("Kind,PLACE,y", "a.csv: the header has 'Kind', declared is 'kind'; name it so"),
        ("kind,place,Y", "a.csv: the header has 'Y', declared is 'y'"),
    ],
)
def test_a_header_in_other_capitals_is_no_row(tmp_path: Path, first: str, words: str) -> None:
    """Of a table of categories alone, nothing else would tell one from the other."""
    columns = {"kind": "category", "place": "category", "y": "category"}
    table = Table(file="data/a.csv", label="y", columns=columns)
    file = tmp_path / "a.csv"
    file.write_text(f"{first}\na,north,yes\nb,south,no\n")
    with pytest.raises(BadData, match=words):
        read(file, table)
    file.write_text("kind,y,place,KIND\na,yes,north,1\n")
    assert read(file, table)["kind"].tolist() == ["a"]
    file.write_text("a,north,yes\n")
    assert read(file, table)["kind"].tolist() == ["a"]


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The serving code of a model of this table."""
    monkeypatch.setattr(inference, "TABLE", GERMAN)
    monkeypatch.setattr(inference, "SEEN", Seen(GERMAN))
    return inference


def asked(**values: object) -> str:
    row = {"area": 75.5, "when": "31.01.2024", "place": "Nord"}
    return json.dumps({"instances": [{**row, **values}]})


@pytest.mark.parametrize(
    ("area", "read"),
    [(75.5, 75.5), (75, 75.0), (1234.567, 1234.567), (0.455, 0.455), (1e-7, 1e-7), ("75,5", 75.5)],
)
def test_a_number_of_json_is_a_number_whatever_the_table_writes_before_decimals(
    german: Any, area: object, read: float
) -> None:
    rows = german.rows(asked(area=area), "application/json")
    assert rows["area"].tolist() == [read]
    assert rows["when"].tolist() == [19753.0]
    listed = json.dumps({"instances": [[area, "31.01.2024", "Nord"]]})
    assert german.rows(listed, "application/json").equals(rows)


def test_a_request_without_a_value_misses_it(german: Any) -> None:
    assert math.isnan(german.rows(asked(area=None), "application/json")["area"].iloc[0])


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("75.5,31.01.2024,Nord", "text/csv", "area is '75.5', not a number"),
        (asked(area="75.5"), "application/json", "area is '75.5', not a number"),
        (asked(area=True), "application/json", "area is 'True', not a number"),
        (asked(area=[1]), "application/json", "area is [1], neither a text nor a number"),
        (asked(place={"a": 1}), "application/json", "place is {'a': 1}, neither a text nor"),
        (asked(when=19753), "application/json", "when is '19753', not a date"),
        (asked(when="2024-01-31"), "application/json", "when is '2024-01-31', not a date"),
    ],
)
def test_a_request_that_does_not_fit_is_refused(
    german: Any, body: str, kind: str, words: str
) -> None:
    answer = german.input_fn(body, kind)
    assert words in answer.reason
