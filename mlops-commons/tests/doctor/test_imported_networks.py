"""What doctor says of a VPC that a stage imports, from answers of EC2 that botocore's model checks.

Synthesis looks nothing up, so a wrong id, range or zone shows when the pipeline runs, or never.
"""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.config import load_config
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.imported_networks import look_at_imported_networks

pytestmark = pytest.mark.pure

ACCOUNT, REGION = "222222222222", "eu-west-1"
APP = """\
cdk_app_config:
  pipeline: {account: "111111111111", region: eu-west-1}
  deployments:
    - set_name: retail
      stages:
        - {stage_name: dev, account: "222222222222"}
"""
VPC, GROUP, TABLE = "vpc-0123456789abcdef0", "sg-0123456789abcdef0", "rtb-0123456789abcdef0"
SUBNETS = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")
INFRA = f"""\
cdk_infra_app_config:
  network:
    deployments:
      - set_name: retail
        stages:
          - stage_name: dev
            import_network:
              vpc_id: {VPC}
              subnets: [{", ".join(SUBNETS)}]
              base_security_group: {GROUP}
              vpc_cidr: 10.8.0.0/16
              route_table_ids: [{TABLE}]
              endpoints: {{s3: true, kms: true}}
"""
ZONES = ("eu-west-1a", "eu-west-1b")
OURS = [{"Key": "cdk-app", "Value": "mlops-infra"}]


def looked_at(
    folder: Path,
    *,
    zones: tuple[str, str] = ZONES,
    vpcs: tuple[str, str, str] = (VPC, VPC, VPC),
    ranges: tuple[str, ...] = ("10.8.0.0/16",),
    dns: tuple[bool, bool] = (True, True),
    endpoints: list[dict[str, Any]] | None = None,
    missing: str = "",
    owner: str = ACCOUNT,
) -> list[Finding]:
    (folder / "app.yml").write_text(APP)
    (folder / "infra.yml").write_text(INFRA)
    config = load_config(folder / "app.yml", folder / "infra.yml")
    row = next(row for row in bootstrap_plan(config) if row.account == ACCOUNT)
    credentials = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    ec2 = boto3.client("ec2", region_name=REGION, **credentials)
    of_subnets, of_group, of_table = vpcs[0], vpcs[1], vpcs[2]
    associated = {"CidrBlockState": {"State": "associated"}}
    with Stubber(ec2) as answers:
        if missing:
            answers.add_client_error("describe_subnets", missing, "The subnet ID does not exist")
            return list(look_at_imported_networks("here", row, ec2, config))
        rows = [
            {"SubnetId": subnet, "VpcId": of_subnets, "AvailabilityZone": zone, "OwnerId": owner}
            for subnet, zone in zip(SUBNETS, zones, strict=True)
        ]
        group = {"GroupId": GROUP, "VpcId": of_group}
        table = {"RouteTableId": TABLE, "VpcId": of_table}
        blocks = [{"CidrBlock": cidr, **associated} for cidr in ranges]
        vpc = {"VpcId": VPC, "CidrBlockAssociationSet": blocks}
        answers.add_response("describe_subnets", {"Subnets": rows})
        answers.add_response("describe_security_groups", {"SecurityGroups": [group]})
        answers.add_response("describe_route_tables", {"RouteTables": [table]})
        answers.add_response("describe_vpcs", {"Vpcs": [vpc]})
        for name, on in zip(("EnableDnsSupport", "EnableDnsHostnames"), dns, strict=True):
            answers.add_response("describe_vpc_attribute", {name: {"Value": on}})
        answers.add_response("describe_vpc_endpoints", {"VpcEndpoints": endpoints or []})
        found = list(look_at_imported_networks("here", row, ec2, config))
        answers.assert_no_pending_responses()
    return found


def kms(**more: Any) -> list[dict[str, Any]]:
    return [{"ServiceName": f"com.amazonaws.{REGION}.kms", "PrivateDnsEnabled": True, **more}]


@pytest.mark.parametrize("right", [{}, {"endpoints": kms(Tags=OURS)}, {"ranges": ("10.0.0.0/8",)}])
def test_a_vpc_as_the_configuration_has_it_is_fine(tmp_path: Path, right: dict[str, Any]) -> None:
    (found,) = looked_at(tmp_path, **right)
    assert (found.level, VPC in found.message) == (Level.OK, True)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"vpcs": ("vpc-99999999", VPC, VPC)}, f"{SUBNETS[0]}, {SUBNETS[1]} are not in {VPC}"),
        ({"vpcs": (VPC, "vpc-99999999", VPC)}, f"{GROUP} are not in {VPC}"),
        ({"vpcs": (VPC, VPC, "vpc-99999999")}, f"{TABLE} are not in {VPC}"),
        ({"zones": ("eu-west-1a", "eu-west-1-wl1-dub-wlz-1")}, "a Local or Wavelength Zone"),
        ({"ranges": ("10.9.0.0/16",)}, "'10.8.0.0/16' is no range of"),
        ({"dns": (True, False)}, "has enableDnsHostnames off, and kms has private names"),
        ({"dns": (False, True)}, "has enableDnsSupport off"),
        ({"endpoints": kms()}, "has an endpoint of 'kms' with private names already"),
        ({"owner": "999999999999"}, "belong to account 999999999999, which shares them"),
        ({"missing": "InvalidSubnetID.NotFound"}, "The subnet ID does not exist"),
    ],
)
def test_what_ec2_would_refuse_is_said_before(
    tmp_path: Path, wrong: dict[str, Any], says: str
) -> None:
    (found,) = looked_at(tmp_path, **wrong)
    assert found.level is Level.ERROR
    assert found.message.startswith("retail/dev: ") and says in found.message
    assert found.remedy


def test_subnets_of_one_zone_are_a_warning(tmp_path: Path) -> None:
    (found,) = looked_at(tmp_path, zones=("eu-west-1a", "eu-west-1a"))
    assert found.level is Level.WARNING
    assert "all of its subnets are in eu-west-1a" in found.message
