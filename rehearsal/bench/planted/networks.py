"""Faults of the dev stage's network, which show when Studio would call a service."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from mlops_rehearsal.world.world import World
from planted.fault import Fault, stage_of

HTTPS: Final = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


def _ec2(world: World) -> tuple[Any, str]:
    """EC2 of the dev account, and the VPC of its Studio."""
    dev = stage_of(world, "dev")
    sagemaker = world.administrator("sagemaker", dev.account, dev.region)
    domain = sagemaker.list_domains()["Domains"][0]["DomainId"]
    vpc = sagemaker.describe_domain(DomainId=domain)["VpcId"]
    return world.administrator("ec2", dev.account, dev.region), vpc


@contextmanager
def foreign_range(world: World) -> Iterator[World]:
    """The groups of the endpoints let in a network that is not this one."""
    ec2, vpc = _ec2(world)
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    found = [
        group
        for group in groups["SecurityGroups"]
        if any(rule.get("FromPort") == HTTPS["FromPort"] for rule in group["IpPermissions"])
    ]
    assert found
    other = [{**HTTPS, "IpRanges": [{"CidrIp": "192.168.0.0/24"}]}]
    for group in found:
        name, rules = group["GroupId"], group["IpPermissions"]
        ec2.revoke_security_group_ingress(GroupId=name, IpPermissions=rules)
        ec2.authorize_security_group_ingress(GroupId=name, IpPermissions=other)
    yield world
    for group in found:
        name, rules = group["GroupId"], group["IpPermissions"]
        ec2.revoke_security_group_ingress(GroupId=name, IpPermissions=other)
        ec2.authorize_security_group_ingress(GroupId=name, IpPermissions=rules)


@contextmanager
def foreign_organization(world: World) -> Iterator[World]:
    """The policies of the endpoints ask for an organization that nobody belongs to.

    Afterwards they let this account do everything: the emulator tells nobody what they were.
    """
    ec2, vpc = _ec2(world)
    rows = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    found = [row["VpcEndpointId"] for row in rows if row["VpcId"] == vpc]
    assert found
    account = stage_of(world, "dev").account
    for endpoint in found:
        ec2.modify_vpc_endpoint(
            VpcEndpointId=endpoint, PolicyDocument=_policy("aws:PrincipalOrgID", "o-nobody1234")
        )
    yield world
    for endpoint in found:
        ec2.modify_vpc_endpoint(
            VpcEndpointId=endpoint, PolicyDocument=_policy("aws:PrincipalAccount", account)
        )


def _policy(key: str, value: str) -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return json.dumps({"Statement": [{**statement, "Condition": {"StringEquals": {key: value}}}]})


NETWORK_FAULTS: Final = (
    Fault(
        "endpoints that let in a foreign network",
        *("pipelines", "world", "lets nothing in"),
        foreign_range,
    ),
    Fault(
        "endpoints for another organization",
        *("pipelines", "world", "no VPC endpoint policy allows"),
        foreign_organization,
    ),
)
