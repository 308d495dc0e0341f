"""Network paths are played: a route, security groups, DNS or an endpoint that is wrong stops."""

from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, OF_JOBS, Accounts

pytestmark = pytest.mark.app

REGION = "eu-west-1"
STUDIO = "sagemaker.amazonaws.com"
INTERFACE = "Interface"
ANYWHERE = "0.0.0.0/0"
VPC = {"CidrBlock": "10.66.0.0/16", "EnableDnsSupport": True, "EnableDnsHostnames": True}
SERVICES = ("sagemaker.api", "sagemaker.runtime", "servicecatalog", "sts", "logs")


def typed(kind: str, depends: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    waits = {"DependsOn": depends} if depends else {}
    return {"Type": f"AWS::{kind}", "Properties": properties, **waits}


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def endpoints_only(name: str) -> dict[str, Any]:
    """A network without a way out whose endpoints are all that Studio needs, and a domain in it."""
    own = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = {"Statement": [{**statement, "Condition": own}]}
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    made = {
        "Vpc": typed("EC2::VPC", **VPC),
        "Private": typed("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.66.1.0/24"),
        "Table": typed("EC2::RouteTable", VpcId=ref("Vpc")),
        "Association": typed(
            "EC2::SubnetRouteTableAssociation", SubnetId=ref("Private"), RouteTableId=ref("Table")
        ),
        "Work": typed(
            "EC2::SecurityGroup",
            GroupDescription="work",
            VpcId=ref("Vpc"),
            SecurityGroupEgress=[{**https, "CidrIp": ANYWHERE}],
        ),
        "Doors": typed(
            "EC2::SecurityGroup",
            GroupDescription="endpoints",
            VpcId=ref("Vpc"),
            SecurityGroupIngress=[{**https, "CidrIp": "10.66.0.0/16"}],
        ),
        "S3": typed(
            "EC2::VPCEndpoint",
            VpcId=ref("Vpc"),
            ServiceName=f"com.amazonaws.{REGION}.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=[ref("Table")],
            PolicyDocument=policy,
        ),
        "Domain": typed(
            "SageMaker::Domain",
            ["Association"],
            DomainName=name,
            AuthMode="IAM",
            VpcId=ref("Vpc"),
            SubnetIds=[ref("Private")],
            AppNetworkAccessType="VpcOnly",
            DefaultUserSettings={
                "ExecutionRole": f"arn:aws:iam::{ACCOUNT}:role/{name}",
                "SecurityGroups": [ref("Work")],
            },
        ),
    }
    for number, service in enumerate(SERVICES):
        made[f"Endpoint{number}"] = typed(
            "EC2::VPCEndpoint",
            VpcId=ref("Vpc"),
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            VpcEndpointType="Interface",
            PrivateDnsEnabled=True,
            SubnetIds=[ref("Private")],
            SecurityGroupIds=[ref("Doors")],
            PolicyDocument=policy,
        )
    return made


def foreign_range(made: dict[str, Any]) -> None:
    made["Doors"]["Properties"]["SecurityGroupIngress"][0]["CidrIp"] = "10.67.0.0/16"


def port_80(made: dict[str, Any]) -> None:
    made["Work"]["Properties"]["SecurityGroupEgress"][0].update(FromPort=80, ToPort=80)


def foreign_organization(made: dict[str, Any]) -> None:
    other = {"StringEquals": {"aws:PrincipalOrgID": ACCOUNT}}
    for resource in made.values():
        for statement in resource["Properties"].get("PolicyDocument", {}).get("Statement", ()):
            statement["Condition"] = other


def without_private_dns(made: dict[str, Any]) -> None:
    made["Endpoint0"]["Properties"]["PrivateDnsEnabled"] = False


def without_hostnames(made: dict[str, Any]) -> None:
    made["Vpc"]["Properties"]["EnableDnsHostnames"] = False


def without_an_endpoint(made: dict[str, Any]) -> None:
    del made["Endpoint0"]


def table_without_s3(made: dict[str, Any]) -> None:
    made["Other"] = typed("EC2::RouteTable", VpcId=ref("Vpc"))
    made["S3"]["Properties"]["RouteTableIds"] = [ref("Other")]


FAULTS = {
    "foreign-range": (foreign_range, "lets nothing in"),
    "port-80": (port_80, "lets HTTPS out"),
    "foreign-organization": (foreign_organization, "no VPC endpoint policy allows"),
    "no-private-dns": (without_private_dns, "neither an endpoint of it with private DNS"),
    "no-hostnames": (without_hostnames, "neither an endpoint of it with private DNS"),
    "no-endpoint": (without_an_endpoint, "neither an endpoint of it with private DNS"),
    "no-s3": (table_without_s3, "Connect timeout on endpoint of s3"),
}


def unreachable(accounts: Accounts, name: str, made: dict[str, Any]) -> list[str]:
    assert accounts.deploy(name, made) == ("CREATE_COMPLETE", "")
    domain = accounts.client("sagemaker").list_domains()["Domains"]
    (own,) = [row["DomainId"] for row in domain if row["DomainName"] == name]
    found = accounts.emulator.refused([(ACCOUNT, REGION)])
    return [row["reason"] for row in found if own in row["deed"]]


def test_studio_works_in_a_network_of_endpoints_only(accounts: Accounts) -> None:
    assert unreachable(accounts, "endpoints-only", endpoints_only("endpoints-only")) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_network_stops_studio(accounts: Accounts, name: str) -> None:
    plant, reason = FAULTS[name]
    made = endpoints_only(name)
    plant(made)
    assert any(reason in text for text in unreachable(accounts, name, made))


def central(made: dict[str, Any], *, way: bool) -> None:
    """No interface endpoint of its own; a Profile answers the names, and a way leads there."""
    for name in [k for k, r in made.items() if r["Properties"].get("VpcEndpointType") == INTERFACE]:
        del made[name]
    about = {"Name": "central", "ProfileId": "rp-0123456789abcdef", "ResourceId": ref("Vpc")}
    made["Profile"] = typed("Route53Profiles::ProfileAssociation", **about)
    if way:
        gateway = {"TransitGatewayId": "tgw-0123456789abcdef0"}
        made["Way"] = typed(
            "EC2::TransitGatewayAttachment",
            **gateway,
            VpcId=ref("Vpc"),
            SubnetIds=[ref("Private")],
        )
        made["Route"] = typed(
            "EC2::Route",
            ["Way"],
            **gateway,
            RouteTableId=ref("Table"),
            DestinationCidrBlock="10.0.0.0/8",
        )


def test_studio_works_with_central_endpoints_to_which_a_way_leads(accounts: Accounts) -> None:
    made = endpoints_only("central")
    central(made, way=True)
    assert unreachable(accounts, "central", made) == []


def test_central_endpoints_without_a_way_to_them_stop_studio(accounts: Accounts) -> None:
    made = endpoints_only("central-unreached")
    central(made, way=False)
    found = unreachable(accounts, "central-unreached", made)
    assert any("its name leads to another VPC" in text for text in found)


UNROUTED, ROUTED = "100.64.0.0/20", "10.77.0.0/20"


def secondary(made: dict[str, Any], block: str, *, translated: bool) -> None:
    """The private subnet in a further range; what it sends elsewhere is translated, or is not."""
    made["Further"] = typed("EC2::VPCCidrBlock", VpcId=ref("Vpc"), CidrBlock=block)
    made["Private"]["Properties"]["CidrBlock"] = block
    made["Private"]["DependsOn"] = ["Further"]
    made["Transit"] = typed("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.66.2.0/28")
    made["Onward"] = typed("EC2::RouteTable", VpcId=ref("Vpc"))
    made["ByTransit"] = typed(
        "EC2::SubnetRouteTableAssociation", SubnetId=ref("Transit"), RouteTableId=ref("Onward")
    )
    made["Way"]["Properties"]["SubnetIds"] = [ref("Transit")]
    if translated:
        made["Nat"] = typed(
            "EC2::NatGateway", ["Led"], SubnetId=ref("Transit"), ConnectivityType="private"
        )
        led = made["Route"]["Properties"]
        made["Led"] = typed("EC2::Route", ["Way"], **{**led, "RouteTableId": ref("Onward")})
        del led["TransitGatewayId"]
        led["NatGatewayId"] = ref("Nat")


@pytest.mark.parametrize(
    ("name", "block", "translated", "reached"),
    [
        ("translated", UNROUTED, True, True),
        ("untranslated", UNROUTED, False, False),
        ("routed", ROUTED, False, True),
    ],
)
def test_another_vpc_answers_a_secondary_range_that_is_routed_or_translated(
    accounts: Accounts, name: str, block: str, translated: bool, reached: bool
) -> None:
    made = endpoints_only(f"secondary-{name}")
    central(made, way=True)
    secondary(made, block, translated=translated)
    found = unreachable(accounts, f"secondary-{name}", made)
    assert any("its name leads to another VPC" in text for text in found) == (not reached)
    assert bool(found) == (not reached)


@pytest.mark.parametrize(("name", "admitted"), [("admitted", True), ("not-admitted", False)])
def test_endpoints_answer_a_secondary_range_that_their_group_admits(
    accounts: Accounts, name: str, admitted: bool
) -> None:
    made = endpoints_only(name)
    made["Further"] = typed("EC2::VPCCidrBlock", VpcId=ref("Vpc"), CidrBlock=UNROUTED)
    made["Private"]["Properties"]["CidrBlock"] = UNROUTED
    made["Private"]["DependsOn"] = ["Further"]
    if admitted:
        rules = made["Doors"]["Properties"]["SecurityGroupIngress"]
        rules.append({**rules[0], "CidrIp": UNROUTED})
    found = unreachable(accounts, name, made)
    assert any("lets nothing in" in text for text in found) == (not admitted)


def _inspected(made: dict[str, Any]) -> None:
    """Everything goes to the transit gateway through a private NAT gateway."""
    for name in ("Gateway", "Attached", "Out", "Address"):
        made.pop(name)
    del made["Nat"]["Properties"]["AllocationId"]
    made["Nat"]["Properties"]["ConnectivityType"] = "private"
    gateway = {"TransitGatewayId": "tgw-0123456789abcdef0"}
    made["Way"] = typed(
        "EC2::TransitGatewayAttachment", **gateway, VpcId=ref("Vpc"), SubnetIds=[ref("Public")]
    )
    made["Out"] = typed(
        "EC2::Route",
        ["Way"],
        **gateway,
        RouteTableId=ref("PublicTable"),
        DestinationCidrBlock=ANYWHERE,
    )


def _private_nat(made: dict[str, Any]) -> None:
    """An internet gateway drops what comes from a private NAT gateway."""
    del made["Nat"]["Properties"]["AllocationId"]
    made["Nat"]["Properties"]["ConnectivityType"] = "private"


def _untranslated(made: dict[str, Any]) -> None:
    _inspected(made)
    made.pop("Nat")
    through = made["ThroughNat"]["Properties"]
    del through["NatGatewayId"]
    through["TransitGatewayId"] = "tgw-0123456789abcdef0"
    made["ThroughNat"]["DependsOn"] = ["Way"]


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("public-nat", lambda made: None, ""),
        ("inspected", _inspected, ""),
        ("private-nat", _private_nat, "has no way out"),
        ("untranslated", _untranslated, "no other network answers 100.64.0.0/20"),
    ],
)
def test_a_job_in_a_secondary_range_reads_its_data_as_its_addresses_are_answered(
    accounts: Accounts, name: str, change: Any, reason: str
) -> None:
    made = with_nat("PrivateTable")
    made["Further"] = typed("EC2::VPCCidrBlock", VpcId=ref("Vpc"), CidrBlock=UNROUTED)
    made["Private"]["Properties"]["CidrBlock"] = UNROUTED
    made["Private"]["DependsOn"] = ["Further"]
    change(made)
    status, why = accounts.deploy(f"secondary-job-{name}", with_model(accounts, name, made))
    assert reason in why
    assert (status == "CREATE_COMPLETE") == (not reason)


