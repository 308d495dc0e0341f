"""Requests and answers as an endpoint captures them, and the job that reads them."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from declared_rows import as_json

from ml_pipelines.script_processes import run

NOW = datetime.now(timezone.utc)  # noqa: UP017
Side = tuple[str, str]
"""A content type and a body."""


def side(given: Side, mode: str, encoding: str) -> dict[str, str]:
    kind, body = given
    data = base64.b64encode(body.encode()).decode() if encoding == "BASE64" else body
    return {"observedContentType": kind, "mode": mode, "data": data, "encoding": encoding}


def line(
    asked: Side, answered: Side, encoding: str, when: datetime = NOW, inference_id: str = ""
) -> str:
    """As the Developer Guide shows it ("Capture data from real-time endpoint")."""
    return json.dumps(
        {
            "captureData": {
                "endpointInput": side(asked, "INPUT", encoding),
                "endpointOutput": side(answered, "OUTPUT", encoding),
            },
            "eventMetadata": {
                "eventId": "57c3a2c1-9d4e-4b6a-8f59-0a6d5cf3b0c1",
                "inferenceTime": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
                **({"inferenceId": inference_id} if inference_id else {}),
            },
            "eventVersion": "0",
        }
    )


def answers(model_dir: Path, asked: Sequence[dict[str, str]]) -> list[Any]:
    """What the model answers, by its serving code in a process of its own."""
    code = (
        "import inference, json, sys; model = inference.model_fn(sys.argv[1]); "
        "print(json.dumps(model.answers(inference.rows(sys.stdin.read(), 'application/json'))))"
    )
    done = run(code, str(model_dir), cwd=model_dir / "code", given=as_json(asked))
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def job(
    model_dir: Path, folder: Path, lines: Sequence[str], *options: str, when: datetime = NOW
) -> dict[str, Any]:
    """The job of a stage, as its pipeline starts it; what the pipeline reads of it."""
    root = folder / "ml"
    place = root / "processing/captured/AllTraffic" / when.strftime("%Y/%m/%d/%H")
    place.mkdir(parents=True, exist_ok=True)
    (place / "09-58-21-317.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    drift = model_dir / "code" / "drift.py"
    done = run(drift, *options, cwd=folder, env={"ML_ROOT": str(root)})
    assert done.returncode == 0, done.stderr
    report = root / "processing" / "report"
    result: dict[str, Any] = json.loads((report / "drift.json").read_text())
    assert (root / "output" / "message").read_text() == result["summary"]
    result["found"] = json.loads((report / "constraint_violations.json").read_text())["violations"]
    assert result["violations"] == len(result["found"])
    return result
