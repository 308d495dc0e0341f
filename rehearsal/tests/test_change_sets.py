"""What CloudFormation's actions of a pipeline do with what an earlier run has left."""

import json

import pytest
from accounts_of_tests import Accounts, seed

from mlops_rehearsal.player.artifacts import Artifact
from mlops_rehearsal.player.cloudformation import play_cloudformation
from mlops_rehearsal.player.structure import Action

pytestmark = pytest.mark.app

SOURCE, STACK = "what-a-run-prepares", "delivered"
PARAMETER = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}


def action(mode: str, role: str) -> Action:
    configuration = {
        "ActionMode": mode,
        "StackName": STACK,
        "ChangeSetName": "Verified",
        "TemplatePath": "Verified::prod.template.json",
        "RoleArn": role,
    }
    return Action(
        stage="Deploy-prod",
        name="Prepare-prod",
        provider="CloudFormation",
        configuration=configuration,
        inputs=("Verified",),
        outputs=(),
        role="",
        region="",
        order=1,
    )


def test_what_a_run_has_prepared_and_nobody_approved_is_replaced(accounts: Accounts) -> None:
    everything = {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}
    role = accounts.role("of-change-sets", "cloudformation.amazonaws.com", everything)
    template = json.dumps({"Resources": {"It": PARAMETER}})
    seed(accounts, SOURCE, {"prod.template.json": template})
    stacks, s3 = accounts.client("cloudformation"), accounts.client("s3")

    def upload(name: str, content: bytes) -> str:
        s3.put_object(Bucket=SOURCE, Key=name, Body=content)
        return f"https://s3.eu-west-1.amazonaws.com/{SOURCE}/{name}"

    def play(mode: str) -> str:
        artifacts = {"Verified": Artifact(SOURCE, "seed.zip")}
        return play_cloudformation(stacks, s3, action(mode, role), artifacts, upload)

    assert [play("CHANGE_SET_REPLACE") for _run in range(2)] == ["1 change", "1 change"]
    assert play("CHANGE_SET_EXECUTE") == "CREATE_COMPLETE"
    assert play("CHANGE_SET_REPLACE") == "no changes"
