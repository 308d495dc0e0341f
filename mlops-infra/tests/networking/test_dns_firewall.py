"""Which names workloads may ask for, as it stands in the templates."""

import pytest

from mlops_commons.stage import CreateNetwork, DnsFirewall, EgressMode

pytestmark = pytest.mark.construct

RULES = "AWS::Route53Resolver::FirewallRuleGroup"
DOMAINS = "AWS::Route53Resolver::FirewallDomainList"
AWS_NAMES = [
    *("*.amazonaws.com", "*.api.aws", "*.sagemaker.aws"),
    *("*.compute.internal", "*.ec2.internal"),
]


def rules_of(network) -> list[tuple[str, str | None, list[str]]]:
    """Action, answer and domains of each rule, in the order in which they are tried."""
    _, group = network.only(RULES)
    lists = network.resources(DOMAINS)
    return [
        (
            rule["Action"],
            rule.get("BlockResponse"),
            lists[rule["FirewallDomainListId"]["Fn::GetAtt"][0]]["Domains"],
        )
        for rule in sorted(group["FirewallRules"], key=lambda rule: rule["Priority"])
    ]


def test_without_a_way_out_only_names_of_aws_have_an_answer(variant) -> None:
    assert rules_of(variant("endpoints only")) == [
        ("ALLOW", None, AWS_NAMES),
        ("BLOCK", "NXDOMAIN", ["*"]),
    ]


def test_the_rules_hold_for_the_vpc_and_every_question_is_logged(variant) -> None:
    network = variant("endpoints only")
    vpc, _ = network.only("AWS::EC2::VPC")
    group, _ = network.only(RULES)
    _, association = network.only("AWS::Route53Resolver::FirewallRuleGroupAssociation")
    assert association["VpcId"] == {"Ref": vpc}
    assert association["FirewallRuleGroupId"] == {"Fn::GetAtt": [group, "Id"]}
    _, logged = network.only("AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation")
    assert logged["ResourceId"] == {"Ref": vpc}


def test_with_nat_there_is_no_firewall(variant) -> None:
    assert variant("nat").resources(RULES) == {}


def test_own_names_are_allowed_and_alert_refuses_nobody(synthesise) -> None:
    props = CreateNetwork(dns_firewall=DnsFirewall.ALERT, dns_allowed_domains=("*.example.com",))
    allowed, rest = rules_of(synthesise(props))
    assert allowed[2] == [*AWS_NAMES, "*.example.com"]
    assert rest == ("ALERT", None, ["*"])


def test_the_firewall_can_be_switched_off_without_a_way_out(synthesise) -> None:
    props = CreateNetwork(egress=EgressMode.ENDPOINTS_ONLY, dns_firewall=DnsFirewall.OFF)
    assert synthesise(props).resources(RULES) == {}


@pytest.mark.parametrize(
    ("region", "own"),
    [("cn-north-1", "*.amazonaws.com.cn"), ("eusc-de-east-1", "*.amazonaws.eu")],
)
def test_china_and_the_sovereign_cloud_have_names_of_their_own(region: str, own: str) -> None:
    from mlops_commons.egress.domains import always_allowed

    assert own in always_allowed(region)
    assert "*.amazonaws.com" not in always_allowed(region)


def test_names_fit_whatever_the_stack_is_called() -> None:
    import aws_cdk as cdk
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_kms as kms
    from aws_cdk.assertions import Template

    from mlops_infra.networking.dns_firewall import DnsRules

    stack = cdk.Stack(cdk.App(), "Stack", stack_name=f"{'namespace-' * 10}dev-mlops-infra")
    DnsRules(
        stack,
        "DnsRules",
        vpc=ec2.Vpc(stack, "Vpc"),
        mode=DnsFirewall.BLOCK,
        allowed_domains=(),
        log_key=kms.Key(stack, "Key"),
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    found = Template.from_stack(stack).to_json()["Resources"].values()
    of_resolver = [row for row in found if row["Type"].startswith("AWS::Route53Resolver::")]
    named = [row["Properties"]["Name"] for row in of_resolver if "Name" in row["Properties"]]
    assert len(named) == 5
    assert all(len(name) <= 64 for name in named)
    lists = {row["Properties"]["Name"] for row in of_resolver if row["Type"] == DOMAINS}
    assert len(lists) == 2