def with_nat(private_table: str) -> dict[str, Any]:
    """A network with NAT: a private and a public subnet, each with its table."""
    return {
        "Vpc": typed("EC2::VPC", **VPC),
        "Gateway": typed("EC2::InternetGateway"),
        "Attached": typed(
            "EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("Gateway")
        ),
        **{
            name: typed("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock=block)
            for name, block in (("Private", "10.66.1.0/24"), ("Public", "10.66.2.0/24"))
        },
        **{f"{n}Table": typed("EC2::RouteTable", VpcId=ref("Vpc")) for n in ("Private", "Public")},
        "Out": typed(
            "EC2::Route",
            ["Attached"],
            RouteTableId=ref("PublicTable"),
            DestinationCidrBlock=ANYWHERE,
            GatewayId=ref("Gateway"),
        ),
        "Address": typed("EC2::EIP", ["Attached"], Domain="vpc"),
        "Nat": typed(
            "EC2::NatGateway",
            ["Out"],
            SubnetId=ref("Public"),
            AllocationId={"Fn::GetAtt": ["Address", "AllocationId"]},
        ),
        "ThroughNat": typed(
            "EC2::Route",
            RouteTableId=ref("PrivateTable"),
            DestinationCidrBlock=ANYWHERE,
            NatGatewayId=ref("Nat"),
        ),
        "First": typed(
            "EC2::SubnetRouteTableAssociation",
            SubnetId=ref("Private"),
            RouteTableId=ref(private_table),
        ),
        "Second": typed(
            "EC2::SubnetRouteTableAssociation",
            SubnetId=ref("Public"),
            RouteTableId=ref("PublicTable"),
        ),
        "Work": typed("EC2::SecurityGroup", GroupDescription="work", VpcId=ref("Vpc")),
    }


def with_model(accounts: Accounts, name: str, made: dict[str, Any]) -> dict[str, Any]:
    """A model in the private subnet, whose image and data are read through the network."""
    model = typed(
        "SageMaker::Model",
        ["First", "Second", "ThroughNat"],
        ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/through-{name}",
        PrimaryContainer={"Image": "image"},
        VpcConfig={"Subnets": [ref("Private")], "SecurityGroupIds": [ref("Work")]},
    )
    joining = {"Effect": "Allow", "Action": ["ec2:*", *OF_JOBS], "Resource": "*"}
    accounts.role(f"through-{name}", STUDIO, joining)
    return {**made, "Model": model}


@pytest.mark.parametrize(
    ("name", "table", "reason"),
    [("nat", "PrivateTable", ""), ("public", "PublicTable", "but no public address")],
)
def test_a_job_reads_its_data_through_its_network(
    accounts: Accounts, name: str, table: str, reason: str
) -> None:
    status, why = accounts.deploy(f"network-{name}", with_model(accounts, name, with_nat(table)))
    assert reason in why
    assert (status == "CREATE_COMPLETE") == (not reason)
