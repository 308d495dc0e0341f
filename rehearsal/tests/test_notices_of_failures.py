"""An action that fails is told by the rule of a project, with which one it is and why."""

import json
from typing import Any

import pytest
from accounts_of_tests import Accounts
from launched_projects import DEV, PROJECT, launched

pytestmark = pytest.mark.app
NAME, QUEUE = f"sagemaker-{PROJECT}-build", "told"
KIND = {"Owner": "AWS", "Version": "1"}


def stage(category: str, provider: str) -> dict[str, Any]:
    kind = {**KIND, "Category": category, "Provider": provider}
    return {"Name": category, "Actions": [{"Name": category, "ActionTypeId": kind}]}


@pytest.fixture
def dev(accounts: Accounts) -> Accounts:
    """The dev account with the build pipeline and the rule of a project, which tells a queue."""
    own = Accounts(accounts.emulator, DEV)
    role = own.role("builds", "codepipeline.amazonaws.com")
    properties = {
        "Name": NAME,
        "RoleArn": role,
        "PipelineType": "V2",
        "ArtifactStore": {"Type": "S3", "Location": "artifacts"},
        "Stages": [stage("Source", "S3"), stage("Approval", "Manual")],
    }
    made = {"Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties}}
    assert own.deploy("builds", made)[0] == "CREATE_COMPLETE"
    sqs, events = own.client("sqs"), own.client("events")
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    (rule,) = [r for r in launched("basic").of_type("AWS::Events::Rule") if "Step" in str(r)]
    events.put_rule(Name="failed", EventPattern=json.dumps(rule["EventPattern"]))
    transformer = rule["Targets"][0]["InputTransformer"]
    target = {"Id": "Queue", "Arn": arn["QueueArn"], "InputTransformer": transformer}
    assert events.put_targets(Rule="failed", Targets=[target])["FailedEntryCount"] == 0
    return own


def test_an_action_that_fails_is_told_once_with_its_name_and_reason(dev: Accounts) -> None:
    run = dev.client("codepipeline").start_pipeline_execution(name=NAME)["pipelineExecutionId"]
    for status, message in (("InProgress", {}), ("Failed", {"message": 'row 3: "ten"'})):
        told = {"stage": "Source", "action": "Source", "status": status, **message}
        dev.emulator.tell_progress(DEV, dev.region, NAME, run, told)
    sqs = dev.client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    (received,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10, MaxNumberOfMessages=10)[
        "Messages"
    ]
    notice = json.loads(received["Body"])
    assert notice["event"] == "CodePipeline Action Execution State Change"
    detail = notice["detail"]
    assert (detail["pipeline"], detail["stage"], detail["action"]) == (NAME, "Source", "Source")
    assert detail["execution-result"]["external-execution-summary"] == 'row 3: "ten"'
    assert notice["links"]["jobs"].startswith("https://eu-west-1.console.aws.amazon.com/cloudwatch")
