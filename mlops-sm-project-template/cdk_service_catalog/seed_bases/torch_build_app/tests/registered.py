"""What a version records of a run on this machine, as the pipeline would have it."""

import json
from pathlib import Path
from typing import Any

from ml_pipelines import declared
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import Sources

EVALUATED = Path("evaluate", "opt", "ml", "processing", "evaluation")


def registered(run_folder: Path, file: Path, **other: str) -> str:
    """Write a version as DescribeModelPackage answers; the file's name."""
    report: dict[str, Any] = json.loads((run_folder / EVALUATED / "evaluation.json").read_text())
    recorded = json.loads((run_folder / EVALUATED / "registration.json").read_text())
    metric = declared.read().gate.label
    facts = {
        **recorded,
        "SourcesSha256": Sources(EXAMPLE).digest,
        "CommitId": EXAMPLE.commit_id,
        "Metric": f"metrics.{metric}.value",
        "MetricValue": str(report["metrics"][metric]["value"]),
        **other,
    }
    del facts["ModelCard"]
    file.write_text(json.dumps({"CustomerMetadataProperties": facts}))
    return str(file)
