"""Which names may be asked for in a network, and the log of all questions."""

from collections.abc import Sequence
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53resolver as resolver
from constructs import Construct

from mlops_commons.egress.domains import always_allowed
from mlops_commons.stage import DnsFirewall
from mlops_commons.utilities.names import shorten
from mlops_infra.networking.flow_logs import RETENTION

EVERY_NAME: Final = "*"
ALLOW_FIRST: Final = 100
REST_LAST: Final = 200
ASSOCIATION_PRIORITY: Final = 101
"""The first that is not kept for AWS Firewall Manager."""
MOST_OF_A_NAME: Final = 64
"""CreateFirewallDomainList and its neighbours, Name; the name of a stack may be longer."""


class DnsRules(Construct):
    """A Route 53 Resolver DNS Firewall with an allow list, and a query log.

    A question carries data to whoever answers for the name, without any route out of the VPC. Each
    name of a chain of aliases must be allowed, and a question that the firewall cannot judge gets
    no answer: fail open is off unless somebody switches it on for the VPC (Amazon Route 53
    Developer Guide, "DNS Firewall VPC configuration").
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        mode: DnsFirewall,
        allowed_domains: Sequence[str],
        log_key: kms.IKey,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        """Create firewall and log.

        Args:
            mode: `alert` answers and logs, `block` answers that the name does not exist.
            allowed_domains: besides AWS's.
            log_key: of the log group.
            removal_policy: of the log group.
        """
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        self._name = shorten(stack.stack_name, MOST_OF_A_NAME)
        blocks = mode is DnsFirewall.BLOCK
        allowed = [*always_allowed(stack.region), *allowed_domains]
        group = resolver.CfnFirewallRuleGroup(
            self,
            "Rules",
            name=self._name,
            firewall_rules=[
                resolver.CfnFirewallRuleGroup.FirewallRuleProperty(
                    priority=ALLOW_FIRST,
                    firewall_domain_list_id=self._domains("Allowed", allowed),
                    action="ALLOW",
                ),
                resolver.CfnFirewallRuleGroup.FirewallRuleProperty(
                    priority=REST_LAST,
                    firewall_domain_list_id=self._domains("EveryName", [EVERY_NAME]),
                    action="BLOCK" if blocks else "ALERT",
                    block_response="NXDOMAIN" if blocks else None,
                ),
            ],
        )
        resolver.CfnFirewallRuleGroupAssociation(
            self,
            "Association",
            name=self._name,
            firewall_rule_group_id=group.attr_id,
            vpc_id=vpc.vpc_id,
            priority=ASSOCIATION_PRIORITY,
        )
        self._log(vpc, log_key, removal_policy)

    def _domains(self, construct_id: str, domains: Sequence[str]) -> str:
        listed = resolver.CfnFirewallDomainList(
            self,
            construct_id,
            name=shorten(f"{cdk.Stack.of(self).stack_name}-{construct_id}", MOST_OF_A_NAME),
            domains=[*domains],
        )
        return listed.attr_id

    def _log(self, vpc: ec2.IVpc, key: kms.IKey, removal_policy: cdk.RemovalPolicy) -> None:
        group = logs.LogGroup(
            self,
            "QueryLogs",
            encryption_key=key,
            retention=RETENTION,
            removal_policy=removal_policy,
        )
        config = resolver.CfnResolverQueryLoggingConfig(
            self,
            "QueryLog",
            name=self._name,
            destination_arn=group.log_group_arn,
        )
        resolver.CfnResolverQueryLoggingConfigAssociation(
            self,
            "QueryLogOfVpc",
            resolver_query_log_config_id=config.attr_id,
            resource_id=vpc.vpc_id,
        )
