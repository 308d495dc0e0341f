"""The security groups of a network, as plain resources."""

from mlops_commons.utilities.cloudformation import Resources, attribute, ref
from mlops_infra.networking.vpc import ANYWHERE, VPC

WORKLOAD_SECURITY_GROUP = "WorkloadSecurityGroup"
ENDPOINT_SECURITY_GROUP = "EndpointSecurityGroup"
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
# A group without any egress rule is given one that allows everything; a rule to the loopback
# address is CloudFormation's documented way to have none (AWS::EC2::SecurityGroup, "Remove
# default rule").
NO_EGRESS = {
    "IpProtocol": "-1",
    "CidrIp": "127.0.0.1/32",
    "Description": "None: an endpoint answers and never calls",
}


def workload_security_group() -> Resources:
    """The group behind the SSM parameter `/vpc/sg/id`, for jobs, endpoints of models and builds.

    Members reach each other on all ports: distributed training and processing need it (SageMaker
    Developer Guide, "Give SageMaker AI Training Jobs Access to Resources in Your Amazon VPC").
    Out goes HTTPS only. Its destination is open because Amazon S3 is reached at public addresses
    even through the gateway endpoint, whose prefix list differs by region and cannot be known
    without a lookup; the routes decide what is really reachable, which without NAT is Amazon S3
    and the interface endpoints.
    """
    itself = attribute(WORKLOAD_SECURITY_GROUP, "GroupId")
    members = {"GroupId": itself, "IpProtocol": "-1", "Description": "Members among themselves"}
    return {
        WORKLOAD_SECURITY_GROUP: {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": "Machine learning workloads of this stage",
                "VpcId": ref(VPC),
                "SecurityGroupEgress": [
                    {**HTTPS, "CidrIp": ANYWHERE, "Description": "HTTPS, as far as routes lead"}
                ],
            },
        },
        f"{WORKLOAD_SECURITY_GROUP}Ingress": {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {**members, "SourceSecurityGroupId": itself},
        },
        f"{WORKLOAD_SECURITY_GROUP}Egress": {
            "Type": "AWS::EC2::SecurityGroupEgress",
            "Properties": {**members, "DestinationSecurityGroupId": itself},
        },
    }


def endpoint_security_group(vpc_id: object, vpc_cidr: str) -> Resources:
    """One group for all interface endpoints: HTTPS in from the VPC, nothing out."""
    return {
        ENDPOINT_SECURITY_GROUP: {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": "Interface endpoints of this stage",
                "VpcId": vpc_id,
                "SecurityGroupIngress": [
                    {**HTTPS, "CidrIp": vpc_cidr, "Description": "HTTPS from the VPC"}
                ],
                "SecurityGroupEgress": [NO_EGRESS],
            },
        }
    }
