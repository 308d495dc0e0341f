"""The personas' roles and policies in an account, and their place in the SSM contract."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.included_resources import IncludedResources
from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.iam.statements import policy_document
from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, ref
from mlops_infra.access.personas import PERSONAS, Persona
from mlops_infra.access.policies import POLICIES, Policy
from mlops_infra.access.scope import PolicyScope

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

    Exposes `role_arn(key)` and `policy_arn(name)`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        app_prefix: str,
        namespace: str,
        private_subnet_ids: Sequence[str],
    ) -> None:
        """Create the roles.

        Args:
            app_prefix: the buckets of projects begin with it.
            namespace: goes in front of the parameters' names.
            private_subnet_ids: where all jobs run.
        """
        super().__init__(scope, construct_id)
        within = PolicyScope(
            app_prefix=app_prefix, namespace=namespace, subnet_ids=tuple(private_subnet_ids)
        )
        included = IncludedResources(self, "Resources", persona_resources(within))
        for policy in POLICIES:
            reasons = {
                finding: statement.reason
                for statement in policy.statements(within)
                for finding in statement.findings()
            }
            if reasons:
                acknowledge_each(included.get_resource(policy_id(policy)), reasons)

    def role_arn(self, key: str) -> str:
        """The ARN of a persona's role, for use in the same stack."""
        return cdk.Token.as_string(cdk.Fn.get_att(_role_id_of(key), "Arn"))

    def policy_arn(self, name: str) -> str:
        """The ARN of a policy of the table, for roles of the same stack that do the same work."""
        return cdk.Fn.ref(f"{name}Policy")


def persona_resources(within: PolicyScope) -> Resources:
    """Roles, policies and parameters as plain resources.

    Roles come first: what is referred to ahead of its place is created with a trace in the
    metadata that names a temporary folder.
    """
    resources: Resources = {role_id(persona): _role(persona) for persona in PERSONAS}
    for persona in PERSONAS:
        resources[f"{role_id(persona)}Parameter"] = _parameter(persona, within.namespace)
        if persona.jobs_run_as:
            passed = persona.jobs_run_as
            resources[f"{role_id(persona)}PassRole"] = _pass_role(persona, passed)
    for policy in POLICIES:
        holders = [persona for persona in PERSONAS if policy.name in persona.policies]
        resources[policy_id(policy)] = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "Description": f"Personas: {policy.title}",
                "PolicyDocument": policy_document(policy.statements(within)),
                "Roles": [ref(role_id(persona)) for persona in holders],
            },
        }
    return resources


def role_id(persona: Persona) -> str:
    """The logical id of a persona's role."""
    return _role_id_of(persona.key)


def policy_id(policy: Policy) -> str:
    """The logical id of a policy."""
    return f"{policy.name}Policy"


def _role(persona: Persona) -> Resource:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Description": persona.title,
            "AssumeRolePolicyDocument": TRUST,
            "MaxSessionDuration": 12 * 3600,
        },
    }


def _parameter(persona: Persona, namespace: str) -> Resource:
    return {
        "Type": "AWS::SSM::Parameter",
        "Properties": {
            "Type": "String",
            "Name": persona.parameter.within(namespace),
            "Description": persona.title,
            "Value": attribute(role_id(persona), "Arn"),
        },
    }


def _pass_role(persona: Persona, passed: str) -> Resource:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "Description": f"Personas: jobs run as {passed} and as nobody else",
            "PolicyDocument": pass_role(attribute(_role_id_of(passed), "Arn")),
            "Roles": [ref(role_id(persona))],
        },
    }


def pass_role(role_arn: Mapping[str, Any]) -> dict[str, Any]:
    """The policy that lets one role be passed to SageMaker, and no other to anything."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "PassToSageMaker",
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": role_arn,
                "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            },
            {
                "Sid": "PassNoOther",
                "Effect": "Deny",
                "Action": "iam:PassRole",
                "NotResource": role_arn,
            },
        ],
    }


def _role_id_of(key: str) -> str:
    return f"{_pascal(key)}Role"


def _pascal(key: str) -> str:
    return "".join(word.capitalize() for word in key.split("_"))
