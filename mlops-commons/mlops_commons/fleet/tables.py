"""A fleet as tables of words, for the terminal and for the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from mlops_commons.fleet.accounts import NOT_CHECKED
from mlops_commons.fleet.pipelines import SHOWN_COMMIT
from mlops_commons.fleet.rows import (
    Acknowledgement,
    Bootstrapped,
    Delivery,
    Deployed,
    Fleet,
    Project,
    Row,
)

Cells = tuple[str, ...]
Kind = TypeVar("Kind", bound=Row)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A table.

    Attributes:
        empty: what is said where it has no rows.
        rows: the cells of each row, and whether somebody has to look at it.
    """

    title: str
    headings: Cells
    empty: str
    rows: Sequence[tuple[Cells, bool]]


def sections(fleet: Fleet) -> tuple[Section, ...]:
    """All tables of a fleet."""
    return (
        _section(
            "Pipelines",
            ("Set", "App", "Run", "Commit", "Checkout", "Started", "Where, what"),
            "no account set is enabled",
            fleet.deliveries,
            _delivery,
        ),
        _section(
            "Stages",
            ("Set", "Stage", "App", "Account", "Region", "Commit", "Stack", "Drift"),
            "no stage is enabled",
            fleet.stages,
            _deployed,
        ),
        _section(
            "Bootstrap",
            ("Account", "Region", "Used by", "Against the templates"),
            "no account is named",
            fleet.bootstraps,
            _bootstrapped,
        ),
        _section(
            "Projects",
            ("Set", "Stage", "Project", "Product", "Version", "Status", "Drift"),
            "nobody has launched a project, as far as it could be looked at",
            fleet.projects,
            _project,
        ),
        _section(
            "Acknowledgements that end",
            ("Set", "Stage", "Stack", "Resource", "Control", "Until"),
            "none within 60 days, as far as it could be looked at",
            fleet.acknowledgements,
            _acknowledgement,
        ),
    )


def _section(
    title: str,
    headings: Cells,
    empty: str,
    rows: Sequence[Kind],
    cells: Callable[[Kind], Cells],
) -> Section:
    found = [(cells(row), bool(row.attention)) for row in rows]
    return Section(title=title, headings=headings, empty=empty, rows=found)


def _delivery(row: Delivery) -> Cells:
    told = row.unknown or ": ".join(filter(None, (row.at, row.message))) or row.subject
    commit, when = row.commit[:SHOWN_COMMIT], moment(row.started)
    return (row.set_name, row.app, row.status or "unknown", commit, row.checkout, when, told)


def _deployed(row: Deployed) -> Cells:
    place = (row.set_name, row.stage, row.app, row.account, row.region)
    commit = " ".join(filter(None, (row.commit[:SHOWN_COMMIT], row.checkout)))
    return (*place, commit, row.unknown or row.status, _drift(row.drift, row.checked))


def _bootstrapped(row: Bootstrapped) -> Cells:
    return (row.account, row.region, row.uses, row.unknown or row.lacks or "as needed")


def _project(row: Project) -> Cells:
    drift = _drift(row.drift, None)
    return (
        row.set_name,
        row.stage,
        row.unknown or row.name,
        row.product,
        row.version,
        row.status,
        drift,
    )


def _acknowledgement(row: Acknowledgement) -> Cells:
    return (row.set_name, row.stage, row.stack, row.resource, row.control, str(row.until))


def _drift(status: str, checked: datetime | None) -> str:
    if not status or status == NOT_CHECKED:
        return "not checked" if status else ""
    return " ".join(filter(None, (status, moment(checked))))


def moment(when: datetime | None) -> str:
    """A time for people, to the minute, in UTC."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if when else ""
