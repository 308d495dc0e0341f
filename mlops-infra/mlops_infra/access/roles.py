"""The personas' roles and policies in an account, and their place in the SSM contract."""

from collections.abc import Mapping
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.included_resources import IncludedResources
from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.utilities.cloudformation import Resources, attribute, ref
from mlops_infra.access.personas import PERSONAS, Persona
from mlops_infra.access.policies import POLICIES, Policy
from mlops_infra.access.statements import Statement, policy_document

TRUST: Final[dict[str, Any]] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            # Another account's SageMaker must not be talked into using this role.
            "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
        }
    ],
}


class PersonaRoles(Construct):
    """One role for each persona, with its policies and its SSM parameter.

    Exposes `role_arn(key)`.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, app_prefix: str, namespace: str
    ) -> None:
        """Create the roles.

        Args:
            app_prefix: the buckets of projects begin with it.
            namespace: goes in front of the parameters' names.
        """
        super().__init__(scope, construct_id)
        self._included = IncludedResources(
            self, "Resources", persona_resources(app_prefix, namespace)
        )
        for policy in POLICIES:
            reasons = {
                finding: statement.reason
                for statement in policy.statements(app_prefix)
                for finding in statement.findings()
            }
            if reasons:
                acknowledge_each(self._included.get_resource(policy_id(policy)), reasons)

    def role_arn(self, key: str) -> str:
        """The ARN of a persona's role."""
        persona = next(row for row in PERSONAS if row.key == key)
        return cdk.Token.as_string(self._included.get_resource(role_id(persona)).get_att("Arn"))


def persona_resources(app_prefix: str, namespace: str) -> Resources:
    """Roles, policies and parameters as plain resources."""
    resources: Resources = {}
    for persona in PERSONAS:
        resources |= _persona(persona, namespace)
    for policy in POLICIES:
        holders = [persona for persona in PERSONAS if policy.name in persona.policies]
        resources[policy_id(policy)] = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "Description": f"Personas: {policy.title}",
                "PolicyDocument": policy_document(policy.statements(app_prefix)),
                "Roles": [ref(role_id(persona)) for persona in holders],
            },
        }
    return resources


def role_id(persona: Persona) -> str:
    """The logical id of a persona's role."""
    return f"{_pascal(persona.key)}Role"


def policy_id(policy: Policy) -> str:
    """The logical id of a policy."""
    return f"{policy.name}Policy"


def _persona(persona: Persona, namespace: str) -> Resources:
    role = role_id(persona)
    resources: Resources = {
        role: {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "Description": persona.title,
                "AssumeRolePolicyDocument": TRUST,
                "MaxSessionDuration": 12 * 3600,
            },
        },
        f"{role}Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Type": "String",
                "Name": persona.parameter.within(namespace),
                "Description": persona.title,
                "Value": attribute(role, "Arn"),
            },
        },
    }
    if persona.passes_own_role:
        resources[f"{role}PassItself"] = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "Description": "Personas: jobs run as the own role and as no other",
                "PolicyDocument": pass_itself(attribute(role, "Arn")),
                "Roles": [ref(role)],
            },
        }
    return resources


def pass_itself(role_arn: Mapping[str, Any]) -> dict[str, Any]:
    """The policy that lets a role be passed to SageMaker by itself."""
    statement = Statement(
        sid="PassItselfToSageMaker",
        actions=("iam:PassRole",),
        resources=(),
        condition={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    ).document()
    return {"Version": "2012-10-17", "Statement": [{**statement, "Resource": role_arn}]}


def _pascal(key: str) -> str:
    return "".join(word.capitalize() for word in key.split("_"))
