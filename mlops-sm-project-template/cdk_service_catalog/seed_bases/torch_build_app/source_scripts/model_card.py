"""The model card of a version: what a fine-tuned model has to tell of it."""

from collections.abc import Mapping
from typing import Any

from cards import card, of_slices
from declaration import Declaration

USES = {
    "text-to-sql": "Writes an SQL query for a question about the tables that the request describes",
    "generation": "Writes a text for an instruction and its context",
    "text-to-image": "Draws a picture for a text",
}


def model_card(
    found: Declaration, verdict: str, report: Mapping[str, Any], data: Mapping[str, Any]
) -> str:
    """The card as the text that CreateModelPackage takes.

    Args:
        data: what `facts` knows of it.
    """
    training = report["training"]
    return card(
        purpose=found.purpose or f"Fine-tuned for {found.task}.",
        uses=USES.get(found.task, found.task),
        hyperparameters=training.get("hyperparameters", {}),
        observation=verdict,
        groups={
            "gate": report["gate"],
            "metrics": {name: row["value"] for name, row in report["metrics"].items()},
        },
        slices=of_slices(report["slices"], ("improvement", "lost")),
        details={
            "data": data["data_sha256"],
            "rows": data["rows"],
            "base model": training.get("base_model_sha256", "none"),
            "seeds": training.get("seeds", {}),
            "libraries": training.get("libraries", {}),
            "device": training.get("device", "none"),
            "server": report["server"],
            "compared with": report["approved"]["version"],
        },
    )
