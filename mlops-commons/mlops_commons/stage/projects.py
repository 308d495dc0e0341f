"""What projects of a set may do, and who approves it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Separation(StrEnum):
    """How far a persona's role reaches: all projects of its set, or those listed for a user."""

    SET = "set"
    PROJECT = "project"


@dataclass(frozen=True, kw_only=True)
class Approvers:
    """Who approves what projects deploy to the stages after dev; nobody named: the lead's role.

    Attributes:
        role_arns: roles outside Studio, such as those of permission sets; `*` may stand in them.
        require_mfa: whether the approver's session must have been opened with MFA.
    """

    role_arns: tuple[str, ...] = ()
    require_mfa: bool = False


@dataclass(frozen=True, kw_only=True)
class ProtectedBranches:
    """Whose `main` changes only by the merge of an approved pull request.

    Attributes:
        wait_for_build: whether it has to be built successfully besides.
    """

    deploy: bool = True
    build: bool = False
    wait_for_build: bool = True


@dataclass(frozen=True, kw_only=True)
class Projects:
    """What the projects of a set may deploy, who approves it, and how they are kept apart.

    Attributes:
        enabled: whether the set has projects at all.
        deploys: types of CloudFormation resources beyond those of the products' deploy apps.
        role_actions: IAM actions that a role of a project may have beyond the boundary's outline.
        serverless_endpoints: whether projects may have them; SageMaker runs their models outside
            the VPC and not isolated from the network.
        package_index: the URL of the Python package index of builds; empty for the public one.
        mlflow: whether builds track runs in the MLflow App of dev.
    """

    enabled: bool = True
    deploys: tuple[str, ...] = ()
    role_actions: tuple[str, ...] = ()
    approvers: Approvers = Approvers()
    protected_branches: ProtectedBranches = ProtectedBranches()
    separation: Separation = Separation.SET
    serverless_endpoints: bool = False
    package_index: str = ""
    mlflow: bool = False


ALL_OF_A_SET: Final = Projects()
"""What holds where nothing is configured."""
