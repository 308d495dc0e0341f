"""A text is a number or a date as the table writes it, or is refused: it is never another one."""

import json
import math
from typing import Any

import inference
import pandas as pd
import pytest
from declaration import Table
from json_values import Seen
from tables import BadData, typed
from written import numbers

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
