"""What the report comes from, as evidence needs it."""

from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.elements import Html, code, section
from mlops_rehearsal.report.tables import table


def provenance_section(report: Report) -> Html:
    """Every version and hash."""
    rows = [(name, code(value)) for name, value in report.provenance.rows()]
    return section(
        "provenance",
        "Provenance",
        table("What this report was made of and with", ("what", "value"), rows),
    )
