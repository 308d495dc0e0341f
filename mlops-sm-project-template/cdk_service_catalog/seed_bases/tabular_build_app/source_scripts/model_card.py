"""The model card of a version, by the JSON schema that SageMaker has for it.

Source: SageMaker Developer Guide, "Amazon SageMaker Model Cards", "Model card JSON schema"; API
Reference, ModelPackageModelCard, which leaves out what the version says itself.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from declaration import METRIC_GROUPS, Declaration
from facts import words

TEXT, MOST = 1024, 100_000
"""The longest text that is written here; the longest card (CreateModelPackage)."""


def model_card(
    found: Declaration,
    verdict: str,
    report: Mapping[str, Any],
    data: Mapping[str, Any],
    importance: Sequence[tuple[str, float]],
) -> str:
    """The card as the text that CreateModelPackage takes."""
    training = report["training"]
    own = report[METRIC_GROUPS[found.task]]
    task = {"binary": "two classes", "multiclass": "several classes"}.get(found.task, "a number")
    card = {
        "intended_uses": {
            "purpose_of_model": (found.purpose or f"Predicts {found.table.label}.")[:TEXT],
            "intended_uses": f"Predicts {task} from {', '.join(found.table.features)}"[:TEXT],
            "risk_rating": "Unknown",
        },
        "training_details": {
            "training_job_details": {
                "hyper_parameters": [
                    {"name": name, "value": str(value)}
                    for name, value in training.get("hyperparameters", {}).items()
                ],
            },
        },
        "evaluation_details": [
            {
                "name": "test set",
                "evaluation_observation": verdict[:TEXT],
                "metric_groups": [
                    _group("metrics", {name: row["value"] for name, row in own.items()}),
                    _group("gate", report["gate"]),
                    _group("importance by permutation", dict(importance[:20])),
                ],
            },
            *(_slice(each) for each in report["slices"] if each["skill"] is not None),
        ],
        "additional_information": {
            "custom_details": {
                "data": words(data["data_sha256"]),
                "rows": words(data["rows"]),
                "seeds": words(training.get("seeds", {})),
                "libraries": words(training.get("libraries", {})),
                "threshold": words(training.get("threshold", "none")),
                "compared with": words(report["approved"]["version"]),
            },
        },
    }
    text = json.dumps(card)
    assert len(text) <= MOST, f"the model card has {len(text)} characters"
    return text


def _group(name: str, values: Mapping[str, float]) -> dict[str, Any]:
    rows = [
        {"name": title[:255], "type": "number", "value": value} for title, value in values.items()
    ]
    return {"name": name, "metric_data": rows}


def _slice(each: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: each[name] for name in ("rows", "skill", "lost") if each[name] is not None}
    return {
        "name": f"{each['column']}={each['value']}"[:255],
        "metric_groups": [_group("gate", values)],
    }
