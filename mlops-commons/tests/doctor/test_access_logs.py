"""Doctor takes the policy that owners are told to write, in every partition (AWS models check)."""

import json
from dataclasses import replace

import boto3
import pytest
from botocore.stub import Stubber

from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.config import load_config
from mlops_commons.doctor.access_logs import look_at_access_logs
from mlops_commons.doctor.finding import Level
from mlops_commons.utilities.paths import EXAMPLES

pytestmark = pytest.mark.pure

FOLDER = EXAMPLES / "organisation"
CONFIG = load_config(FOLDER / "cdk-app.yml", FOLDER / "cdk-infra-app.yml")


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws", "eu-west-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")],
)
def test_a_bucket_takes_access_logs_in_each_partition(partition: str, region: str) -> None:
    row = replace(next(r for r in bootstrap_plan(CONFIG) if r.governs), region=region)
    bucket = f"acme-s3-access-logs-{row.account}-{region}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:{partition}:s3:::{bucket}/mlops/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": row.account}},
    }
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    credentials = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    s3 = boto3.client("s3", region_name=region, **credentials)
    with Stubber(s3) as stub:
        stub.add_response("get_bucket_location", {"LocationConstraint": region})
        encrypted = {"ServerSideEncryptionConfiguration": encryption}
        stub.add_response("get_bucket_encryption", encrypted)
        stub.add_response("get_bucket_policy", {"Policy": json.dumps({"Statement": [statement]})})
        (finding,) = look_at_access_logs("here", row, s3, CONFIG)
    assert finding.level is Level.OK, finding.message
