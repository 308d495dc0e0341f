"""A function that CloudFormation calls for a custom resource, with its roles and logs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import custom_resources
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge, acknowledge_each, logical_id
from mlops_commons.cdk.policies import managed_policy
from mlops_commons.iam.statements import Statement, actions

FRAMEWORK: Final = "framework-onEvent"
"""The function that the CDK's provider framework puts between CloudFormation and ours."""
ONE_CALL: Final = (
    "CloudFormation calls it when the stack changes, a few times a year, and waits for its answer"
)
FINDINGS: Final = {
    "NIST.800.53.R5-LambdaConcurrency": (
        f"{ONE_CALL}; reserving concurrency would take it from the account's workloads"
    ),
    "NIST.800.53.R5-LambdaDLQ": (f"{ONE_CALL}; a failure fails the deployment, where it is seen"),
    "NIST.800.53.R5-LambdaInsideVPC": (
        f"{ONE_CALL}; it calls APIs of AWS only and reaches nothing inside the VPC"
    ),
}


class CalledFunction(Construct):
    """The function behind the CDK's provider framework; exposes `function`, `service_token`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        code: Path,
        description: str,
        statements: Sequence[Statement],
        key: kms.IKey,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Create it.

        Args:
            code: a folder with `index.py`, whose `handler` answers the provider framework.
            statements: what the function may do, besides writing its log.
            key: of the log groups.
        """
        super().__init__(scope, construct_id)
        function_logs = _log_group(self, "FunctionLogs", key)
        self.function = lambda_.Function(
            self,
            "Function",
            description=description,
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(code), exclude=["__pycache__"]),
            timeout=cdk.Duration.seconds(120),
            role=_role(self, "FunctionRole", function_logs, statements, description),
            log_group=function_logs,
            environment=dict(environment or {}) or None,
        )
        provider_logs = _log_group(self, "ProviderLogs", key)
        provider_role = _role(self, "ProviderRole", provider_logs, [], description)
        provider = custom_resources.Provider(
            self,
            "Provider",
            on_event_handler=self.function,
            framework_on_event_role=provider_role,
            log_group=provider_logs,
        )
        self.service_token = provider.service_token
        _describe(provider, description)
        for called in (self.function, provider.node.find_child(FRAMEWORK)):
            acknowledge_each(called, FINDINGS)
        _acknowledge_provider_role(provider_role, self.function)


def _describe(provider: custom_resources.Provider, description: str) -> None:
    """The CDK's text names all construct ids above, and so the app around the stage."""
    function = provider.node.find_child(FRAMEWORK).node.default_child
    assert isinstance(function, lambda_.CfnFunction)
    function.description = f"{description}: answers CloudFormation"


def _role(
    scope: Construct,
    construct_id: str,
    log_group: logs.LogGroup,
    statements: Sequence[Statement],
    description: str,
) -> iam.Role:
    write = Statement(
        sid="WriteLogs",
        actions=actions("logs", "CreateLogStream PutLogEvents"),
        resources=(log_group.log_group_arn,),
    )
    policy = managed_policy(
        scope,
        f"{construct_id}Policy",
        [*statements, write],
        description=description,
    )
    return iam.Role(
        scope,
        construct_id,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        managed_policies=[policy],
    )


def _log_group(scope: Construct, construct_id: str, key: kms.IKey) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        construct_id,
        encryption_key=key,
        retention=logs.RetentionDays.ONE_YEAR,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


def _acknowledge_provider_role(role: iam.Role, function: lambda_.Function) -> None:
    acknowledge(
        role,
        f"AwsSolutions-IAM5[Resource::<{logical_id(function)}.Arn>:*]",
        "NIST.800.53.R5-IAMNoInlinePolicy",
        reason="the CDK's provider framework lets its role invoke this one function in any "
        "version; the policy belongs to the role and goes with it",
    )
