"""Tables in terminals of every width: no account id, region or count is ever cut or broken."""

import re
from pathlib import Path

import pytest
from rich.console import Console

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.cli import tables
from mlops_commons.cli.apps import summary

pytestmark = pytest.mark.pure

WIDTHS = (40, 60, 80, 100, 130, 240)
HEADINGS = ("Account", "Region", "Used by", "Trusts")
ROWS = [
    ("111111111111", "eu-west-1", "governance", "-"),
    ("222222222222", "ap-southeast-2", "a-business-unit-with-a-name/dev", "111111111111"),
]


@pytest.fixture(params=WIDTHS)
def columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The width of the terminal in which the tables are printed."""
    for module in (tables, summary):
        monkeypatch.setattr(module, "console", lambda: Console(width=request.param))
    return int(request.param)


def stacks(*regions: str) -> list[StackSummary]:
    return [
        StackSummary(
            account=f"{number}" * 12,
            role="governance",
            region=region,
            stack=f"ml-infra-deploy-pipeline-business-unit-{number}",
            resources=number,
            description="what it is for, in a sentence that is longer than every terminal " * 4,
        )
        for number, region in enumerate(regions, start=1)
    ]


def test_short_cells_are_whole_in_every_width(
    columns: int, capsys: pytest.CaptureFixture[str]
) -> None:
    tables.print_table(HEADINGS, ROWS)
    printed = capsys.readouterr().out
    for cell in ("111111111111", "222222222222", "eu-west-1", "ap-southeast-2"):
        assert cell in printed
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= max(columns, 45)


def test_a_row_that_does_not_fit_is_a_block_without_its_empty_cells(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables, "console", lambda: Console(width=30))
    tables.print_table(HEADINGS, [("111111111111", "eu-west-1", "governance", "")])
    assert capsys.readouterr().out.splitlines() == [
        "Account: 111111111111",
        "  Region: eu-west-1",
        "  Used by: governance",
    ]


@pytest.mark.parametrize("regions", [("eu-west-1", "eu-west-1"), ("eu-west-1", "us-east-1")])
def test_what_goes_where_is_readable_in_every_width(
    columns: int, regions: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = stacks(*regions)
    summary.print_table(found, assembly=Path("cdk.out"), reused=False)
    printed = capsys.readouterr().out
    for stack in found:
        for cell in (stack.account, stack.role, stack.region, stack.stack):
            assert cell in printed
    assert re.search(r"pipeline-business-unit-2 +2\b", printed)
    rows = printed.splitlines()[:-1]
    assert max(map(len, rows)) <= max(columns, 60)


def test_a_log_has_no_blanks_at_the_end_of_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    summary.print_table(stacks("eu-west-1"), assembly=Path("cdk.out"), reused=True)
    tables.print_table(HEADINGS, ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [line.rstrip() for line in lines]


def test_one_of_a_thing_is_no_plural(capsys: pytest.CaptureFixture[str]) -> None:
    summary.print_table(stacks("eu-west-1"), assembly=Path("cdk.out"), reused=True)
    assert "1 account in eu-west-1, 1 stack, 1 resource;" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, None),
        ({"NO_COLOR": ""}, None),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm"}, None),
    ],
)
def test_colour_is_printed_only_where_it_is_wanted(
    environment: dict[str, str], wanted: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert tables.colour_wanted() is wanted


def test_what_is_copied_is_broken_in_no_width(
    columns: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A part of a key finds nothing in a file."""
    key = "network.default_create_network.transit_gateway.routes"
    tables.print_table(("Key", "Value", "From"), [(key, "10.0.0.0/8 " * 9, "a file")], whole="Key")
    assert key in capsys.readouterr().out
