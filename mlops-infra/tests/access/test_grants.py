"""What is granted to a persona's role: narrow grants pass the rule packs, wide ones do not."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.cdk.secure_bucket import SecureBucket
from mlops_commons.contract import Persona
from mlops_commons.stage import Studio
from mlops_infra.access.grants import acknowledge_grants
from mlops_infra.core_stage import CoreStage
from mlops_infra.infra_stack import InfraStack

pytestmark = pytest.mark.construct


def read_own_bucket(stack: InfraStack) -> None:
    SecureBucket(stack, "Own").grant_read_write(stack.role(Persona.DATA_SCIENTIST))


def read_every_bucket(stack: InfraStack) -> None:
    read_own_bucket(stack)
    statement = iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"])
    stack.role(Persona.DATA_SCIENTIST).add_to_principal_policy(statement)


def synthesise(folder: Path, grant: Callable[[InfraStack], None]) -> None:
    app = platform_app(outdir=str(folder))
    env = cdk.Environment(account="1" * 12, region="eu-west-1")
    stage = CoreStage(app, "dev", env=env, studio=Studio(domain_name="studio"))
    grant(stage.stack)
    acknowledge_grants(stage.stack.role(Persona.DATA_SCIENTIST))
    app.synth()


def test_a_grant_on_a_resource_of_the_stack_is_acknowledged(tmp_path: Path) -> None:
    synthesise(tmp_path, read_own_bucket)


def test_a_permission_on_everything_stays_a_finding(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        synthesise(tmp_path, read_every_bucket)
    report = (tmp_path / "validation-report.json").read_text()
    assert "AwsSolutions-IAM5[Resource::*]" in report
