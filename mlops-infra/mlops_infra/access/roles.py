"""The personas' roles and policies in an account, and their place in the SSM contract."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from mlops_commons import contract
from mlops_commons.cdk.nag import acknowledge_denials
from mlops_commons.cdk.org_boundary import keep_boundary
from mlops_commons.cdk.policies import managed_policy
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
from mlops_commons.iam.organization import denials_of
from mlops_commons.stage import Further
from mlops_infra.access.limits import attach, checked_boundary
from mlops_infra.access.members import Member, roles_of
from mlops_infra.access.own import own_statements
from mlops_infra.access.personas import PERSONAS, POLICIES, PersonaRow
from mlops_infra.access.policies import CREATE_PROJECTS, Policy
from mlops_infra.access.scope import PolicyScope

SESSION: Final = 12
"""Hours; a job that runs longer gets new credentials from SageMaker."""
OF_NO_PROJECT: Final = frozenset({CREATE_PROJECTS})
"""What a role of a project does not have: projects are started by leads who are listed for none."""


class PersonaRoles(Construct):
    """One role for each persona, with its policies and its SSM parameter, and one for each project.

    A role of a project bears its tag, which the policies ask for where projects are kept apart.
    Exposes `role(key)`, which takes grants, `policy(row)`, `org`, and
    `denials`: the policies of all personas, for which their boundaries have no room.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        within: PolicyScope,
        members: Sequence[Member] = (),
        further: Mapping[contract.Persona, Further] | None = None,
    ) -> None:
        """Create the roles.

        Args:
            within: where and how the personas of the stage work.
            members: who works on which project; ignored where projects are not kept apart.
            further: what personas may do besides.

        Raises:
            PlatformError: IAM takes less than that.
        """
        super().__init__(scope, construct_id)
        self._further = {key: (further or {}).get(key, Further()) for key in contract.Persona}
        self._policies = {
            policy.name: managed_policy(
                self,
                f"{policy.name}Policy",
                policy.statements(within),
                description=f"Personas: {policy.title}",
            )
            for policy in POLICIES
        }
        self.org = within.org
        self.denials = self._denied_by_organization()
        self._boundaries = {
            persona.key: managed_policy(
                self,
                f"{_pascal(persona.key)}Boundary",
                checked_boundary(persona, within, self._further[persona.key]),
                description=f"The most that the persona '{persona.key}' may do",
            )
            for persona in PERSONAS
        }
        rows = {persona.key: persona for persona in PERSONAS}
        everybody = [Member(key) for key in rows]
        self._roles = {
            member: self._role(rows[member.persona], member.project)
            for member in (*everybody, *roles_of(members if within.separated else ()))
        }
        for persona in PERSONAS:
            self._parameter(persona, within.namespace)
        for member in self._roles:
            self._own_policy(member, rows[member.persona].jobs_run_as)

    def role(self, key: contract.Persona, project: str = "") -> iam.IRole:
        """The role of a persona, on a project or on none; what is granted to it is its alone."""
        return self._roles[Member(key, project)]

    def roles(self, key: contract.Persona) -> tuple[iam.IRole, ...]:
        """All roles of a persona: the one that the contract names, and those of projects."""
        return tuple(role for member, role in self._roles.items() if member.persona is key)

    @property
    def arns(self) -> dict[Member, str]:
        """The ARNs of all roles."""
        return {member: role.role_arn for member, role in self._roles.items()}

    def policy(self, policy: Policy) -> iam.IManagedPolicy:
        """A policy of the table, for roles of the same stack that do the same work."""
        return self._policies[policy.name]

    def boundary(self, key: contract.Persona) -> iam.IManagedPolicy:
        """The boundary of a persona, for roles that do the same work."""
        return self._boundaries[key]

    def _denied_by_organization(self) -> tuple[iam.ManagedPolicy, ...]:
        """A denial holds in whichever policy it stands (IAM User Guide, "Policy evaluation
        logic")."""
        if not denials_of(self.org):
            return ()
        description = "What the organization denies everybody"
        policy = managed_policy(self, "OrgDenials", denials_of(self.org), description=description)
        acknowledge_denials(policy)
        return (policy,)

    def _role(self, persona: PersonaRow, project: str) -> iam.Role:
        policies = [p for p in persona.policies if not (project and p in OF_NO_PROJECT)]
        role = iam.Role(
            self,
            f"{_pascal(persona.key)}Role{project}",
            description=f"{persona.title}{f'; on project {project}' if project else ''}",
            assumed_by=_sagemaker(),
            managed_policies=[
                *(self._policies[policy.name] for policy in policies),
                *self.denials,
            ],
            permissions_boundary=self._boundaries[persona.key],
            max_session_duration=cdk.Duration.hours(SESSION),
        )
        keep_boundary(role)
        attach(role, persona, self._further[persona.key].policy_arns, len(self.denials))
        assert role.assume_role_policy
        role.assume_role_policy.add_statements(set_source_identity())
        if project:
            cdk.Tags.of(role).add(PROJECT_TAG, project)
        return role

    def _parameter(self, persona: PersonaRow, namespace: str) -> None:
        ssm.StringParameter(
            self,
            f"{_pascal(persona.key)}Parameter",
            parameter_name=persona.parameter.within(namespace),
            description=persona.title,
            string_value=self.role(persona.key).role_arn,
        )

    def _own_policy(self, member: Member, jobs_run_as: contract.Persona | None) -> None:
        """What no other role has: which role it passes, which buckets of the organization it uses,
        and which project it ends at."""
        passed = self._roles[Member(jobs_run_as, member.project)] if jobs_run_as else None
        statements = own_statements(
            passed.role_arn if passed else "",
            self._further[member.persona],
            on_a_project=bool(member.project),
        )
        if statements:
            policy = managed_policy(
                self,
                f"{_pascal(member.persona)}Own{member.project}",
                statements,
                description=f"Personas: what {member.persona} alone may, and as whom its jobs run",
                roles=[self._roles[member]],
            )
            if member.project:
                acknowledge_denials(policy)


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


def _pascal(key: str) -> str:
    return "".join(word.capitalize() for word in key.split("_"))
