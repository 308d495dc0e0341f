"""Scores a trained model on rows that it has not seen, through its own serving code."""

import argparse
import importlib
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from container import (
    processing_input,
    processing_output,
    read_json_lines,
    unpacked_model,
    write_json,
    write_json_lines,
)
from failures import ended

QUOTED = re.compile(r"('(?:[^']|'')*')")
TOKEN = re.compile(r"'(?:[^']|'')*'|\w+|[^\w\s]")


def normalised(text: str) -> str:
    """A response without what makes no difference in SQL: spaces, case of words, last semicolon.

    Text in quotes keeps its case and its spaces: there it makes a difference.
    """
    parts = QUOTED.split(text.strip().rstrip(";"))
    words = (part if number % 2 else part.lower() for number, part in enumerate(parts))
    return " ".join(TOKEN.findall("".join(words)))


def token_f1(expected: str, given: str) -> float:
    """Harmonic mean of precision and recall of the tokens, 0 to 1 (as in SQuAD)."""
    wanted, found = (TOKEN.findall(normalised(text)) for text in (expected, given))
    common = (Counter(wanted) & Counter(found)).total()
    if not common:
        return float(wanted == found)
    precision, recall = common / len(found), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def scores(expected: Sequence[str], given: Sequence[str]) -> dict[str, float]:
    """Mean token F1 and share of exact matches, both 0 to 1.

    Raises:
        SystemExit: there is nothing to score.
    """
    if not expected:
        raise SystemExit("There are no rows to test with")
    pairs = list(zip(expected, given, strict=True))
    return {
        "exact_match": sum(normalised(a) == normalised(b) for a, b in pairs) / len(pairs),
        "token_f1": sum(token_f1(a, b) for a, b in pairs) / len(pairs),
    }


def responses(
    model: Path, rows: Sequence[dict[str, str]], *, batch: int, max_new_tokens: int
) -> Iterator[str]:
    """What an endpoint with this model would answer, row by row."""
    sys.path.insert(0, str(model / "code"))
    inference = importlib.import_module("inference")
    loaded = inference.model_fn(str(model))
    for start in range(0, len(rows), batch):
        inputs = [
            {"instruction": row["instruction"], "context": row["context"]}
            for row in rows[start : start + batch]
        ]
        body = json.dumps({"inputs": inputs, "parameters": {"max_new_tokens": max_new_tokens}})
        request = inference.input_fn(body, inference.CONTENT_TYPE)
        answer = inference.output_fn(inference.predict_fn(request, loaded), inference.CONTENT_TYPE)
        yield from json.loads(answer)["outputs"]


def main() -> None:
    """Read the inputs `model` and `test`; write the output `evaluation`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--max-new-tokens", type=int, default=256)
    arguments = parser.parse_args()

    rows = read_json_lines(processing_input("test") / "test.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        model = unpacked_model(processing_input("model") / "model.tar.gz", Path(folder))
        given = list(
            responses(
                model, rows, batch=arguments.batch_size, max_new_tokens=arguments.max_new_tokens
            )
        )
    metrics = scores([row["response"] for row in rows], given)
    target = processing_output("evaluation")
    write_json(
        target / "evaluation.json",
        {
            "metrics": {name: {"value": value} for name, value in metrics.items()},
            "test_rows": len(rows),
        },
    )
    answered = [{**row, "given": answer} for row, answer in zip(rows, given, strict=True)]
    write_json_lines(target / "responses.jsonl", answered)
    print(json.dumps(metrics, sort_keys=True))


if __name__ == "__main__":
    sys.exit(ended(main))
