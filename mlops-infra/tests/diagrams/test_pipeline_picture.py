"""The picture of the delivery pipeline says what the reviewed template says."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.diagrams.delivery_pipeline import delivery_pipeline
from mlops_commons.diagrams.graph import NodeKind

pytestmark = pytest.mark.pure

REVIEWED = Path(__file__).parents[1] / "app" / "__snapshots__" / "test_stack_snapshots"
TEMPLATE = json.loads(
    (REVIEWED / "test_the_template_is_as_reviewed[pipeline][pipeline].json").read_text()
)
(PIPELINE,) = (
    resource["Properties"]
    for resource in TEMPLATE["Resources"].values()
    if resource["Type"] == "AWS::CodePipeline::Pipeline"
)
ACTIONS: list[tuple[str, dict[str, Any]]] = [
    (stage["Name"], action)
    for stage in PIPELINE["Stages"]
    for action in sorted(stage["Actions"], key=lambda action: action["RunOrder"])
]
GRAPH = delivery_pipeline(
    StackTemplate(
        summary=StackSummary(
            role="governance",
            account="111111111111",
            region="eu-west-1",
            stack="pipeline",
            resources=0,
            description="",
            template="",
        ),
        template=TEMPLATE,
    ),
    {"111111111111": "governance"},
)


def test_every_stage_is_a_frame_and_every_action_a_box_in_it() -> None:
    assert [group.title for group in GRAPH.groups] == [
        stage["Name"] for stage in PIPELINE["Stages"]
    ]
    assert [(node.group, node.title) for node in GRAPH.nodes] == [
        (stage, action["Name"]) for stage, action in ACTIONS
    ]


def test_the_arrows_lead_through_the_actions_in_the_order_in_which_they_run() -> None:
    keys = [f"{stage}/{action['Name']}" for stage, action in ACTIONS]
    assert [(edge.source, edge.target) for edge in GRAPH.edges] == list(pairwise(keys))


def test_an_approval_is_an_approval() -> None:
    approvals = [node.title for node in GRAPH.nodes if node.kind is NodeKind.APPROVAL]
    assert approvals == [
        action["Name"] for _, action in ACTIONS if action["ActionTypeId"]["Category"] == "Approval"
    ]
    assert approvals


def test_every_action_that_works_somewhere_says_in_which_account_and_region() -> None:
    for node, (_, action) in zip(GRAPH.nodes, ACTIONS, strict=True):
        role = json.dumps(action.get("RoleArn", ""))
        account = role.split(":iam::")[1][:12] if ":iam::" in role else "governance 111111111111"
        if node.kind is not NodeKind.APPROVAL:
            assert node.details[-2:] == (account, "eu-west-1")
