"""A fleet in terminals of every width, as JSON and as a page that escapes what it shows."""

import json
import re
from html.parser import HTMLParser

import pytest
from rich.console import Console
from sample_fleet import REASON, SETS, fleet

from mlops_commons.cli import tables
from mlops_commons.cli.delivery.status import _print
from mlops_commons.fleet.page import page
from mlops_commons.fleet.rows import Fleet, document

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("columns", [60, 80, 130])
def test_a_fleet_fits_the_terminal_and_cuts_no_account_set_or_commit(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables, "console", lambda: Console(width=columns))
    _print(fleet())
    printed = capsys.readouterr().out
    tabled = printed.splitlines()
    broken = [line for line in tabled if len(line) > columns and " " in line.strip()]
    assert not broken, "only a word that is longer than the terminal is left whole"
    for whole in ("222222222222", "444444444444", "ap-southeast-2", "01234567", "1.0.0"):
        assert whole in printed
    assert "…" not in printed


def test_what_needs_attention_is_named_and_what_is_well_is_not() -> None:
    told = fleet().attention
    assert len(told) == 6
    assert sum(SETS[1] in line for line in told) == 3
    assert any(line.endswith("ends in 10 days") for line in told)
    assert any("UPDATE_ROLLBACK_COMPLETE; somebody has changed" in line for line in told)
    assert not any("222222222222" in line or "churn-p-abcdefghijkl " in line for line in told)


def test_the_json_holds_every_row_and_can_be_read_again() -> None:
    read = json.loads(json.dumps(document(fleet()), default=str))
    assert read["stages"][2]["unknown"] == REASON
    assert read["acknowledgements"][0]["until"] == "2026-12-08"
    assert [len(read[key]) for key in ("deliveries", "stages", "projects")] == [3, 3, 1]


class Cells(HTMLParser):
    """The text of each cell, and every tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_page_shows_texts_of_others_as_text_and_fetches_nothing() -> None:
    text = page(fleet())
    cells = Cells(text)
    assert any("the subnet <10.0.0.0/24> & another one are taken" in t for t in cells.texts)
    assert not {"script", "link", "img", "iframe"} & set(cells.tags)
    assert not re.search(r"src=|href=|@import|url\(", text)


def test_an_empty_fleet_says_so_in_each_table() -> None:
    empty = Fleet(read=fleet().read)
    assert "Nothing needs attention" in page(empty)
    assert page(empty).count("<table>") == 0
