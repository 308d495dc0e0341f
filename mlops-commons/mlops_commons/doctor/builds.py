"""Whether builds can reach packages as the organization says it: its VPC, and its authorities."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.builds import HTTPS_PORT, BuildVpc
from mlops_commons.config import PlatformConfig
from mlops_commons.config.certificates import Authority, authorities
from mlops_commons.doctor.configuration import AREA
from mlops_commons.doctor.finding import Finding, Level

SOON: Final = timedelta(days=90)
NAME: Final = "write what is there into org.builds.vpc of cdk-app.yml"
RENEW: Final = "write the certificate that follows it into org.builds.ca_certificates"
GONE: Final = ("InvalidSubnetID.NotFound", "InvalidGroup.NotFound", "InvalidGroupId.NotFound")
EVERYTHING: Final = "-1"
"""A rule for all protocols and ports (API_IpPermission)."""
MORE_GROUPS: Final = "add a rule out of one of the security groups, or name another group"


def look_at_authorities(config: PlatformConfig, today: date | None = None) -> Iterator[Finding]:
    """Findings about certificates; none without `org.builds.ca_certificates`.

    Args:
        today: another day than this one.
    """
    now = today or date.today()
    for authority in authorities(config.org.builds.ca_certificates):
        yield _authority(authority, now)


def look_at_build_network(
    area: str, row: BootstrapRow, ec2: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """Findings about the VPC of builds in the governance account; none without `org.builds.vpc`.

    Args:
        ec2: a client that is signed in there.

    Raises:
        ClientError: a call is refused.
    """
    from botocore.exceptions import ClientError

    vpc = config.org.builds.vpc
    if vpc is None or not row.governs:
        return
    try:
        subnets = ec2.describe_subnets(SubnetIds=[*vpc.subnet_ids])["Subnets"]
        groups = ec2.describe_security_groups(GroupIds=[*vpc.security_group_ids])["SecurityGroups"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        message = f"of the VPC of builds: {error.response['Error']['Message']}"
        yield Finding(level=Level.ERROR, area=area, message=message, remedy=NAME)
        return
    outside = _outside(vpc, {row["SubnetId"]: row for row in subnets})
    outside += _outside(vpc, {row["GroupId"]: row for row in groups})
    if outside:
        message = f"{', '.join(outside)} are not in {vpc.vpc_id}, where builds are to run"
        yield Finding(level=Level.ERROR, area=area, message=message, remedy=NAME)
    ports = (HTTPS_PORT, *config.org.builds.ports)
    closed = [str(port) for port in ports if not any(_lets_out(group, port) for group in groups)]
    if closed:
        message = f"no security group of builds lets them out to port {', '.join(closed)}"
        yield Finding(level=Level.ERROR, area=area, message=message, remedy=MORE_GROUPS)
    if not outside and not closed:
        message = f"builds can run in {vpc.vpc_id}"
        yield Finding(level=Level.OK, area=area, message=message)


def _authority(authority: Authority, now: date) -> Finding:
    words = f"the certificate of '{authority.name}'"
    if authority.ends < now:
        message = f"{words} has ended on {authority.ends}: builds do not trust what it signs"
        return Finding(level=Level.ERROR, area=AREA, message=message, remedy=RENEW)
    if authority.ends - now < SOON:
        message = f"{words} ends on {authority.ends}"
        return Finding(level=Level.WARNING, area=AREA, message=message, remedy=RENEW)
    return Finding(level=Level.OK, area=AREA, message=f"{words} is valid until {authority.ends}")


def _outside(vpc: BuildVpc, rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return sorted(name for name, row in rows.items() if row["VpcId"] != vpc.vpc_id)


def _lets_out(group: Mapping[str, Any], port: int) -> bool:
    """Whether a rule of a group is for a port; to where, only who writes it knows."""
    return any(
        rule["IpProtocol"] == EVERYTHING
        or (rule["IpProtocol"] == "tcp" and rule["FromPort"] <= port <= rule["ToPort"])
        for rule in group["IpPermissionsEgress"]
    )
