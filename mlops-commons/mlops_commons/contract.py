"""Names that the apps, and the projects that they create, agree on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class StageRole(StrEnum):
    """What a stage is for, in the order of delivery; a stage of one of these names plays it.

    People work and projects begin in the one dev stage of a set; versions are tried where the role
    is preprod, and serve where it is prod.
    """

    DEV = "dev"
    PREPROD = "preprod"
    PROD = "prod"


class ParameterName(StrEnum):
    """SSM parameters through which a stage offers its infrastructure to everything else.

    Other systems rely on the names, so they do not change; an optional `parameter_namespace` goes
    in front of them.
    """

    VPC_ID = "/vpc/id"
    PRIVATE_SUBNET_IDS = "/vpc/subnets/private/ids"
    SECURITY_GROUP_ID = "/vpc/sg/id"
    DATA_SCIENTIST_ROLE = "/mlops/role/ds"
    LEAD_DATA_SCIENTIST_ROLE = "/mlops/role/lead"
    EXECUTION_ROLE = "/mlops/role/execution"
    ML_ENGINEER_ROLE = "/mlops/role/ml-engineer"
    AUDITOR_ROLE = "/mlops/role/auditor"
    DEPLOYMENT_BOUNDARY = "/mlops/boundary/deployment"
    MLFLOW_APP = "/mlops/mlflow/arn"

    def within(self, namespace: str = "") -> str:
        """The full parameter name in a namespace: `("bu1", /vpc/id)` gives `/bu1/vpc/id`."""
        return f"/{namespace.strip('/')}{self.value}" if namespace else self.value


@dataclass(frozen=True, kw_only=True)
class ContractParameter:
    """What a parameter holds.

    Attributes:
        kind: SSM's type of it.
        needs_studio: whether only stages with Studio have it.
        switch: the key of `cdk-infra-app.yml` that must be true besides; empty for none.
    """

    name: ParameterName
    value: str
    kind: str = "String"
    needs_studio: bool = False
    switch: str = ""


_ROLES: Final = (
    (ParameterName.DATA_SCIENTIST_ROLE, "the data scientist's role"),
    (ParameterName.LEAD_DATA_SCIENTIST_ROLE, "the lead data scientist's role"),
    (ParameterName.EXECUTION_ROLE, "Studio's execution role"),
    (ParameterName.ML_ENGINEER_ROLE, "the ML engineer's role"),
    (ParameterName.AUDITOR_ROLE, "the read-only auditor's role"),
)
PARAMETERS: Final = (
    ContractParameter(name=ParameterName.VPC_ID, value="the VPC"),
    ContractParameter(
        name=ParameterName.PRIVATE_SUBNET_IDS, value="its private subnets", kind="StringList"
    ),
    ContractParameter(
        name=ParameterName.SECURITY_GROUP_ID, value="the security group for workloads"
    ),
    ContractParameter(
        name=ParameterName.DEPLOYMENT_BOUNDARY,
        value="ARN of the permissions boundary of roles that projects deploy",
    ),
    *(
        ContractParameter(name=name, value=f"ARN of {role}", needs_studio=True)
        for name, role in _ROLES
    ),
    ContractParameter(
        name=ParameterName.MLFLOW_APP,
        value="ARN of the MLflow App",
        needs_studio=True,
        switch="mlflow",
    ),
)
"""The whole contract, one row for each parameter."""


class Persona(StrEnum):
    """The keys of the personas, each of which has a role where there is Studio."""

    DATA_SCIENTIST = "data_scientist"
    LEAD_DATA_SCIENTIST = "lead_data_scientist"
    EXECUTION = "execution"
    ML_ENGINEER = "ml_engineer"
    AUDITOR = "auditor"

    @property
    def parameter(self) -> ParameterName:
        """The parameter with the ARN of the persona's role."""
        return ParameterName[f"{self.name}_ROLE"]


@dataclass(frozen=True, kw_only=True)
class UserGroup:
    """The Studio users of a persona.

    Attributes:
        name: the group's key in `cdk-infra-app.yml`.
        prefix: the beginning of the profiles' names where the file has none.
        users: the profiles, without the prefix, where the file names none.
    """

    name: str
    prefix: str
    users: tuple[str, ...] = ()


USER_GROUPS: Final[Mapping[Persona, UserGroup]] = {
    Persona.DATA_SCIENTIST: UserGroup(
        name="data_scientists", prefix="ds", users=("data-scientist",)
    ),
    Persona.LEAD_DATA_SCIENTIST: UserGroup(
        name="lead_data_scientists", prefix="lead-ds", users=("lead-data-scientist",)
    ),
    Persona.ML_ENGINEER: UserGroup(name="ml_engineers", prefix="ml-eng"),
}
"""The personas that people work as in Studio; a persona without a row has no users."""


class TagKey(StrEnum):
    """Tags that every resource of a stage carries."""

    APP = "cdk-app"
    SET = "mlops:set"
    STAGE = "mlops:stage"
