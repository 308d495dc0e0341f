"""The functions of the gate: one set of them for all projects of an account set."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_service_catalog.gate import access
from cdk_service_catalog.project import naming
from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.cdk.policies import managed_policy, policy_document
from mlops_commons.cdk.pull_requests import PullRequestBuilds
from mlops_commons.iam.key_policies import ADMINISTRATION, encrypt_log_groups
from mlops_commons.iam.reasons import NAMED_BY_PROJECTS
from mlops_commons.iam.statements import Statement
from mlops_commons.utilities import names
from mlops_commons.utilities.archive import archive
from mlops_commons.utilities.snapshot import Snapshot, layered

RUNTIME: Final = Path(__file__).with_name("runtime")
PURPOSES: Final = ("choose", "verify", "seal")
CHECK: Final = "check"
"""The purpose of the function that builds pull requests; pipelines do not invoke it."""
ASKED: Final = "the pipelines of projects invoke it and wait for its answer"
FINDINGS: Final = {
    "AwsSolutions-L1": "Python 3.13, the version of every build of projects",
    "NIST.800.53.R5-LambdaConcurrency": f"{ASKED}; an account's concurrency is not taken away",
    "NIST.800.53.R5-LambdaDLQ": f"{ASKED}; a failure fails the pipeline, where it is seen",
    "NIST.800.53.R5-LambdaInsideVPC": f"{ASKED}; it reaches nothing inside a VPC",
}


@dataclass(frozen=True, kw_only=True)
class _Function:
    """A row: what a function may do, and how much of Lambda it needs."""

    purpose: str
    title: str
    statements: tuple[Statement, ...]
    minutes: int
    megabytes: int = 1769
    """One whole CPU (Lambda Developer Guide, "Configure Lambda function memory")."""


class GateFunctions(Construct):
    """The functions with their roles, logs and key; exposes `functions` by purpose."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        app_prefix: str,
        set_name: str,
        settings: Mapping[str, Any],
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        """Create the functions.

        Args:
            settings: what `runtime/settings.py` reads.
        """
        super().__init__(scope, construct_id)
        region = cdk.Stack.of(self).region
        named = {
            purpose: names.gate_function(app_prefix, set_name, purpose, region)
            for purpose in (*PURPOSES, CHECK)
        }
        key = _key(self, named)
        code = _code()
        environment = {"GATE_SETTINGS": json.dumps(settings, sort_keys=True)}
        self.functions = {
            row.purpose: _function(
                self, row, named[row.purpose], code, environment, key, removal_policy
            )
            for row in _rows(names.project_bucket_prefix(app_prefix))
        }
        PullRequestBuilds(
            self,
            "PullRequests",
            name=named[CHECK],
            repositories=[f"sagemaker-*-{kind}" for kind in naming.REPOSITORIES],
            reason=NAMED_BY_PROJECTS,
            key=key,
            removal_policy=removal_policy,
        )


def _rows(bucket_prefix: str) -> tuple[_Function, ...]:
    return (
        _Function(
            purpose="choose",
            title="decides which version of a model a project delivers",
            statements=access.choose_statements(bucket_prefix),
            minutes=1,
            megabytes=512,
        ),
        _Function(
            purpose="verify",
            title="looks at what a project delivers, and hands on what the rules accept",
            statements=access.verify_statements(bucket_prefix),
            # CodePipeline waits twenty (User Guide, Quotas); Lambda allows fifteen.
            minutes=15,
        ),
        _Function(
            purpose="seal",
            title="copies a trained model to where nobody can exchange it",
            statements=access.seal_statements(bucket_prefix),
            # A Lambda step waits ten minutes (SageMaker Developer Guide, "Lambda step").
            minutes=10,
        ),
    )


def _code() -> lambda_.Code:
    """The archive, equal byte for byte wherever it is made, and shared by all sets."""
    files = layered(RUNTIME).sources
    content = Snapshot({PurePosixPath("runtime") / name: file for name, file in files.items()})
    return lambda_.Code.from_asset(str(archive(content)), asset_hash=content.digest())


def _function(
    scope: Construct,
    row: _Function,
    name: str,
    code: lambda_.Code,
    environment: Mapping[str, str],
    key: kms.IKey,
    removal_policy: cdk.RemovalPolicy,
) -> lambda_.Function:
    title = row.purpose.capitalize()
    role = iam.Role(
        scope,
        f"{title}Role",
        role_name=name,
        description=f"The gate of projects: {row.title}",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
    )
    policy = managed_policy(
        scope,
        f"{title}Policy",
        (*access.write_logs(name), *row.statements),
        description=f"The gate of projects: {row.title}",
        roles=[role],
    )
    group = logs.LogGroup(
        scope,
        f"{title}Logs",
        log_group_name=f"/aws/lambda/{name}",
        retention=logs.RetentionDays.ONE_YEAR,
        encryption_key=key,
        removal_policy=removal_policy,
    )
    function = lambda_.Function(
        scope,
        title,
        function_name=name,
        description=f"The gate of projects: {row.title}",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler=f"runtime.{row.purpose}.handler",
        code=code,
        role=role,
        log_group=group,
        environment=dict(environment),
        timeout=cdk.Duration.minutes(row.minutes),
        memory_size=row.megabytes,
    )
    # Whoever invokes it finds it able to work.
    function.node.add_dependency(policy)
    acknowledge_each(function, FINDINGS)
    return function


def _key(scope: Construct, functions: Mapping[str, str]) -> kms.Key:
    encrypting = (
        encrypt_log_groups(f"EncryptLogsOf{purpose.capitalize()}", f"/aws/lambda/{name}")
        for purpose, name in functions.items()
    )
    return kms.Key(
        scope,
        "LogKey",
        description="Encrypts the logs of the gate of projects",
        enable_key_rotation=True,
        policy=policy_document((ADMINISTRATION, *encrypting)),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
