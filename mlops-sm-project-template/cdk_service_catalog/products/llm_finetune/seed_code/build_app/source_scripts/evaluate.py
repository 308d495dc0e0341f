"""Measures a trained model and its base model on rows that neither has seen, as they would serve."""

import argparse
import gc
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import curves
from container import (
    processing_input,
    processing_output,
    read_json_lines,
    unpacked_model,
    write_json,
    write_json_lines,
)
from declaration import Declaration, declaration
from failures import ended
from reports import grid
from servers import SERVERS, Server
from tasks import Metric, metrics

BATCH = 8


def measured(
    rows: Sequence[Mapping[str, str]], given: Sequence[str], named: Mapping[str, Metric]
) -> dict[str, float]:
    """The mean of each metric.

    Raises:
        SystemExit: there is nothing to measure.
    """
    if not rows:
        raise SystemExit("There are no rows to test with")
    pairs = list(zip(rows, given, strict=True))
    return {
        name: fmean(metric(row, answer) for row, answer in pairs) for name, metric in named.items()
    }


def report(
    tuned: Mapping[str, float], base: Mapping[str, float], rows: int, found: Declaration
) -> dict[str, Any]:
    """`evaluation.json`: the metrics of both models, and what the gate looks at."""
    metric = found.gate.label
    both = {**tuned, **{f"base_{name}": value for name, value in base.items()}}
    return {
        "metrics": {name: {"value": value} for name, value in both.items()},
        "gate": {
            "score": tuned[metric],
            "improvement": tuned[metric] - base[metric],
            "rows": rows,
        },
    }


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
    """Read the inputs `model`, `base_model` and `test`; write the output `evaluation`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--max-new-tokens", type=int, default=256)
    parser.add_argument("--server", choices=SERVERS, help="instead of that of project.yml")
    given_arguments = parser.parse_args()
    tokens = given_arguments.max_new_tokens

    found = declaration()
    name = given_arguments.server or found.model.server
    server = SERVERS[name]
    target = processing_output("evaluation")
    rows = read_json_lines(processing_input("test") / "test.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        model = unpacked_model(processing_input("model") / "model.tar.gz", Path(folder))
        given = list(responses(model / "code", model, rows, tokens, server))
        # Two models at once may be more than the GPU holds.
        gc.collect()
        base = list(responses(model / "code", processing_input("base_model"), rows, tokens, server))
        curves.hand_on(model, target)
    named = metrics(found)
    result = report(measured(rows, given, named), measured(rows, base, named), len(rows), found)
    result["server"] = name
    write_json(target / "evaluation.json", result)
    metric = named[found.gate.label]
    judged = [
        {
            "instruction": row["instruction"],
            "expected": row["response"],
            "given": answer,
            "score": metric(row, answer),
            "given by the base model": other,
        }
        for row, answer, other in zip(rows, given, base, strict=True)
    ]
    write_json_lines(target / "responses.jsonl", judged)
    (target / "report.html").write_text(grid(found.gate.label, judged), encoding="utf-8")
    print(json.dumps(result["gate"], sort_keys=True))


if __name__ == "__main__":
    sys.exit(ended(main))
