"""Security groups whose members reach each other, and everything else over HTTPS."""

from typing import Final

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

HTTPS_PORT: Final = 443


class MembersSecurityGroup(ec2.SecurityGroup):
    """A group without any way in from outside.

    HTTPS may go anywhere, because Amazon S3 is reached at public addresses even through the
    gateway endpoint, whose prefix list differs by region and cannot be known without a lookup. The
    routes decide what is really reachable, which without NAT is Amazon S3 and the interface
    endpoints. Exposes `from_members`, the rule that lets members in.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        description: str,
        between_members: ec2.Port,
    ) -> None:
        """Create the group.

        Args:
            between_members: what its members may send each other.
        """
        super().__init__(
            scope, construct_id, vpc=vpc, description=description, allow_all_outbound=False
        )
        https = ec2.Port.tcp(HTTPS_PORT)
        self.add_egress_rule(ec2.Peer.any_ipv4(), https, "HTTPS, as far as routes lead")
        # With `add_ingress_rule` the ids of rules from the group to itself hold the path of the
        # whole app, so that a stage's template would differ from app to app.
        itself = self.security_group_id
        ports = between_members.to_rule_json()
        rule = {
            "group_id": itself,
            "ip_protocol": ports["ipProtocol"],
            "from_port": ports.get("fromPort"),
            "to_port": ports.get("toPort"),
            "description": "Members among themselves",
        }
        self.from_members = ec2.CfnSecurityGroupIngress(
            self, "FromMembers", source_security_group_id=itself, **rule
        )
        ec2.CfnSecurityGroupEgress(self, "ToMembers", destination_security_group_id=itself, **rule)
