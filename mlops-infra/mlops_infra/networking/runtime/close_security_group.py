"""Custom resource: the security group `SecurityGroupId` without the rules that EC2 gives it."""

import json
import logging
import urllib.request

import boto3
from botocore.exceptions import ClientError


def handler(event, context):
    """Answer to CloudFormation in any case; a silent failure would block the stack for an hour."""
    group_id = event["ResourceProperties"]["SecurityGroupId"]
    status, reason = "SUCCESS", "closed"
    try:
        # On Delete the group goes with its VPC; opening it before would help nobody.
        if event["RequestType"] != "Delete":
            close(boto3.client("ec2"), group_id)
    except Exception as error:
        logging.exception("%s is not closed", group_id)
        status, reason = "FAILED", str(error)
    answer = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": group_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    request = urllib.request.Request(
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        method="PUT",
        headers={"Content-Type": ""},
    )
    urllib.request.urlopen(request, timeout=30).close()


def close(ec2, group_id):
    """Revoke both default rules; what is revoked already is fine."""
    members = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group_id}]}
    anywhere = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    for revoke, rule in (
        (ec2.revoke_security_group_ingress, members),
        (ec2.revoke_security_group_egress, anywhere),
    ):
        try:
            revoke(GroupId=group_id, IpPermissions=[rule])
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidPermission.NotFound":
                raise
