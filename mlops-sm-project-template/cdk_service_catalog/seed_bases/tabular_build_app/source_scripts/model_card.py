"""The model card of a version: what a table has to tell of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from cards import card, of_slices
from declaration import METRIC_GROUPS, Declaration


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
    return card(
        purpose=found.purpose or f"Predicts {found.table.label}.",
        uses=f"Predicts {task} from {', '.join(found.table.features)}",
        hyperparameters=training.get("hyperparameters", {}),
        observation=verdict,
        groups={
            "metrics": {name: row["value"] for name, row in own.items()},
            "gate": report["gate"],
            "importance by permutation": dict(importance[:20]),
        },
        slices=of_slices(report["slices"], ("skill", "lost")),
        details={
            "data": data["data_sha256"],
            "rows": data["rows"],
            "seeds": training.get("seeds", {}),
            "libraries": training.get("libraries", {}),
            "threshold": training.get("threshold", "none"),
            "compared with": report["approved"]["version"],
        },
    )
