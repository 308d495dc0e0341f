"""Network interfaces that a service makes in a VPC, with the role that it is given."""

from collections.abc import Iterable

from ministack_aws.access import deeds
from ministack_aws.arns import arn
from ministack_aws.engine import ec2


def refusal_to_join(
    service: str, role: str, subnets: Iterable[str], groups: Iterable[str], source: str = ""
) -> str | None:
    """Why a service cannot join subnets with a role, in AWS's words; None where it can."""
    groups = list(groups)
    for subnet in subnets:
        record = ec2.subnets().get(subnet)
        if record is None:
            return f"The subnet ID '{subnet}' does not exist"
        vpc = record["VpcId"]
        for group in groups:
            if (ec2.security_groups().get(group) or {}).get("VpcId") != vpc:
                return f"The security group '{group}' does not exist in VPC {vpc}"
        where = arn("ec2", f"subnet/{subnet}")
        resources = {
            "subnet": (where,),
            "group": [arn("ec2", f"security-group/{group}") for group in groups],
            "interface": (arn("ec2", "network-interface/eni-0a1b2c3d4e5f60718"),),
        }
        context = {"ec2:subnetid": subnet, "ec2:subnet": where, "ec2:vpc": arn("ec2", f"vpc/{vpc}")}
        text = deeds.ask(service, "join the VPC", role, resources, context, source)
        if text:
            return text
    return None
