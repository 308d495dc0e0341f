"""Doctor asks IAM for each policy that the configuration names (AWS models check the call)."""

from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber
from changed_configuration import loaded

from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.config import PlatformConfig
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.named_policies import look_at_named_policies

pytestmark = pytest.mark.pure

AWS_OWN = "arn:aws:iam::aws:policy/AmazonAthenaFullAccess"
MISTYPED = "arn:aws:iam::aws:policy/AmazonAthenaFulAccess"


def config(folder: Path, *policies: str) -> PlatformConfig:
    persona = {"policy_arns": list(policies), "actions": ["athena:StartQueryExecution"]}
    infra = [(("sagemaker", "personas", "data_scientist"), persona)] if policies else []
    return loaded(folder, infra=infra).config


def of_dev(wanted: PlatformConfig) -> BootstrapRow:
    dev = wanted.enabled_deployments[0].dev
    assert dev
    return next(row for row in bootstrap_plan(wanted) if row.account == dev.account)


def asked(row: BootstrapRow, wanted: PlatformConfig, answers: dict[str, bool]) -> list[Finding]:
    credentials = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    iam = boto3.client("iam", region_name="eu-west-1", **credentials)
    with Stubber(iam) as stub:
        for arn, there in answers.items():
            parameters = {"PolicyArn": arn}
            if there:
                stub.add_response("get_policy", {"Policy": {"Arn": arn}}, parameters)
            else:
                stub.add_client_error("get_policy", "NoSuchEntity", expected_params=parameters)
        found = list(look_at_named_policies("here", row, iam, wanted))
        stub.assert_no_pending_responses()
    return found


def test_a_policy_of_aws_that_is_mistyped_is_an_error_with_the_key_that_names_it(
    tmp_path: Path,
) -> None:
    wanted = config(tmp_path, AWS_OWN, MISTYPED)
    (found,) = asked(of_dev(wanted), wanted, {AWS_OWN: True, MISTYPED: False})
    assert found.level is Level.ERROR
    key = "sagemaker.personas.data_scientist.policy_arns"
    assert found.message == f"there is no policy {MISTYPED}, which {key} names"
    assert key in found.remedy


def test_the_boundary_of_the_organization_and_a_policy_of_the_bootstrap_are_asked_for(
    tmp_path: Path,
) -> None:
    wanted = config(tmp_path)
    plain = of_dev(wanted)
    boundary = f"arn:aws:iam::{plain.account}:policy/org/Everyone"
    named = f"arn:aws:iam::{plain.account}:policy/Cdk"
    row = replace(plain, boundary="org/Everyone", policy_arn=named)
    first, second = asked(row, wanted, {boundary: False, named: False})
    assert "org.permissions_boundary.name" in first.message + second.message
    assert "bootstrap.execution_policy_arn" in first.message + second.message
    (found,) = asked(row, wanted, {boundary: True, named: True})
    assert (found.level, found.message) == (
        Level.OK,
        "2 policies of the configuration are there",
    )


def test_where_none_is_named_nothing_is_asked(tmp_path: Path) -> None:
    wanted = config(tmp_path)
    assert asked(of_dev(wanted), wanted, {}) == []
