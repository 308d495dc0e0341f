"""What doctor says of the VPC and the authorities of builds, from answers of Amazon EC2."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import boto3
import pytest
from botocore.stub import Stubber

from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.config import PlatformConfig, load_config
from mlops_commons.doctor.builds import look_at_authorities, look_at_build_network
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES

pytestmark = pytest.mark.pure

EXAMPLE: Final = EXAMPLES / "behind-a-proxy"
VPC, GROUP = "vpc-0123456789abcdef0", "sg-0123456789abcdef0"
SUBNETS = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")
EVERYTHING = {"IpProtocol": "-1"}
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
PROXY = {"IpProtocol": "tcp", "FromPort": 3000, "ToPort": 3999}
OVER_UDP = {**PROXY, "IpProtocol": "udp"}


@pytest.fixture(scope="module")
def config() -> PlatformConfig:
    return load_config(EXAMPLE / CDK_APP_CONFIG.name, EXAMPLE / CDK_INFRA_APP_CONFIG.name)


def looked_at(
    config: PlatformConfig, *rules: Mapping[str, Any], vpcs: tuple[str, str] = (VPC, VPC)
) -> list[Finding]:
    ec2 = boto3.client("ec2", region_name="eu-west-1")
    with Stubber(ec2) as answers:
        rows = [{"SubnetId": s, "VpcId": v} for s, v in zip(SUBNETS, vpcs, strict=True)]
        answers.add_response("describe_subnets", {"Subnets": rows}, {"SubnetIds": [*SUBNETS]})
        group = {"GroupId": GROUP, "VpcId": VPC, "IpPermissionsEgress": [*rules]}
        answers.add_response(
            "describe_security_groups", {"SecurityGroups": [group]}, {"GroupIds": [GROUP]}
        )
        return found_in_governance(config, ec2)


def found_in_governance(config: PlatformConfig, ec2: Any) -> list[Finding]:
    row = next(row for row in bootstrap_plan(config) if row.governs)
    return list(look_at_build_network("governance", row, ec2, config))


@pytest.mark.parametrize("rules", [[EVERYTHING], [HTTPS, PROXY]])
def test_a_vpc_that_lets_builds_out_to_proxy_and_endpoints_is_fine(
    config: PlatformConfig, rules: list[Mapping[str, Any]]
) -> None:
    (found,) = looked_at(config, *rules)
    assert found.level is Level.OK


@pytest.mark.parametrize(
    ("rules", "port"), [([HTTPS], "3128"), ([PROXY], "443"), ([HTTPS, OVER_UDP], "3128")]
)
def test_a_port_that_no_group_opens_is_named(
    config: PlatformConfig, rules: list[Mapping[str, Any]], port: str
) -> None:
    (found,) = looked_at(config, *rules)
    assert found.level is Level.ERROR
    assert found.message.endswith(f"lets them out to port {port}")


def test_a_subnet_of_another_vpc_is_named(config: PlatformConfig) -> None:
    (found,) = looked_at(config, EVERYTHING, vpcs=(VPC, "vpc-99999999999999999"))
    assert (found.level, SUBNETS[1] in found.message) == (Level.ERROR, True)


def test_what_is_not_there_is_said_as_ec2_says_it(config: PlatformConfig) -> None:
    ec2 = boto3.client("ec2", region_name="eu-west-1")
    with Stubber(ec2) as answers:
        answers.add_client_error(
            "describe_subnets", "InvalidSubnetID.NotFound", "The subnet ID 'x' does not exist"
        )
        (found,) = found_in_governance(config, ec2)
    assert found.level is Level.ERROR
    assert "The subnet ID 'x' does not exist" in found.message


def test_only_governance_is_looked_at(config: PlatformConfig) -> None:
    ec2 = boto3.client("ec2", region_name="eu-west-1")
    with Stubber(ec2):  # answers nothing
        rows = [row for row in bootstrap_plan(config) if not row.governs]
        assert rows
        assert not [f for row in rows for f in look_at_build_network("x", row, ec2, config)]


@pytest.mark.parametrize(
    ("today", "level"),
    [
        (date(2026, 12, 1), Level.OK),
        (date(2046, 10, 1), Level.WARNING),
        (date(2047, 1, 1), Level.ERROR),
    ],
)
def test_an_authority_that_ends_is_told_in_time(
    config: PlatformConfig, today: date, level: Level
) -> None:
    (found,) = look_at_authorities(config, today)
    assert found.level is level
    assert "'Example Bank Root CA'" in found.message
