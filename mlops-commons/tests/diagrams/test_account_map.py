"""The account map says what both apps' templates say."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from checkouts import APPS_HERE

from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.diagrams.account_map import AFTER_APPROVAL, account_map
from mlops_commons.diagrams.graph import EdgeKind, Graph, NodeKind
from mlops_commons.diagrams.pictures import Apps

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(len(APPS_HERE) < 2, reason="the repository of one app has no account map"),
]
ROLE = re.compile(r":iam::(\d{12}):role/cdk-hnb659fds-deploy-role-")


@pytest.fixture(scope="session")
def graph(apps_here: Apps) -> Graph:
    return account_map(list(apps_here.values()))


@pytest.fixture(scope="session")
def stacks(apps_here: Apps) -> list[StackTemplate]:
    return [stack for app in apps_here.values() for stack in app.stacks]


def key(stack: StackTemplate) -> str:
    return f"{stack.summary.account}/{stack.summary.region}/{stack.summary.stack}"


def actions(template: Any) -> Iterator[dict[str, Any]]:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::CodePipeline::Pipeline":
            for stage in resource["Properties"]["Stages"]:
                yield from stage["Actions"]


def test_every_account_is_a_frame_and_every_stack_a_box_in_it(
    graph: Graph, stacks: list[StackTemplate]
) -> None:
    assert {group.key for group in graph.groups} >= {stack.summary.account for stack in stacks}
    boxes = {(node.key, node.group) for node in graph.nodes}
    assert {(key(stack), stack.summary.account) for stack in stacks} <= boxes


def test_beside_stacks_there_are_deploy_roles_and_what_projects_bring(
    graph: Graph, stacks: list[StackTemplate]
) -> None:
    known = {key(stack) for stack in stacks}
    others = [node for node in graph.nodes if node.key not in known]
    roles = [node for node in others if node.kind is NodeKind.ROLE]
    projects = [node for node in others if node.kind is NodeKind.PROJECT]
    project_stacks = [node for node in others if node.details == ("one for each project",)]
    people = [node for node in others if node.kind is NodeKind.PERSON]
    studios = [node for node in others if node.kind is NodeKind.STUDIO]
    besides = (roles, projects, project_stacks, people, studios)
    assert len(others) == sum(map(len, besides))
    assert {node.group for node in people} == {"people"}
    domains = [s.summary.account for s in stacks if any(s.resources("AWS::SageMaker::Domain"))]
    assert [node.group for node in studios] == domains
    assert {node.group for node in roles} == {
        account for stack in stacks for account in ROLE.findall(json.dumps(stack.template))
    }
    offering = [s for s in stacks if any(s.resources("AWS::ServiceCatalog::Portfolio"))]
    assert len(projects) == len(offering)


def test_a_pipeline_enters_exactly_the_accounts_whose_deploy_role_it_takes(
    graph: Graph, stacks: list[StackTemplate]
) -> None:
    for stack in stacks:
        taken = {
            account
            for action in actions(stack.template)
            for account in ROLE.findall(json.dumps(action.get("RoleArn", "")))
        }
        entered = {
            edge.target.split("/")[0]
            for edge in graph.edges
            if edge.kind is EdgeKind.TRUST and edge.source == key(stack)
        }
        assert entered == taken


def test_a_way_that_a_person_approves_says_so(graph: Graph, stacks: list[StackTemplate]) -> None:
    for stack in stacks:
        approved = set()
        for resource in stack.template["Resources"].values():
            for stage in resource.get("Properties", {}).get("Stages", []):
                kinds = {action["ActionTypeId"]["Category"] for action in stage["Actions"]}
                if "Approval" in kinds:
                    approved |= set(ROLE.findall(json.dumps(stage)))
        assert approved == {
            edge.target.split("/")[0]
            for edge in graph.edges
            if edge.source == key(stack) and edge.label == AFTER_APPROVAL
        }


def test_a_deploy_role_leads_to_exactly_the_stacks_that_actions_name(
    graph: Graph, stacks: list[StackTemplate]
) -> None:
    named = {
        action["Configuration"]["StackName"]
        for stack in stacks
        for action in actions(stack.template)
        if action["ActionTypeId"]["Provider"] == "CloudFormation"
    }
    roles = {node.key for node in graph.nodes if node.kind is NodeKind.ROLE}
    reached = {edge.target for edge in graph.edges if edge.source in roles}
    deployed = {target.split("/")[2] for target in reached}
    assert {name for name in deployed if not name.startswith("<name>")} == named


def test_projects_enter_every_account_that_their_parameters_name(
    graph: Graph, apps_here: Apps
) -> None:
    product = next(iter(apps_here["template"].products.values()))[0]
    accounts = {
        parameter["Default"]
        for name, parameter in product["Parameters"].items()
        if name.endswith("Account")
    }
    (project,) = (node for node in graph.nodes if node.kind is NodeKind.PROJECT)
    entered = {edge.target.split("/")[0] for edge in graph.edges if edge.source == project.key}
    assert entered == accounts | {project.group}
