"""The personas: who there is, and which policies each one has."""

from dataclasses import dataclass
from typing import Final

from mlops_commons import contract
from mlops_infra.access.policies import (
    APPROVE_MODELS,
    CREATE_PROJECTS,
    DENY_DECISIONS,
    DEVELOP_MODELS,
    EXPLORE,
    OPERATE_ENDPOINTS,
    RUN_JOBS,
    USE_CODE,
    USE_DATA,
    WORK_IN_STUDIO,
    Policy,
)

WORK: Final = (EXPLORE, WORK_IN_STUDIO, RUN_JOBS, DEVELOP_MODELS, USE_DATA, USE_CODE)
LIMITS: Final = (DENY_DECISIONS,)


@dataclass(frozen=True, kw_only=True)
class PersonaRow:
    """One row: a role and its policies.

    Attributes:
        key: its name in the configuration and in code.
        jobs_run_as: the persona whose role it passes to SageMaker for jobs, pipelines and
            models; it can pass no other. None: it starts none.
    """

    key: contract.Persona
    title: str
    policies: tuple[Policy, ...]
    jobs_run_as: contract.Persona | None = None

    @property
    def parameter(self) -> contract.ParameterName:
        """The parameter with the ARN of the role."""
        return self.key.parameter


PERSONAS: Final = (
    PersonaRow(
        key=contract.Persona.DATA_SCIENTIST,
        title="Data scientist: explores, trains, registers models",
        policies=(*WORK, *LIMITS),
        jobs_run_as=contract.Persona.DATA_SCIENTIST,
    ),
    PersonaRow(
        key=contract.Persona.LEAD_DATA_SCIENTIST,
        title="Lead data scientist: also starts projects and approves models",
        policies=(*WORK, APPROVE_MODELS, CREATE_PROJECTS),
        # Whoever can change the code or the data of a job decides what it does, so a job never
        # has the lead's approval rights (docs/decisions/0005-jobs-of-a-lead.md).
        jobs_run_as=contract.Persona.EXECUTION,
    ),
    PersonaRow(
        key=contract.Persona.EXECUTION,
        title="Studio execution role: users without a role of their own, and a lead's jobs",
        policies=(*WORK, *LIMITS),
        jobs_run_as=contract.Persona.EXECUTION,
    ),
    PersonaRow(
        key=contract.Persona.ML_ENGINEER,
        title="ML engineer: also operates endpoints and follows pipelines",
        policies=(*WORK, OPERATE_ENDPOINTS, *LIMITS),
        jobs_run_as=contract.Persona.ML_ENGINEER,
    ),
    PersonaRow(
        key=contract.Persona.AUDITOR,
        title="Auditor: sees everything of SageMaker, changes nothing",
        policies=(EXPLORE,),
    ),
)
"""To add a persona, add a row, and its key and parameter in the contract."""

POLICIES: Final = tuple(dict.fromkeys(policy for row in PERSONAS for policy in row.policies))
"""Every policy that somebody has."""

DEFAULT_PERSONA: Final = contract.Persona.EXECUTION
MOST_POLICIES: Final = 10
"""Of a role (IAM User Guide, "IAM and AWS STS quotas")."""


def own_policies(persona: PersonaRow, besides: int) -> int:
    """How many policies the role of a persona has before the configuration names any.

    Args:
        besides: how many it has beside those of its row and the one that it has alone.
    """
    return len(persona.policies) + 1 + besides
