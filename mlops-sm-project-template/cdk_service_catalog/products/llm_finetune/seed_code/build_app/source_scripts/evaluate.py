"""Measures a trained model and its base model on rows that neither has seen, as they would serve."""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import facts
import numpy as np
from approved import approved_version
from comparison import Scored
from container import (
    processing_input,
    processing_output,
    read_json_lines,
    unpacked_model,
    write_json_lines,
)
from declaration import declaration
from evaluation import Evaluation, arguments, write
from failures import ended
from servers import OF_OTHER_VERSIONS, SERVERS, Server
from tasks import Metric, metrics
from training_record import fingerprint

BATCH = 8
OWN, BASE = "given", "given by the base model"
APPROVED = "given by the approved version"
"""As the page calls the answers."""


def scored(
    rows: Sequence[Mapping[str, Any]], given: Sequence[str], named: Mapping[str, Metric]
) -> dict[str, list[float]]:
    """The score of each row, by each metric.

    Raises:
        SystemExit: there is nothing to measure.
    """
    if not rows:
        raise SystemExit("There are no rows to test with")
    pairs = list(zip(rows, given, strict=True))
    return {name: [metric(row, answer) for row, answer in pairs] for name, metric in named.items()}


def responses(
    code: Path,
    model: Path,
    rows: Sequence[Mapping[str, str]],
    max_new_tokens: int,
    server: Server,
) -> Iterator[str]:
    """What an endpoint with this model would answer, row by row.

    Args:
        code: the folder with the serving code.
    """
    with server(code, model, declaration()) as ask:
        for start in range(0, len(rows), BATCH):
            inputs = [
                {"instruction": row["instruction"], "context": row["context"]}
                for row in rows[start : start + BATCH]
            ]
            parameters = {"max_new_tokens": max_new_tokens}
            yield from json.loads(ask(json.dumps({"inputs": inputs, "parameters": parameters})))[
                "outputs"
            ]


def main() -> None:
    """Read the inputs `model`, `base_model`, `test`, `facts` and `approved`; write `evaluation`."""
    parser = arguments(__doc__)
    parser.add_argument("--max-new-tokens", type=int, default=256)
    parser.add_argument("--server", choices=SERVERS, help="instead of that of project.yml")
    given = parser.parse_args()
    found = declaration()
    name = given.server or found.model.server
    named, metric = metrics(found), found.gate.label
    rows = read_json_lines(processing_input("test") / "test.jsonl")
    tokens = given.max_new_tokens

    def answers(code: Path, folder: Path, servers: Mapping[str, Server] = SERVERS) -> list[str]:
        return list(responses(code, folder, rows, tokens, servers[name]))

    with tempfile.TemporaryDirectory() as folder:
        model = unpacked_model(processing_input("model") / "model.tar.gz", Path(folder, "model"))
        approved = approved_version(
            processing_input("approved"),
            *(given.approved_version, given.approved_sha256, Path(folder, "approved"), found),
        )
        said = {
            OWN: answers(model / "code", model),
            BASE: answers(model / "code", processing_input("base_model")),
        }
        if approved:
            with approved.answering():
                place = approved.folder
                said[APPROVED] = answers(place / "code", place, OF_OTHER_VERSIONS)
        scores = {who: scored(rows, texts, named) for who, texts in said.items()}
        of_gate = {who: np.array(each[metric]) for who, each in scores.items()}
        result = Evaluation(
            found=found,
            rows=Scored(
                own=of_gate[OWN],
                base=of_gate[BASE],
                weight=np.ones(len(rows)),
                approved=of_gate.get(APPROVED),
                groups=np.array([row["group"] for row in rows])
                if found.split.by == "group"
                else None,
            ),
            values=[row.get("slices", {}) for row in rows],
            fingerprints=[fingerprint(row["instruction"], row["context"]) for row in rows],
            metrics={
                **{key: fmean(values) for key, values in scores[OWN].items()},
                **{f"base_{key}": fmean(values) for key, values in scores[BASE].items()},
            },
            shown=_shown(rows, scores[OWN][metric], said),
            server=name,
            model=model,
            approved=approved,
        )
        target = processing_output("evaluation")
        write(result, given, facts.read(processing_input("facts")), target)
    write_json_lines(target / "responses.jsonl", result.shown)


def _shown(
    rows: Sequence[Mapping[str, Any]], scores: Sequence[float], said: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """A row of the page for each row, the worst ones first."""
    shown = [
        {
            "instruction": row["instruction"],
            "expected": row["response"],
            "score": score,
            **{name: texts[place] for name, texts in said.items()},
        }
        for place, (row, score) in enumerate(zip(rows, scores, strict=True))
    ]
    return sorted(shown, key=lambda row: float(row["score"]))


if __name__ == "__main__":
    sys.exit(ended(main))
