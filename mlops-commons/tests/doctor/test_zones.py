"""What doctor says of zones, from answers of Amazon EC2 that botocore's model checks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.config import PlatformConfig, load_config
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.zones import look_at_zones

pytestmark = pytest.mark.pure

ACCOUNT, REGION = "222222222222", "us-east-1"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d")
APP = """\
cdk_app_config:
  pipeline: {account: "111111111111", region: us-east-1}
  deployments:
    - set_name: retail
      stages:
        - {stage_name: dev, account: "222222222222"}
"""
IMPORTED = """\
cdk_infra_app_config:
  network:
    deployments:
      - set_name: retail
        stages:
          - stage_name: dev
            import_network:
              vpc_id: vpc-0123456789abcdef0
              subnets: [%s]
              base_security_group: sg-0123456789abcdef0
              vpc_cidr: 10.0.0.0/16
              endpoints: {kms: true, ssm: true}
"""
CREATED = """\
cdk_infra_app_config:
  network:
    default_create_network: {%s}
"""
SUBNETS = [f"subnet-{number:017x}" for number in range(3)]


def config(folder: Path, infra: str) -> PlatformConfig:
    (folder / "app.yml").write_text(APP)
    (folder / "infra.yml").write_text(infra)
    return load_config(folder / "app.yml", folder / "infra.yml")


def row_of(wanted: PlatformConfig) -> BootstrapRow:
    """The account of the only stage."""
    return next(row for row in bootstrap_plan(wanted) if row.account == ACCOUNT)


def services(lacking: Mapping[str, Sequence[str]] | None = None, without: str = "") -> Any:
    """DescribeVpcEndpointServices: every service of the table, some not in every zone."""
    from mlops_commons.vpc_endpoints import VPC_ENDPOINTS

    return {
        "ServiceDetails": [
            {
                "ServiceName": row.service_name(REGION),
                "AvailabilityZones": [
                    z for z in ZONES if z not in (lacking or {}).get(row.key, ())
                ],
            }
            for row in VPC_ENDPOINTS
            if row.key != without
        ]
    }


AVAILABLE = {"State": "available"}


def zones(names: Sequence[str] = ZONES) -> Any:
    """Zones whose ids have the digit of their letter's place."""
    return {
        "AvailabilityZones": [
            {"ZoneName": name, "ZoneId": f"use1-az{'abcdef'.index(name[-1]) + 1}", **AVAILABLE}
            for name in names
        ]
    }


def subnets(*places: tuple[str, str]) -> Any:
    return {"Subnets": [{"SubnetId": subnet, "AvailabilityZone": zone} for subnet, zone in places]}


