"""SageMaker projects enabled for the roles of the domain."""

from collections.abc import Sequence
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
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions

FRAMEWORK: Final = "framework-onEvent"
"""The function that the CDK's provider framework puts between CloudFormation and ours."""
RUNTIME_DIRECTORY: Final = Path(__file__).with_name("runtime") / "enable_projects"
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
STATEMENTS: Final = (
    Statement(
        sid="EnableProjects",
        actions=(
            *actions(
                "sagemaker",
                "EnableSagemakerServicecatalogPortfolio DisableSagemakerServicecatalogPortfolio "
                "GetSagemakerServicecatalogPortfolioStatus",
            ),
            "servicecatalog:ListAcceptedPortfolioShares",
        ),
        resources=("*",),
        reason=NO_RESOURCE_LEVEL,
    ),
    Statement(
        # SageMaker accepts and rejects the share in the name of whoever enables and disables.
        sid="SharePortfolio",
        actions=actions(
            "servicecatalog",
            "AcceptPortfolioShare RejectPortfolioShare AssociatePrincipalWithPortfolio "
            "DisassociatePrincipalFromPortfolio",
        ),
        resources=("arn:${AWS::Partition}:catalog:${AWS::Region}:*:portfolio/*",),
        reason="the portfolio belongs to an account of AWS and has no id before projects are "
        "enabled",
    ),
)


class SageMakerProjects(Construct):
    """The portfolio of SageMaker's project templates, visible to the given roles."""

    def __init__(
        self, scope: Construct, construct_id: str, *, role_arns: Sequence[str], key_arn: str
    ) -> None:
        """Create the custom resource.

        Args:
            role_arns: the roles that may see project templates in Studio.
            key_arn: the key of the log groups.
        """
        super().__init__(scope, construct_id)
        key = kms.Key.from_key_arn(self, "Key", key_arn)
        function_logs = _log_group(self, "FunctionLogs", key)
        function = lambda_.Function(
            self,
            "Function",
            description="Enables the project templates of SageMaker for the roles of Studio",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(RUNTIME_DIRECTORY), exclude=["__pycache__"]),
            timeout=cdk.Duration.seconds(120),
            role=_role(self, "FunctionRole", function_logs, [*STATEMENTS, _read_roles(role_arns)]),
            log_group=function_logs,
        )
        provider_logs = _log_group(self, "ProviderLogs", key)
        provider_role = _role(self, "ProviderRole", provider_logs, [])
        provider = custom_resources.Provider(
            self,
            "Provider",
            on_event_handler=function,
            framework_on_event_role=provider_role,
            log_group=provider_logs,
        )
        _describe(provider)
        cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::EnableSageMakerProjects",
            service_token=provider.service_token,
            properties={"ExecutionRoles": list(role_arns)},
        )
        for called in (function, provider.node.find_child(FRAMEWORK)):
            acknowledge_each(called, FINDINGS)
        _acknowledge_provider_role(provider_role, function)


def _describe(provider: custom_resources.Provider) -> None:
    """The CDK's text names all construct ids above, and so the app around the stage."""
    function = provider.node.find_child(FRAMEWORK).node.default_child
    assert isinstance(function, lambda_.CfnFunction)
    function.description = "Enables SageMaker projects: answers CloudFormation"


def _read_roles(role_arns: Sequence[str]) -> Statement:
    """Service Catalog reads a role before it becomes a principal of a portfolio."""
    return Statement(sid="ReadThePrincipals", actions=("iam:GetRole",), resources=tuple(role_arns))


def _role(
    scope: Construct,
    construct_id: str,
    log_group: logs.LogGroup,
    statements: Sequence[Statement],
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
        description="Enabling SageMaker projects",
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
