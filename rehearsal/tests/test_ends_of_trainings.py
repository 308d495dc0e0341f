"""The end of a training starts its report and tells people, by the rules of a project."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from accounts_of_tests import Accounts
from launched_projects import DEV, PROJECT, REGION, launched
from pipeline_runs import make_pipeline, run

pytestmark = pytest.mark.app
REPORT = f"sagemaker-{PROJECT}-report"
FAILS = {"Name": "GateFailed", "Type": "Fail", "Arguments": {"ErrorMessage": "not good enough"}}
QUEUE = "told-of-ends"


@dataclass(frozen=True)
class Dev:
    """The dev account with what a project has for the end of a training."""

    accounts: Accounts
    events_role: str

    def trains(self, *steps: Any) -> str:
        """Run the project's pipeline to its end; its status."""
        definition = {"Version": "2020-12-01", "Parameters": [], "Steps": steps}
        self.accounts.client("sagemaker").update_pipeline(
            PipelineName=PROJECT,
            PipelineDefinition=json.dumps(definition),
            RoleArn=f"arn:aws:iam::{DEV}:role/trains",
        )
        return run(self.accounts, PROJECT)[0]

    def reports(self) -> list[dict[str, Any]]:
        """The builds that have been started; other tests leave some of their own in the account."""
        codebuild = self.accounts.client("codebuild")
        ids = codebuild.list_builds_for_project(projectName=REPORT)["ids"]
        return list(codebuild.batch_get_builds(ids=ids)["builds"]) if ids else []

    def notices(self, seconds: int = 5) -> list[dict[str, Any]]:
        """What people are told meanwhile."""
        sqs = self.accounts.client("sqs")
        url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        found, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
                "Messages", ()
            ):
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            time.sleep(0.2)
        return found


@pytest.fixture(scope="module")
def dev(accounts: Accounts) -> Dev:
    own, project = Accounts(accounts.emulator, DEV), launched("basic")
    builds = own.role("reports", "codebuild.amazonaws.com", *project.statements("Report"))
    events_role = own.role("events", "events.amazonaws.com", *project.statements("Events"))
    properties = project.resources["ReportProject"]["Properties"]
    kept = ("Name", "Source", "SourceVersion", "Artifacts", "Environment", "TimeoutInMinutes")
    build = {**{key: properties[key] for key in kept}, "ServiceRole": builds}
    made = {"Report": {"Type": "AWS::CodeBuild::Project", "Properties": build}}
    assert own.deploy("report", made) == ("CREATE_COMPLETE", "")
    trains = own.role("trains", "sagemaker.amazonaws.com")
    make_pipeline(own, PROJECT, trains, json.dumps({"Version": "2020-12-01", "Steps": []}))
    sqs, events = own.client("sqs"), own.client("events")
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    for name in ("Notices", "TrainingEnds"):
        rule = project.resources[name]["Properties"]
        events.put_rule(Name=name, EventPattern=json.dumps(rule["EventPattern"]))
        (target,) = rule["Targets"]
        to = {"RoleArn": events_role} if name == "TrainingEnds" else {"Arn": queue["QueueArn"]}
        target = {**{k: v for k, v in target.items() if k != "RoleArn"}, **to}
        assert events.put_targets(Rule=name, Targets=[target])["FailedEntryCount"] == 0
    return Dev(own, events_role)


@pytest.fixture(autouse=True)
def nothing_left(dev: Dev) -> Iterator[None]:
    yield
    for build in dev.reports():
        if build["buildStatus"] == "IN_PROGRESS":
            dev.accounts.emulator.end_build(DEV, REGION, build["id"], "SUCCEEDED")
    dev.notices(1)


def within(ask: Callable[[], Any], seconds: int = 10) -> Any:
    end = time.monotonic() + seconds
    while not (found := ask()) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def running(dev: Dev) -> list[dict[str, Any]]:
    return [build for build in dev.reports() if build["buildStatus"] == "IN_PROGRESS"]


@pytest.mark.parametrize(("steps", "status"), [((), "Succeeded"), ((FAILS,), "Failed")])
def test_each_end_starts_one_report_of_main_with_the_execution(
    dev: Dev, steps: tuple[Any, ...], status: str
) -> None:
    assert dev.trains(*steps) == status
    (build,) = within(lambda: running(dev))
    assert build["projectName"] == REPORT
    assert build["sourceVersion"] == "refs/heads/main"
    given = {row["name"]: row["value"] for row in build["environment"]["environmentVariables"]}
    newest = dev.accounts.client("sagemaker").list_pipeline_executions(PipelineName=PROJECT)
    summary = newest["PipelineExecutionSummaries"][0]
    assert given["EXECUTION_ARN"] == summary["PipelineExecutionArn"]
    assert (
        given["SAGEMAKER_PIPELINE_ARN"]
        == summary["PipelineExecutionArn"].rpartition("/execution/")[0]
    )


def test_a_role_that_may_not_start_the_build_starts_none(dev: Dev) -> None:
    iam = dev.accounts.client("iam")
    (name,) = iam.list_role_policies(RoleName="events")["PolicyNames"]
    document = iam.get_role_policy(RoleName="events", PolicyName=name)["PolicyDocument"]
    less = [s for s in document["Statement"] if "codebuild" not in str(s["Action"])]
    put = {"RoleName": "events", "PolicyName": name}
    iam.put_role_policy(**put, PolicyDocument=json.dumps({**document, "Statement": less}))
    try:
        dev.trains()
        assert not within(lambda: running(dev), 3)
        refused = dev.accounts.emulator.refused([(DEV, REGION)])
        assert any("codebuild:StartBuild" in str(row) for row in refused)
    finally:
        iam.put_role_policy(**put, PolicyDocument=json.dumps(document))


def test_a_failed_step_is_told_once_and_its_report_tells_nothing_more(dev: Dev) -> None:
    dev.trains(FAILS)
    (notice,) = dev.notices()
    assert notice["detail"]["stepName"] == "GateFailed"
    assert "not good enough" in notice["detail"]["failureReason"]
    (build,) = within(lambda: running(dev))
    dev.accounts.emulator.end_build(DEV, REGION, build["id"], "FAILED", "BUILD")
    assert dev.notices() == []


def test_an_end_that_no_step_has_told_is_told_once(dev: Dev) -> None:
    dev.trains()
    (build,) = within(lambda: running(dev))
    dev.accounts.emulator.end_build(DEV, REGION, build["id"], "FAILED", "PRE_BUILD")
    (notice,) = dev.notices()
    assert notice["detail"]["completed-phase"] == "PRE_BUILD"
    assert f"/aws/codebuild/{REPORT}" in notice["links"]["report"]


def test_a_training_that_succeeds_tells_no_failure(dev: Dev) -> None:
    dev.trains()
    (build,) = within(lambda: running(dev))
    dev.accounts.emulator.end_build(DEV, REGION, build["id"], "SUCCEEDED")
    assert dev.notices(3) == []
