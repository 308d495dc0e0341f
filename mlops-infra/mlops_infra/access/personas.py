"""The personas: who there is, and which policies each one has."""

from dataclasses import dataclass
from typing import Final

from mlops_commons.contract import ParameterName

WORK: Final = ("Explore", "WorkInStudio", "RunJobs", "DevelopModels", "UseData", "UseCode")
LIMITS: Final = ("DenyDecisions", "DenyDetours")


@dataclass(frozen=True, kw_only=True)
class Persona:
    """One row: a role and the names of its policies (see policies.py).

    Attributes:
        key: its name in the configuration and in code.
        jobs_run_as: the persona whose role it passes to SageMaker for jobs, pipelines and
            models; it can pass no other. Empty: it starts none.
    """

    key: str
    title: str
    parameter: ParameterName
    policies: tuple[str, ...]
    jobs_run_as: str = ""


PERSONAS: Final = (
    Persona(
        key="data_scientist",
        title="Data scientist: explores, trains, registers models",
        parameter=ParameterName.DATA_SCIENTIST_ROLE,
        policies=(*WORK, *LIMITS),
        jobs_run_as="data_scientist",
    ),
    Persona(
        key="lead_data_scientist",
        title="Lead data scientist: also starts projects and approves models",
        parameter=ParameterName.LEAD_DATA_SCIENTIST_ROLE,
        policies=(*WORK, "ApproveModels", "CreateProjects"),
        # Whoever can change the code or the data of a job decides what it does, so a job never
        # has the lead's say (docs/decisions/0005-jobs-of-a-lead.md).
        jobs_run_as="execution",
    ),
    Persona(
        key="execution",
        title="Studio execution role: users without a role of their own, and a lead's jobs",
        parameter=ParameterName.EXECUTION_ROLE,
        policies=(*WORK, *LIMITS),
        jobs_run_as="execution",
    ),
    Persona(
        key="ml_engineer",
        title="ML engineer: also operates endpoints and follows pipelines",
        parameter=ParameterName.ML_ENGINEER_ROLE,
        policies=(*WORK, "OperateEndpoints", *LIMITS),
        jobs_run_as="ml_engineer",
    ),
    Persona(
        key="auditor",
        title="Auditor: sees everything of SageMaker, changes nothing",
        parameter=ParameterName.AUDITOR_ROLE,
        policies=("Explore",),
    ),
)
"""To add a persona, add a row and its parameter in the contract."""

DEFAULT_PERSONA: Final = "execution"
