"""Flow logs of a VPC: all traffic, to an encrypted log group, as plain resources."""

from collections.abc import Mapping

from mlops_commons.utilities.cloudformation import Resources, attribute, ref, sub
from mlops_infra.networking.logs import THIS_ACCOUNT, log_group, service_role, write_to
from mlops_infra.networking.vpc import VPC

FLOW_LOG = "FlowLog"
FLOW_LOG_GROUP = "FlowLogGroup"


def flow_log_resources(retention: Mapping[str, str]) -> Resources:
    """The flow log, its log group and the role by which the service writes.

    Only flow logs of this account may use the role (Amazon VPC User Guide, "IAM role for
    publishing flow logs to CloudWatch Logs", on the confused deputy).
    """
    flow_logs = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc-flow-log/*"
    return {
        FLOW_LOG_GROUP: log_group(retention),
        **service_role(
            FLOW_LOG,
            service="vpc-flow-logs.amazonaws.com",
            condition={
                "StringEquals": {"aws:SourceAccount": THIS_ACCOUNT},
                "ArnLike": {"aws:SourceArn": sub(flow_logs)},
            },
            statements=[write_to(FLOW_LOG_GROUP, "logs:DescribeLogStreams")],
        ),
        FLOW_LOG: {
            "Type": "AWS::EC2::FlowLog",
            "Properties": {
                "ResourceId": ref(VPC),
                "ResourceType": "VPC",
                "TrafficType": "ALL",
                "LogDestinationType": "cloud-watch-logs",
                "LogGroupName": ref(FLOW_LOG_GROUP),
                "DeliverLogsPermissionArn": attribute(f"{FLOW_LOG}Role", "Arn"),
            },
        },
    }
