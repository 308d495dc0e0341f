"""Who tracks runs in the MLflow App of a stage, and what their boundaries name for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from mlops_commons.contract import Persona
from mlops_commons.iam.statements import actions
from mlops_commons.stage import Further, Studio

TRACK: Final = actions(
    "sagemaker", "CallMlflowAppApi CreatePresignedMlflowAppUrl DescribeMlflowApp"
)
"""SageMaker Developer Guide, "Set up IAM permissions for MLflow Apps"."""
TRACKERS: Final = (
    Persona.DATA_SCIENTIST,
    Persona.LEAD_DATA_SCIENTIST,
    Persona.EXECUTION,
    Persona.ML_ENGINEER,
)


def let_track(studio: Studio) -> Mapping[Persona, Further]:
    """What personas may do besides, with what the boundary of each has to name for an app."""
    if not studio.mlflow:
        return studio.personas
    found = {persona: studio.personas.get(persona, Further()) for persona in TRACKERS}
    tracking = {
        persona: replace(further, actions=(*further.actions, *TRACK))
        for persona, further in found.items()
    }
    return {**studio.personas, **tracking}
