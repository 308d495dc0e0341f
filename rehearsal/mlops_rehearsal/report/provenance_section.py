"""What the report comes from, as evidence needs it."""

from typing import Final

from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.elements import Html, code, element, section
from mlops_rehearsal.report.tables import table

SHORT: Final = 12


def origin(report: Report) -> Html:
    """One line for the first screen."""
    found = report.provenance
    files = [f"{name} {digest[:SHORT]}" for name, digest in found.files.items()]
    parts = [found.version, f"commit {found.commit[:SHORT]} ({found.tree})", *files, found.machine]
    return element(
        "p",
        "; ".join(parts),
        ". ",
        element("a", "Provenance", href="#provenance"),
        class_="origin",
    )


def provenance_section(report: Report) -> Html:
    """Every version and hash."""
    rows = [(name, code(value)) for name, value in report.provenance.rows()]
    return section(
        "provenance",
        "Provenance",
        table("What this report was made of and with", ("what", "value"), rows),
    )
