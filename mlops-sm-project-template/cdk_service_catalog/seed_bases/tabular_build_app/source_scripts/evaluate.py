"""Processing job: the model on the test set, through the code that will serve it.

Reads model, train, test, facts and approved below /opt/ml/processing. Writes `evaluation.json`,
which the gate reads, `registration.json` for the version, and `report.html` for people.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import baseline
import bias
import curves
import facts
import model_card
import report_page
from approved import NONE
from declaration import BIAS
from evaluation import Evaluation, evaluate, verdict
from failures import ended, fail, leave
from scoring import CannotScore
from tables import BadData


def main() -> int:
    """Write what is found; exit code 1 says what is wrong."""
    base = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "processing"
    given = _arguments()
    try:
        result = evaluate(base, given.approved_version, given.approved_sha256)
    except (BadData, CannotScore) as error:
        return fail(str(error))
    said = verdict(result)
    write(result, said, facts.read(base / "facts"), given.data_uri, base / "evaluation")
    leave(said)
    return 0


def write(result: Evaluation, said: str, data: dict[str, Any], data_uri: str, target: Path) -> None:
    """Leave what the gate reads, what the version records, and what people read."""
    parts = (result.test, result.classes, result.rows, result.importance)
    card = model_card.model_card(result.found, said, result.report, data, result.importance)
    recorded = {**registration(result, data, data_uri), "ModelCard": card}
    texts = {
        "evaluation.json": json.dumps(result.report, indent=2),
        "registration.json": json.dumps(recorded, indent=2),
        "report.html": report_page.page(
            result.found, said, result.report, *parts, curves.read(result.model)
        ),
    }
    if result.found.compares_groups:
        threshold = result.report["training"].get("threshold", 0.5)
        measured = bias.analysis(result.found, result.test, result.rows, threshold)
        texts[BIAS] = json.dumps(measured, indent=2)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (target / name).write_text(text + "\n", encoding="utf-8")
    curves.hand_on(result.model, target)
    baseline.hand_on(result.model, target)
    print(texts["evaluation.json"])


def registration(result: Evaluation, data: dict[str, Any], uri: str) -> dict[str, str]:
    """What the version records besides what the pipeline knows."""
    training = result.report["training"]
    known = {
        "DataUri": uri,
        "DataSha256": data["data_sha256"],
        "Rows": data["rows"],
        "Hyperparameters": training.get("hyperparameters", NONE),
        "Seeds": training.get("seeds", NONE),
        "Libraries": training.get("libraries", NONE),
        "Threshold": training.get("threshold", NONE),
        "Skill": result.report["gate"]["skill"],
        "ComparedWith": result.report["approved"]["version"],
        **baseline.digests(result.model),
    }
    return {name: facts.words(value) for name, value in known.items()}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-uri", default=NONE, help="where the data came from")
    parser.add_argument("--approved-version", default=NONE, help="its ARN; its model is an input")
    parser.add_argument("--approved-sha256", default="", help="the hash of its archive")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(ended(main))
