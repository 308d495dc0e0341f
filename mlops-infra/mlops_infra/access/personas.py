"""The personas: who there is, and which policies each one has."""

from dataclasses import dataclass
from typing import Final

from mlops_commons.contract import ParameterName

WORK: Final = (
    *("Explore", "WorkInStudio", "DevelopModels", "RegisterModels", "UseData", "UseCode"),
)


@dataclass(frozen=True, kw_only=True)
class Persona:
    """One row: a role and the names of its policies (see policies.py).

    Attributes:
        key: its name in the configuration and in code.
        passes_own_role: whether its jobs run as itself, so that it may pass its role to
            SageMaker; it can never pass another one.
    """

    key: str
    title: str
    parameter: ParameterName
    policies: tuple[str, ...]
    passes_own_role: bool = True


PERSONAS: Final = (
    Persona(
        key="data_scientist",
        title="Data scientist: explores, trains, registers models",
        parameter=ParameterName.DATA_SCIENTIST_ROLE,
        policies=(*WORK, "DenyDecisions"),
    ),
    Persona(
        key="lead_data_scientist",
        title="Lead data scientist: also starts projects and approves models",
        parameter=ParameterName.LEAD_DATA_SCIENTIST_ROLE,
        policies=(*WORK, "ApproveModels", "CreateProjects"),
    ),
    Persona(
        key="execution",
        title="Studio execution role: the default of users without a role of their own",
        parameter=ParameterName.EXECUTION_ROLE,
        policies=(*WORK, "DenyDecisions"),
    ),
    Persona(
        key="ml_engineer",
        title="ML engineer: also operates endpoints and follows pipelines",
        parameter=ParameterName.ML_ENGINEER_ROLE,
        policies=(*WORK, "OperateEndpoints", "DenyDecisions"),
    ),
    Persona(
        key="auditor",
        title="Auditor: sees everything of SageMaker, changes nothing",
        parameter=ParameterName.AUDITOR_ROLE,
        policies=("Explore",),
        passes_own_role=False,
    ),
)
"""To add a persona, add a row and its parameter in the contract."""

DEFAULT_PERSONA: Final = "execution"
