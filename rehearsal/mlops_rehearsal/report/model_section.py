"""The model: how it came to be, its metrics, and what the endpoints answer."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.elements import Html, badge, code, element, join, section
from mlops_rehearsal.report.tables import table, table_of

APPROVED: Final = "Approved"


def model_section(report: Report) -> Html:
    """Steps, versions with their metrics, and the events that have started a delivery."""
    steps = list(report.evidence("pipeline steps"))
    versions = list(report.evidence("model versions"))
    runs = list(report.evidence("runs"))
    tracked = list(report.evidence("runs in MLflow"))
    connections = list(report.evidence("connections of builds"))
    content = [
        *([table_of("Steps of the SageMaker pipeline", steps)] if steps else []),
        *_states(report),
        *map(_version, versions),
        *([table_of("Runs in MLflow", tracked)] if tracked else []),
        *([table_of("What builds have wanted of the proxy", connections)] if connections else []),
        *([table_of("Deliveries that an approval has started", runs)] if runs else []),
    ]
    return section("model", "The model", *(content or [_not_reached("model")]))


def answers_section(report: Report) -> Html:
    """The requests to every endpoint and its answers."""
    rows = list(report.evidence("answers"))
    content = [table_of("Requests and answers", rows) if rows else _not_reached("endpoint")]
    rollbacks = list(report.evidence("rollbacks"))
    if rollbacks:
        content.append(table_of("A version that was stopped in production", rollbacks))
    return section("answers", "The endpoints answer", *content)


def _not_reached(what: str) -> Html:
    return element("p", f"There is no {what} in this rehearsal.")


def _states(report: Report) -> Iterator[Html]:
    """Every version with its approval when all acts were over, beside the one at registration."""
    registered = {row["version"]: row["status"] for row in report.evidence("model versions")}
    stopped = {
        f"{r['endpoint'].rpartition('-')[0]}/{r['version']}": r["stopped by"]
        for r in report.evidence("rollbacks")
    }
    rows = []
    for found in report.deployed.versions:
        number = found.version.rpartition("/")[2]
        alarm = stopped.get(f"{found.project}/{number}", "")
        rows.append(
            (
                f"{found.project}, version {number}",
                badge("good" if found.status == APPROVED else "emulated", found.status),
                registered.get(found.version, "by a later act"),
                f"taken back in production by {alarm}" if alarm else "",
                code(found.version),
            )
        )
    if rows:
        heading = ("model", "approval at the end", "when registered", "remark", "ARN")
        yield table("Versions of models at the end of the rehearsal", heading, rows)


def _version(version: Mapping[str, str]) -> Html:
    number = version["version"].rpartition("/")[2]
    title = element("h3", f"What {version['project']}, version {number}, was measured with")
    return join((title, _metrics(version)))


def _metrics(version: Mapping[str, str]) -> Html:
    """The numbers of the evaluation; the text as it is where it is no JSON."""
    try:
        content = json.loads(version["metrics"])
    except ValueError:
        return element("pre", version["metrics"], tabindex="0")
    caption = f"Metrics of {version['project']}"
    return table(caption, ("metric", "value"), list(_leaves("", content)))


def _leaves(path: str, content: object) -> Iterator[tuple[str, str]]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), value)
    else:
        yield path, _leaf(content)


def _leaf(content: object) -> str:
    if isinstance(content, list):
        return ", ".join(map(_leaf, content)) or "none"
    if isinstance(content, float):
        return f"{content:.6g}"
    return content if isinstance(content, str) else json.dumps(content)