Ask = Callable[[PlatformConfig, Sequence[tuple[str, Any]]], list[Finding]]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Ask doctor, with the answers of EC2 in the order of its calls."""
    client = boto3.client(
        "ec2", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stubber:

        def asked(wanted: PlatformConfig, answers: Sequence[tuple[str, Any]]) -> list[Finding]:
            for operation, answer in answers:
                stubber.add_response(operation, answer)
            found = list(look_at_zones("here", row_of(wanted), client, wanted))
            stubber.assert_no_pending_responses()
            return found

        yield asked


def of_account(
    lacking: Mapping[str, Sequence[str]] | None = None,
    *,
    names: Sequence[str] = ZONES,
    default: Sequence[str] = (),
    without: str = "",
) -> list[tuple[str, Any]]:
    """The answers that a created network is judged by."""
    return [
        ("describe_vpc_endpoint_services", services(lacking, without)),
        ("describe_availability_zones", zones(names)),
        ("describe_subnets", subnets(*((f"subnet-{zone}", zone) for zone in default))),
    ]


def test_endpoints_in_all_zones_are_said_to_be(tmp_path: Path, ask: Ask) -> None:
    (found,) = ask(config(tmp_path, CREATED % ""), of_account())
    assert found.level is Level.OK
    assert found.message.startswith("retail/dev: its ")


def test_a_zone_without_a_service_is_named_with_those_that_have_all(
    tmp_path: Path, ask: Ask
) -> None:
    (found,) = ask(config(tmp_path, CREATED % ""), of_account({"kms": ["us-east-1b"]}))
    assert found.level is Level.ERROR
    assert found.message == (
        "retail/dev: us-east-1b has no kms; name others in availability_zones: "
        "[us-east-1a, us-east-1c, us-east-1d]"
    )


def test_only_zones_with_a_default_subnet_count_where_there_is_one(
    tmp_path: Path, ask: Ask
) -> None:
    answers = of_account({"kms": ["us-east-1a"]}, default=ZONES[1:])
    (found,) = ask(config(tmp_path, CREATED % ""), answers)
    assert found.level is Level.OK


def test_zones_that_an_account_lacks_are_named(tmp_path: Path, ask: Ask) -> None:
    named = CREATED % "availability_zones: [us-east-1a, us-east-1f]"
    (found,) = ask(config(tmp_path, named), of_account())
    assert "the account has no zone us-east-1f; it has us-east-1a, us-east-1b" in found.message
    (found,) = ask(config(tmp_path, CREATED % ""), of_account(names=ZONES[:2]))
    assert "the account has 2 zones, 3 are wanted; set vpc_max_azs: 2" in found.message


def test_zones_by_id_are_looked_up_by_id(tmp_path: Path, ask: Ask) -> None:
    named = CREATED % "availability_zones: [use1-az1, use1-az2]"
    (found,) = ask(config(tmp_path, named), of_account({"kms": ["us-east-1b"]}))
    assert found.message == (
        "retail/dev: us-east-1b has no kms; name others in availability_zones: "
        "[use1-az1, use1-az3, use1-az4]"
    )
    absent = CREATED % "availability_zones: [use1-az1, use1-az6]"
    (found,) = ask(config(tmp_path, absent), of_account())
    assert "the account has no zone use1-az6; it has use1-az1, use1-az2" in found.message


def test_an_endpoint_that_a_region_does_not_offer_is_named_with_its_switch(
    tmp_path: Path, ask: Ask
) -> None:
    (found,) = ask(config(tmp_path, CREATED % ""), of_account(without="kms"))
    assert found.level is Level.ERROR
    assert "no endpoint 'com.amazonaws.us-east-1.kms'; switch 'kms' off" in found.message


def test_two_imported_subnets_of_a_zone_lead_to_those_that_endpoints_can_use(
    tmp_path: Path, ask: Ask
) -> None:
    wanted = config(tmp_path, IMPORTED % ", ".join(SUBNETS))
    places = list(zip(SUBNETS, ("us-east-1a", "us-east-1a", "us-east-1b"), strict=True))
    answers = [
        ("describe_vpc_endpoint_services", services()),
        ("describe_subnets", subnets(*places)),
    ]
    (found,) = ask(wanted, answers)
    assert found.message == (
        "retail/dev: several subnets of its endpoints are in us-east-1a; name one of each zone "
        f"in endpoint_subnets: [{SUBNETS[0]}, {SUBNETS[2]}]"
    )


def test_subnets_that_are_named_for_endpoints_are_those_that_count(
    tmp_path: Path, ask: Ask
) -> None:
    named = f"{', '.join(SUBNETS)}]\n              endpoint_subnets: [{SUBNETS[2]}"
    answers = [
        ("describe_vpc_endpoint_services", services({"kms": ["us-east-1a"]})),
        ("describe_subnets", subnets((SUBNETS[2], "us-east-1b"))),
    ]
    (found,) = ask(config(tmp_path, IMPORTED % named), answers)
    assert found.level is Level.OK


def test_a_stage_elsewhere_asks_for_nothing(tmp_path: Path, ask: Ask) -> None:
    wanted = config(tmp_path, CREATED % "")
    client = boto3.client("ec2", region_name="eu-west-1")
    elsewhere = replace(row_of(wanted), region="eu-west-1")
    assert list(look_at_zones("here", elsewhere, client, wanted)) == []
