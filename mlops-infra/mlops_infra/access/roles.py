"""The personas' roles and policies in an account, and their place in the SSM contract."""

from functools import cache
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from mlops_commons import contract
from mlops_commons.cdk.policies import managed_policy
from mlops_commons.iam.statements import Statement
from mlops_infra.access.boundary import boundary_of
from mlops_infra.access.personas import PERSONAS, POLICIES, PersonaRow
from mlops_infra.access.policies import Policy
from mlops_infra.access.scope import PolicyScope

SESSION: Final = 12
"""Hours; a job that runs longer gets new credentials from SageMaker."""


class PersonaRoles(Construct):
    """One role for each persona, with its policies and its SSM parameter.

    Exposes `role(key)`, which takes grants, and `policy(row)`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        within: PolicyScope,
    ) -> None:
        """Create the roles; `within` says where and how the personas of the stage work."""
        super().__init__(scope, construct_id)
        self._policies = {
            policy.name: managed_policy(
                self,
                f"{policy.name}Policy",
                policy.statements(within),
                description=f"Personas: {policy.title}",
            )
            for policy in POLICIES
        }
        self._roles: dict[contract.Persona, iam.Role] = {}
        for persona in PERSONAS:
            self._roles[persona.key] = self._role(persona, within)
        for persona in PERSONAS:
            self._parameter(persona, within.namespace)
            if persona.jobs_run_as:
                self._jobs_run_as(persona, persona.jobs_run_as)

    def role(self, key: contract.Persona) -> iam.IRole:
        """The role of a persona; what is granted to it is this persona's alone."""
        return self._roles[key]

    def policy(self, policy: Policy) -> iam.IManagedPolicy:
        """A policy of the table, for roles of the same stack that do the same work."""
        return self._policies[policy.name]

    def boundary(self, key: contract.Persona) -> iam.IManagedPolicy:
        """The boundary of a persona, for roles that do the same work."""
        found = self._roles[key].permissions_boundary
        assert found
        return found

    def _role(self, persona: PersonaRow, within: PolicyScope) -> iam.Role:
        role = iam.Role(
            self,
            f"{_pascal(persona.key)}Role",
            description=persona.title,
            assumed_by=_sagemaker(),
            managed_policies=[self._policies[policy.name] for policy in persona.policies],
            permissions_boundary=managed_policy(
                self,
                f"{_pascal(persona.key)}Boundary",
                boundary_of(persona, within),
                description=f"The most that the persona '{persona.key}' may do",
            ),
            max_session_duration=cdk.Duration.hours(SESSION),
        )
        assert role.assume_role_policy
        role.assume_role_policy.add_statements(set_source_identity())
        return role

    def _parameter(self, persona: PersonaRow, namespace: str) -> None:
        ssm.StringParameter(
            self,
            f"{_pascal(persona.key)}Parameter",
            parameter_name=persona.parameter.within(namespace),
            description=persona.title,
            string_value=self._roles[persona.key].role_arn,
        )

    def _jobs_run_as(self, persona: PersonaRow, passed: contract.Persona) -> None:
        managed_policy(
            self,
            f"{_pascal(persona.key)}PassRole",
            pass_role(self._roles[passed].role_arn),
            description=f"Personas: jobs run as {passed} and as nobody else",
            roles=[self._roles[persona.key]],
        )


@cache
def _sagemaker() -> iam.ServicePrincipal:
    """SageMaker for this account; another account's must not be talked into using a role."""
    return iam.ServicePrincipal(
        "sagemaker.amazonaws.com",
        conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
    )


@cache
def set_source_identity() -> iam.PolicyStatement:
    """Let SageMaker say which user of Studio a session is of (SageMaker Developer Guide,
    "Monitoring user resource access from Studio")."""
    return iam.PolicyStatement(actions=["sts:SetSourceIdentity"], principals=[_sagemaker()])


def pass_role(role_arn: str) -> tuple[Statement, ...]:
    """Let one role be passed to SageMaker, and no other to anything."""
    return (
        Statement(
            sid="PassToSageMaker",
            actions=("iam:PassRole",),
            resources=(role_arn,),
            condition={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        Statement(
            sid="PassNoOther",
            effect="Deny",
            actions=("iam:PassRole",),
            not_resources=(role_arn,),
        ),
    )


def _pascal(key: str) -> str:
    return "".join(word.capitalize() for word in key.split("_"))
