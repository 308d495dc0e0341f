"""Processing job of a stage: the traffic of an endpoint, beside what its version was trained on.

Runs from the model's own archive, beside its baseline. Reads what was captured, and the labels that
have arrived, from /opt/ml/processing/captured and writes below /opt/ml/processing/report:
`drift.json`, which the pipeline reads, and `constraint_violations.json`, `statistics.json` and
`model_quality.json` for people.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import captures
import quality
from baseline import CONSTRAINTS, FOLDER, STATISTICS, kinds, looked_at, statistics
from declaration import Declaration, declaration
from failures import ended, fail, leave
from sketches import categorical_distance, numerical_distance

VIOLATIONS, RESULT = "constraint_violations.json", "drift.json"
LONGEST = 800
"""Characters of the summary, which the message of a failed run holds."""
REQUEST, ANSWERS = "request", "answers"
"""In place of a feature, where requests as a whole, or the answers by their labels, are wrong."""
Violation = dict[str, str]


def main() -> int:
    """Write what is found; exit code 1 only where nothing can be compared."""
    given = _arguments()
    base = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "processing"
    known = Path(__file__).resolve().parents[1] / FOLDER
    if not (known / CONSTRAINTS).is_file():
        return fail("this version of the model has no baseline: train it again")
    until = datetime.now(captures.UTC)
    folder, report = base / "captured", base / "report"
    report.mkdir(parents=True, exist_ok=True)
    found = captures.traffic(folder, until - timedelta(hours=given.hours), until)
    wrong = compare(found, known, report, given.minimum_rows)
    asked = quality.Asked(
        until=until, days=given.label_days, minimum=given.minimum_labels, tested=given.tested
    )
    right = quality.measure(folder, known.parent, declaration(), asked)
    _write(report / quality.FILE, right.report)
    result = write(found, wrong, right, report, given.minimum_rows)
    leave(result["summary"])
    print(result["summary"])
    return 0


def compare(
    found: captures.Traffic, known: Path, target: Path, minimum_rows: int
) -> list[Violation]:
    """What is not as in the training; of enough rows the statistics are written too.

    Args:
        known: the folder of the baseline.
    """
    expected = _json(known / CONSTRAINTS)
    wrong = list(unreadable(found, expected))
    if len(found.answers) >= minimum_rows:
        declared = declaration()
        columns = looked_at(found.table, _typed(found.answers, declared), declared)
        seen = statistics(columns, kinds(declared))
        _write(target / STATISTICS, seen)
        wrong += violations(seen, _json(known / STATISTICS), expected)
    return wrong


def write(
    found: captures.Traffic,
    drifted: list[Violation],
    right: quality.Quality,
    target: Path,
    minimum_rows: int,
) -> dict[str, Any]:
    """Write all violations, and give what `drift.json` holds."""
    wrong = [*drifted, *(_violation(ANSWERS, "model_quality_check", each) for each in right.wrong)]
    _write(target / VIOLATIONS, {"violations": wrong})
    result = {
        "violations": len(wrong),
        "requests": found.seen,
        "rows": len(found.answers),
        "summary": summary(drifted, right, found, minimum_rows),
    }
    _write(target / RESULT, result)
    return result


def summary(
    drifted: list[Violation], right: quality.Quality, found: captures.Traffic, minimum_rows: int
) -> str:
    """What a person reads first: the labels, which are one sentence, and then every feature."""
    answers = "; ".join(right.wrong) or right.words
    rows = len(found.answers)
    told = f"{rows} rows of {found.seen} requests"
    if rows < minimum_rows:
        told += f" are too few to compare (minimum_rows: {minimum_rows})"
    elif not drifted:
        told += ": nothing has drifted"
    if drifted:
        each = "; ".join(f"{row['feature_name']}: {row['description']}" for row in drifted)
        told += f": {len(drifted)} violations: {each}"
    return f"{ANSWERS}: {answers}; {told}"[:LONGEST]


def unreadable(found: captures.Traffic, expected: Mapping[str, Any]) -> Iterator[Violation]:
    """Requests that hold no rows, where these are too many."""
    total = len(found.unreadable) + len(found.rows)
    share = len(found.unreadable) / total if total else 0.0
    if share > expected["monitoring_config"]["datatype_check_threshold"]:
        words = f"{share:.0%} of the captured requests cannot be read: {found.unreadable[0]}"
        yield _violation(REQUEST, "data_type_check", words)


def violations(
    seen: Mapping[str, Any], known: Mapping[str, Any], expected: Mapping[str, Any]
) -> Iterator[Violation]:
    """What is not as the constraints say (Developer Guide, "Schema for Violations").

    Args:
        seen, known: the statistics of the traffic and of the training.
    """
    now, before = ({row["name"]: row for row in each["features"]} for each in (seen, known))
    for row in expected["features"]:
        name = row["name"]
        config = {**expected["monitoring_config"], **row["monitoringConfigOverrides"]}
        if config["evaluate_constraints"] != "Enabled":
            continue
        measured, learnt = _measured(now[name]), _measured(before[name])
        yield from _missing(row, measured)
        if "numerical_statistics" in before[name]:
            yield from _negative(row, measured)
            distance = numerical_distance(
                learnt["distribution"]["kll"], measured["distribution"]["kll"]
            )
            limit = "comparison_threshold"
        else:
            yield from _strange(row, measured, config["domain_content_threshold"])
            distance = categorical_distance(
                _counts(learnt), _counts(measured), _present(learnt), _present(measured)
            )
            limit = "categorical_comparison_threshold"
        rules = config["distribution_constraints"]
        if rules["perform_comparison"] == "Enabled" and distance > rules[limit]:
            words = f"drift distance {distance:.3f} exceeds {rules[limit]:g}"
            yield _violation(name, "baseline_drift_check", words)


def _missing(row: Mapping[str, Any], measured: Mapping[str, Any]) -> Iterator[Violation]:
    total = _present(measured) + measured["common"]["num_missing"]
    share = _present(measured) / max(1, total)
    if share < row["completeness"]:
        words = f"{share:.1%} are there, {row['completeness']:.1%} are expected"
        yield _violation(row["name"], "completeness_check", words)


def _negative(row: Mapping[str, Any], measured: Mapping[str, Any]) -> Iterator[Violation]:
    never = row.get("num_constraints", {}).get("is_non_negative", False)
    if never and measured.get("min", 0) < 0:
        words = f"{measured['min']:g} is negative, which no value of the training was"
        yield _violation(row["name"], "data_type_check", words)


def _strange(
    row: Mapping[str, Any], measured: Mapping[str, Any], limit: float
) -> Iterator[Violation]:
    domain = row.get("string_constraints", {}).get("domains")
    there = _present(measured)
    if domain is None or not there:
        return
    strange = {value: n for value, n in _counts(measured).items() if value not in domain}
    share = sum(strange.values()) / there
    if share > limit:
        most = max(strange, key=lambda value: strange[value])
        words = f"{share:.0%} are values that the training has not seen, such as '{most[:40]}'"
        yield _violation(row["name"], "categorical_values_check", words)


def _violation(name: str, check: str, words: str) -> Violation:
    return {"feature_name": name, "constraint_check_type": check, "description": words}


def _measured(row: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row.get("numerical_statistics") or row["string_statistics"]
    return found


def _present(measured: Mapping[str, Any]) -> int:
    return int(measured["common"]["num_present"])


def _counts(measured: Mapping[str, Any]) -> dict[str, int]:
    return {
        row["value"]: row["count"] for row in measured["distribution"]["categorical"]["buckets"]
    }


def _typed(answers: list[float | str], found: Declaration) -> list[float | str]:
    """Answers as the model gives them: CSV has texts only."""
    return answers if found.task == "multiclass" else [float(value) for value in answers]


def _json(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _write(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=24, help="of captures, until now")
    parser.add_argument("--minimum-rows", type=int, default=200, help="with fewer, nothing is said")
    parser.add_argument("--label-days", type=int, default=30, help="of requests that are labelled")
    parser.add_argument("--minimum-labels", type=int, default=100)
    parser.add_argument("--tested", type=float, help="the skill on the test set")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(ended(main))
