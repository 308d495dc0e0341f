"""EventBridge publishes to a topic under a key of another account with the printed statements."""

import json
from pathlib import Path

import pytest
from accounts_of_tests import ACCOUNT, Accounts

from mlops_commons.accounts.owner_statements import owner_statements
from mlops_commons.config import load_config

pytestmark = pytest.mark.app

REGION, EVENTS = "eu-west-1", "events.amazonaws.com"
KEY = "arn:aws:kms:eu-west-1:999999999999:key/mrk-00000000000000000000000000000042"
CONFIG = f"""\
cdk_app_config:
  org: {{keys: {{deliveries: "{KEY}"}}}}
  pipeline: {{account: "{ACCOUNT}", region: {REGION}}}
  deployments:
    - set_name: notices
      stages:
        - {{stage_name: dev, account: "{ACCOUNT}"}}
"""


@pytest.mark.parametrize(
    ("topic", "missing"),
    [("mlops-cdk-infra-main-notices", ""), ("of-somebody-else", "kms:GenerateDataKey")],
)
def test_a_topic_of_a_delivery_is_published_to_and_no_other(
    accounts: Accounts, tmp_path: Path, topic: str, missing: str
) -> None:
    (tmp_path / "cdk-app.yml").write_text(CONFIG)
    (printed,) = owner_statements(load_config(tmp_path / "cdk-app.yml", tmp_path / "none.yml"))
    accounts.emulator.own_key(KEY, {"Version": "2012-10-17", "Statement": printed.statements})
    sns, events = accounts.client("sns"), accounts.client("events")
    arn = sns.create_topic(Name=topic, Attributes={"KmsMasterKeyId": KEY})["TopicArn"]
    publish = {
        "Effect": "Allow",
        "Principal": {"Service": EVENTS},
        "Action": "sns:Publish",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [publish]})
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    events.put_rule(Name=f"hears-{topic}", EventPattern='{"source": ["aws.codepipeline"]}')
    events.put_targets(Rule=f"hears-{topic}", Targets=[{"Id": "1", "Arn": arn}])
    found = accounts.emulator.refused([(ACCOUNT, REGION)])
    reasons = [row["reason"] for row in found if f"hears-{topic}" in row["deed"]]
    assert len(reasons) == bool(missing), reasons
    assert all(missing in reason for reason in reasons)
