"""Flow logs in the organization's archive: all traffic, and no way to change the archive."""

import pytest

from mlops_commons.organization import FlowLogArchive, FlowLogFormat
from mlops_commons.stage import CreateNetwork, DnsFirewall

pytestmark = pytest.mark.construct

BUCKET = "arn:aws:s3:::acme-log-archive"
ARCHIVE = FlowLogArchive(
    bucket_arn=f"{BUCKET}/networks/",
    file_format=FlowLogFormat.PARQUET,
    hive_partitions=True,
    hourly_partitions=True,
)


@pytest.fixture(scope="module")
def network(synthesise):
    props = CreateNetwork(dns_firewall=DnsFirewall.ALERT)
    return synthesise(props, studio=False, flow_logs=ARCHIVE)


def test_all_traffic_goes_to_the_archive_and_nowhere_else(network) -> None:
    _, flow_log = network.only("AWS::EC2::FlowLog")
    assert (flow_log["TrafficType"], flow_log["LogDestinationType"]) == ("ALL", "s3")
    assert flow_log["LogDestination"] == f"{BUCKET}/networks/"
    assert flow_log["DestinationOptions"] == {
        "FileFormat": "parquet",
        "HiveCompatiblePartitions": True,
        "PerHourPartition": True,
    }
    assert not {"LogGroupName", "DeliverLogsPermissionArn"} & set(flow_log)


def test_the_archive_is_named_whole_where_no_folder_is_wanted(synthesise) -> None:
    plain = synthesise(CreateNetwork(), studio=False, flow_logs=FlowLogArchive(bucket_arn=BUCKET))
    _, flow_log = plain.only("AWS::EC2::FlowLog")
    assert flow_log["LogDestination"] == BUCKET
    assert flow_log["DestinationOptions"]["FileFormat"] == "plain-text"


def test_no_role_is_left_for_the_service_and_no_policy_names_the_archive(network) -> None:
    """The bucket's policy lets the service write, and only its owner changes it."""
    assert not network.resources("AWS::S3::BucketPolicy")
    assert "vpc-flow-logs" not in str(network.resources("AWS::IAM::Role"))
    assert "acme-log-archive" not in str(network.resources("AWS::IAM::ManagedPolicy"))


def test_what_else_is_logged_stays_under_the_key_of_the_stack(network) -> None:
    key, _ = network.only("AWS::KMS::Key")
    groups = network.resources("AWS::Logs::LogGroup").values()
    assert len(groups) == 2
    assert all(group["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]} for group in groups)
