"""What a rule of EventBridge hands to its target, out of the lists of an event."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from accounts_of_tests import Accounts

pytestmark = pytest.mark.app

ARN = "arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7"
DETAIL = {"items": [{"name": "first"}, {"name": "second"}], "plain": "text"}


@pytest.fixture
def queue(accounts: Accounts) -> Iterator[str]:
    sqs = accounts.client("sqs")
    url = sqs.create_queue(QueueName="heard")["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def rule(accounts: Accounts) -> Iterator[str]:
    events = accounts.client("events")
    events.put_rule(Name="paths", EventPattern=json.dumps({"source": ["own.of.a.test"]}))
    yield "paths"
    events.remove_targets(Rule="paths", Ids=["Queue"])
    events.delete_rule(Name="paths")


def heard(accounts: Accounts, queue: str, rule: str, path: str) -> Any:
    """What reaches a queue of an event, by a transformer with one path."""
    sqs, events = accounts.client("sqs"), accounts.client("events")
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    transformer = {"InputPathsMap": {"found": path}, "InputTemplate": '{"value": <found>}'}
    target = {"Id": "Queue", "Arn": arn["Attributes"]["QueueArn"], "InputTransformer": transformer}
    assert events.put_targets(Rule=rule, Targets=[target])["FailedEntryCount"] == 0
    entry = {
        **{"Source": "own.of.a.test", "DetailType": "Test"},
        **{"Resources": [ARN], "Detail": json.dumps(DETAIL)},
    }
    events.put_events(Entries=[entry])
    received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
    return json.loads(received[0]["Body"])["value"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.resources[0]", ARN),
        ("$.detail.items[1].name", "second"),
        ("$.detail.items[1]", {"name": "second"}),
        ("$.detail.plain", "text"),
        ("$.resources[3]", ""),
        ("$.detail.plain[0]", ""),
    ],
)
def test_a_target_is_handed_what_a_path_leads_to(
    accounts: Accounts, queue: str, rule: str, path: str, value: Any
) -> None:
    assert heard(accounts, queue, rule, path) == value
