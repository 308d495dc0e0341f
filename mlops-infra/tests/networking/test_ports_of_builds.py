"""Where a created network lets the builds of projects out to, besides 443."""

import aws_cdk as cdk
import pytest

from mlops_commons.builds import Builds
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.organization import Organization
from mlops_commons.stage import Projects
from mlops_infra.core_stage import CoreStage

pytestmark = pytest.mark.construct

DEV = "1" * 12
OF_ALL, OF_THE_SET = "https://p.example.com:8443/simple", "https://q.example.com:9443/simple"


def ports(index: str, own: str, account: str = DEV) -> list[int]:
    """Of the security group of workloads."""
    stage = CoreStage(
        platform_app(),
        "dev",
        env=cdk.Environment(account=account, region="eu-west-1"),
        dev_account=DEV,
        tested_accounts=[DEV],
        org=Organization(builds=Builds(pip_index_url=index)),
        projects=Projects(package_index=own),
    )
    (stack,) = stage.synth().stacks
    (group,) = (
        resource["Properties"]
        for name, resource in stack.template["Resources"].items()
        if name.startswith("NetworkWorkloadSecurityGroup")
        and resource["Type"] == "AWS::EC2::SecurityGroup"
    )
    return [rule["ToPort"] for rule in group["SecurityGroupEgress"]]


@pytest.mark.parametrize(
    ("index", "own", "wanted"),
    [
        ("", "", [443]),
        (OF_ALL, "", [443, 8443]),
        ("", OF_THE_SET, [443, 9443]),
        (OF_ALL, OF_THE_SET, [443, 9443]),
    ],
)
def test_builds_of_projects_are_let_out_to_the_port_of_the_index_that_they_are_told(
    index: str, own: str, wanted: list[int]
) -> None:
    assert ports(index, own) == wanted


def test_no_port_is_opened_where_no_project_is_built() -> None:
    assert ports(OF_ALL, OF_THE_SET, account="2" * 12) == [443]
