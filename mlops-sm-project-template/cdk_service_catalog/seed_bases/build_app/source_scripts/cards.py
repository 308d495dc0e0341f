"""Model cards by the JSON schema that SageMaker has for them.

Source: SageMaker Developer Guide, "Amazon SageMaker Model Cards", "Model card JSON schema"; API
Reference, ModelPackageModelCard, which leaves out what the version says itself.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from facts import words

TEXT, NAME, MOST = 1024, 255, 100_000
"""The longest text that is written here and the longest name; the longest card
(CreateModelPackage)."""

Numbers = Mapping[str, float]


def card(
    *,
    purpose: str,
    uses: str,
    hyperparameters: Mapping[str, Any],
    observation: str,
    groups: Mapping[str, Numbers],
    slices: Mapping[str, Numbers],
    details: Mapping[str, Any],
) -> str:
    """The card as the text that CreateModelPackage takes.

    Args:
        observation: how good the model is, in a sentence.
        groups: numbers of the test set.
        slices: numbers of parts of it.
        details: of what it was made.
    """
    content = {
        "intended_uses": {
            "purpose_of_model": purpose[:TEXT],
            "intended_uses": uses[:TEXT],
            "risk_rating": "Unknown",
        },
        "training_details": {
            "training_job_details": {
                "hyper_parameters": [
                    {"name": name, "value": str(value)} for name, value in hyperparameters.items()
                ],
            },
        },
        "evaluation_details": [
            {
                "name": "test set",
                "evaluation_observation": observation[:TEXT],
                "metric_groups": [_group(name, values) for name, values in groups.items()],
            },
            *(
                {"name": name[:NAME], "metric_groups": [_group("gate", values)]}
                for name, values in slices.items()
            ),
        ],
        "additional_information": {
            "custom_details": {name: words(value) for name, value in details.items()},
        },
    }
    text = json.dumps(content)
    assert len(text) <= MOST, f"the model card has {len(text)} characters"
    return text


def of_slices(parts: Sequence[Mapping[str, Any]], numbers: Sequence[str]) -> dict[str, Numbers]:
    """The numbers of each slice of a report that has the first of them, by its name."""
    return {
        f"{part['column']}={part['value']}": {
            name: part[name] for name in ("rows", *numbers) if part[name] is not None
        }
        for part in parts
        if part[numbers[0]] is not None
    }


def _group(name: str, values: Numbers) -> dict[str, Any]:
    rows = [
        {"name": title[:NAME], "type": "number", "value": value} for title, value in values.items()
    ]
    return {"name": name, "metric_data": rows}
