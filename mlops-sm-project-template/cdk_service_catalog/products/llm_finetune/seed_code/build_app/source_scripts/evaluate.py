"""Measures a trained model and its base model on rows that neither has seen, as they would serve."""

import argparse
import gc
import importlib
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
    code: Path, model: Path, rows: Sequence[Mapping[str, str]], max_new_tokens: int
) -> Iterator[str]:
    """What an endpoint with this model would answer, row by row.

    Args:
        code: the folder with the serving code.
    """
    sys.path.insert(0, str(code))
    inference = importlib.import_module("inference")
    loaded = inference.model_fn(str(model))
    for start in range(0, len(rows), BATCH):
        inputs = [
            {"instruction": row["instruction"], "context": row["context"]}
            for row in rows[start : start + BATCH]
        ]
        body = json.dumps({"inputs": inputs, "parameters": {"max_new_tokens": max_new_tokens}})
        request = inference.input_fn(body, inference.CONTENT_TYPE)
        answer = inference.output_fn(inference.predict_fn(request, loaded), inference.CONTENT_TYPE)
        yield from json.loads(answer)["outputs"]


def main() -> None:
    """Read the inputs `model`, `base_model` and `test`; write the output `evaluation`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--max-new-tokens", type=int, default=256)
    tokens = parser.parse_args().max_new_tokens

    found = declaration()
    target = processing_output("evaluation")
    rows = read_json_lines(processing_input("test") / "test.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        model = unpacked_model(processing_input("model") / "model.tar.gz", Path(folder))
        given = list(responses(model / "code", model, rows, tokens))
        # Two models at once may be more than the GPU holds.
        gc.collect()
        base = list(responses(model / "code", processing_input("base_model"), rows, tokens))
        curves.hand_on(model, target)
    named = metrics(found)
    result = report(measured(rows, given, named), measured(rows, base, named), len(rows), found)
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
