"""Events that a rule could not deliver are kept, and an alarm tells of them."""

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from policy_evaluation import Request, allows

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.cdk.lost_events import LostEvents
from mlops_commons.cdk.notices import Notices
from mlops_commons.cdk.platform_app import platform_app

pytestmark = pytest.mark.construct
ACCOUNT, REGION = "111111111111", "eu-west-1"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/Rule"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:lost-Alarm1-x"
OF_ALARM = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": ALARM}


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("lost")
    app = platform_app(outdir=str(folder))
    stack = cdk.Stack(app, "lost", env=cdk.Environment(account=ACCOUNT, region=REGION))
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    target = events.CfnRule.TargetProperty(id="t", arn="arn:aws:codepipeline:x")
    rule = events.CfnRule(stack, "Rule", event_pattern={"source": ["x"]}, targets=[target])
    notices = Notices(stack, "Notices", key=key)
    LostEvents(stack, "Lost", rules=[rule], topic=notices.topic, remedy="Start it again")
    app.synth()  # fails on any open finding
    values = {"AWS::Partition": "aws", "AWS::AccountId": ACCOUNT, "AWS::Region": REGION}
    text = (folder / "lost.template.json").read_text()
    scope = Scope(
        values={**values, "AWS::StackName": "lost"},
        attribute=lambda logical_id, _: RULE if logical_id == "Rule" else logical_id,
    )
    found: dict[str, Any] = evaluate(json.loads(text)["Resources"], scope)
    return found


def one(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = (row["Properties"] for row in resources.values() if row["Type"] == kind)
    return dict(found)


def asked(document: Any, action: str, resource: str, service: str, **context: str) -> bool:
    statements = [
        {key: value for key, value in statement.items() if key != "Principal"}
        for statement in document["Statement"]
        if statement["Principal"] in ("*", {"AWS": "*"}, {"Service": f"{service}.amazonaws.com"})
    ]
    request = Request(action, resource, {"aws:SecureTransport": "true", **context})
    return allows(statements, request)


def test_the_target_of_the_rule_sends_to_the_queue_what_is_lost(resources: dict[str, Any]) -> None:
    (target,) = one(resources, "AWS::Events::Rule")["Targets"]
    (queue,) = (n for n, row in resources.items() if row["Type"] == "AWS::SQS::Queue")
    assert target["DeadLetterConfig"] == {"Arn": queue}
    properties = one(resources, "AWS::SQS::Queue")
    assert properties["SqsManagedSseEnabled"] is True
    assert properties["MessageRetentionPeriod"] == 14 * 24 * 3600


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [(RULE, True), (RULE.replace("Rule", "Other"), False), (RULE.replace("1111", "6666"), False)],
)
def test_only_the_rule_sends(resources: dict[str, Any], rule: str, allowed: bool) -> None:
    policy = one(resources, "AWS::SQS::QueuePolicy")["PolicyDocument"]
    (queue,) = (n for n, row in resources.items() if row["Type"] == "AWS::SQS::Queue")
    send = ("sqs:SendMessage", queue, "events")
    assert asked(policy, *send, **{"aws:SourceArn": rule}) is allowed
    assert not asked(policy, *send), "without a rule"
    assert not asked(policy, *send, **{"aws:SourceArn": rule, "aws:SecureTransport": "false"})


def test_the_alarm_sees_the_first_message_and_tells_the_encrypted_topic(
    resources: dict[str, Any],
) -> None:
    alarm, topic = one(resources, "AWS::CloudWatch::Alarm"), one(resources, "AWS::SNS::Topic")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == (
        *("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        "Maximum",
    )
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
    (name,) = (n for n, row in resources.items() if row["Type"] == "AWS::SNS::Topic")
    assert alarm["AlarmActions"] == [name] or alarm["AlarmActions"] == [{"Ref": name}]
    assert topic["KmsMasterKeyId"]


@pytest.mark.parametrize(
    ("context", "allowed"),
    [
        (OF_ALARM, True),
        ({**OF_ALARM, "aws:SourceArn": ALARM.replace("lost-", "other-")}, False),
        ({**OF_ALARM, "aws:SourceAccount": "666666666666"}, False),
        ({}, False),
    ],
)
def test_alarms_of_the_stack_publish_and_use_the_key_and_no_others(
    resources: dict[str, Any], context: dict[str, str], allowed: bool
) -> None:
    topic = one(resources, "AWS::SNS::TopicPolicy")["PolicyDocument"]
    key = one(resources, "AWS::KMS::Key")["KeyPolicy"]
    where = next(s["Resource"] for s in topic["Statement"] if s["Sid"] == "PublishAlarms")
    assert asked(topic, "sns:Publish", str(where), "cloudwatch", **context) is allowed
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert asked(key, action, "*", "cloudwatch", **context) is allowed
