"""The example behind a proxy: every build is in its network, and is told how to reach packages."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from changed_stacks import said

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES
from mlops_reachability.synthesis import synthesise
from mlops_rehearsal.behaviour.stack import Stack
from mlops_rehearsal.behaviour.templates import stacks

pytestmark = pytest.mark.app
Template = dict[str, Any]
BUILD: Final = "AWS::CodeBuild::Project"
WANTED: Final = {
    "HTTPS_PROXY": "http://proxy.example.com:3128",
    "https_proxy": "http://proxy.example.com:3128",
    "NO_PROXY": "localhost,127.0.0.1,169.254.169.254,169.254.170.2,.eu-west-1.amazonaws.com,"
    "packages.example.com,.corp.example.com",
    "PIP_INDEX_URL": "https://packages.example.com/api/pypi/pypi/simple",
    "UV_DEFAULT_INDEX": "https://packages.example.com/api/pypi/pypi/simple",
    "npm_config_registry": "https://packages.example.com/api/npm/npm/",
    "SSL_CERT_FILE": "/tmp/organization-ca.pem",
    "NODE_EXTRA_CA_CERTS": "/tmp/organization-ca.pem",
}
LONGEST_VARIABLE: Final = 4096
"""InvalidInputException of CodeBuild: "EnvironmentVariable should be at most 4096 characters"."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    files = (EXAMPLES / "behind-a-proxy" / f.name for f in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG))
    return dict(stacks(synthesise(*files, tmp_path_factory.mktemp("made"))))


def builds(stack: Stack) -> Iterator[tuple[str, Template]]:
    for name, resource in stack.template["Resources"].items():
        if resource["Type"] == BUILD:
            yield name, resource["Properties"]


def test_nothing_is_found_but_the_way_to_the_proxy_where_projects_build(
    made: dict[str, Stack],
) -> None:
    found = {name: texts for name, stack in made.items() if (texts := said(stack))}
    assert found.keys() == {"infra dev"}
    (text,) = found["infra dev"]
    assert text.startswith("workloads_call_out_on_https: NetworkWorkloadSecurityGroup")


def test_every_build_of_both_apps_and_of_projects_is_told_the_same(made: dict[str, Stack]) -> None:
    counts = {}
    for name, stack in made.items():
        for build, properties in builds(stack):
            rows = properties["Environment"]["EnvironmentVariables"]
            found = {row["Name"]: row["Value"] for row in rows}
            assert {key: found.get(key) for key in WANTED} == WANTED, (name, build)
            assert found["CA_CERTIFICATES"].startswith("-----BEGIN CERTIFICATE-----")
            assert all(len(str(row["Value"])) <= LONGEST_VARIABLE for row in rows)
            assert properties["VpcConfig"]["Subnets"], (name, build)
            counts[name] = counts.get(name, 0) + 1
    assert counts["infra pipeline"] == counts["template pipeline"] == 3
    assert min(count for name, count in counts.items() if name.startswith("product ")) >= 7


def test_builds_of_deliveries_run_in_the_vpc_of_governance(made: dict[str, Stack]) -> None:
    for name in ("infra pipeline", "template pipeline"):
        for _, properties in builds(made[name]):
            assert properties["VpcConfig"] == {
                "VpcId": "vpc-0123456789abcdef0",
                "Subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
                "SecurityGroupIds": ["sg-0123456789abcdef0"],
            }


def test_workloads_of_a_created_network_may_go_out_to_the_port_of_the_proxy(
    made: dict[str, Stack],
) -> None:
    resources = made["infra dev"].template["Resources"]
    (group,) = (
        r
        for n, r in resources.items()
        if n.startswith("NetworkWorkloadSecurityGroup") and r["Type"] == "AWS::EC2::SecurityGroup"
    )
    ports = [rule["ToPort"] for rule in group["Properties"]["SecurityGroupEgress"]]
    assert ports == [443, 3128]


def _policy(template: Template) -> Template:
    """What lets builds join the network."""
    (found,) = (r for n, r in template["Resources"].items() if "BuildNetwork" in n)
    statements: list[Template] = found["Properties"]["PolicyDocument"]["Statement"]
    return {statement["Sid"]: statement for statement in statements}


def _join_anything(template: Template) -> None:
    _policy(template)["AttachToPrivateSubnets"]["Resource"] = "*"


def _delete_anything(template: Template) -> None:
    del _policy(template)["DeleteInterfaces"]["Condition"]


def _hand_to_anybody(template: Template) -> None:
    del _policy(template)["HandInterfacesToCodeBuild"]["Condition"]["StringEquals"]


def _look_at_nothing(template: Template) -> None:
    _policy(template)["DescribeTheNetwork"]["Action"] = "ec2:DescribeVpcs"


def _wait_for_nothing(template: Template) -> None:
    for resource in template["Resources"].values():
        if resource["Type"] == BUILD:
            del resource["DependsOn"]


def _another_subnet(template: Template) -> None:
    for resource in template["Resources"].values():
        if resource["Type"] == BUILD:
            resource["Properties"]["VpcConfig"]["Subnets"].append("subnet-1")


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (_join_anything, "builds_have_what_they_need"),
        (_delete_anything, "builds_have_what_they_need"),
        (_hand_to_anybody, "builds_have_what_they_need"),
        (_look_at_nothing, "builds_have_what_they_need"),
        (_another_subnet, "builds_have_what_they_need"),
        (_wait_for_nothing, "policies_are_awaited"),
    ],
)
def test_a_build_with_more_or_less_than_its_network_is_found(
    made: dict[str, Stack], change: Callable[[Template], None], check: str
) -> None:
    template = copy.deepcopy(dict(made["infra pipeline"].template))
    change(template)
    found = said(replace(made["infra pipeline"], template=template))
    assert any(text.startswith(f"{check}: ") for text in found)
