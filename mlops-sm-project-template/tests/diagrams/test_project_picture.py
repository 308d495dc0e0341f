"""The picture of a project says what the recorded template of its product says."""

import json
from pathlib import Path
from typing import Any

import pytest
from launched_projects import product, template

from mlops_commons.diagrams.graph import EdgeKind, Graph, NodeKind
from mlops_commons.diagrams.project_life import project_life

pytestmark = pytest.mark.pure

RECORDED = sorted((Path(__file__).parents[1] / "portfolio" / "templates").glob("*.json"))
BUILD = "AWS::CodeBuild::Project"
STORES = {
    "AWS::CodeCommit::Repository": NodeKind.REPOSITORY,
    "AWS::ECR::Repository": NodeKind.IMAGES,
    "AWS::SageMaker::ModelPackageGroup": NodeKind.REGISTRY,
    "AWS::SNS::Topic": NodeKind.TOPIC,
}


def recorded(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def drawn(template: dict[str, Any]) -> Graph:
    return project_life(template, "222222222222", "eu-west-1")


def ways(graph: Graph, kind: EdgeKind) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.target, edge.label) for edge in graph.edges if edge.kind is kind}


def started(graph: Graph) -> set[tuple[str, str, str]]:
    """The arrows that events make: those with a label, which are nobody's."""
    people = {node.key for node in graph.nodes if node.kind is NodeKind.PERSON}
    return {way for way in ways(graph, EdgeKind.FLOW) if way[2] and way[0] not in people}


def test_people_push_and_approve_and_each_stage_serves_the_model() -> None:
    graph = drawn(template(product("basic").definition))
    by_people = {way for way in ways(graph, EdgeKind.FLOW) if way[0] in ("data scientist", "lead")}
    assert by_people == {
        ("data scientist", "BuildRepository", "push"),
        ("data scientist", "DeployRepository", "push"),
        ("lead", "ModelPackageGroup", "approve a version"),
        ("lead", "DeployPipeline/Deploy-preprod/Approve-preprod", "approve a deployment"),
        ("lead", "DeployPipeline/Deploy-prod/Approve-prod", "approve a deployment"),
    }
    served = {(s, t) for s, t, label in ways(graph, EdgeKind.USE) if label == "deploys"}
    assert served == {
        (f"DeployPipeline/Deploy-{stage}/Deploy-{stage}", f"DeployPipeline/Deploy-{stage}/served")
        for stage in ("dev", "preprod", "prod")
    }


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_every_repository_registry_and_topic_is_a_box(file: Path) -> None:
    template = recorded(file)
    for resource_type, kind in STORES.items():
        assert {node.key for node in drawn(template).nodes if node.kind is kind} == {
            key for key, value in template["Resources"].items() if value["Type"] == resource_type
        }


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_every_action_of_both_pipelines_is_a_box_in_its_stage(file: Path) -> None:
    template = recorded(file)
    actions = {
        (f"{key}/{stage['Name']}", action["Name"])
        for key, resource in template["Resources"].items()
        if resource["Type"] == "AWS::CodePipeline::Pipeline"
        for stage in resource["Properties"]["Stages"]
        for action in stage["Actions"]
    }
    stores = (*STORES.values(), NodeKind.BUCKET, NodeKind.PERSON, NodeKind.SERVED)
    boxes = {
        (node.group, node.title)
        for node in drawn(template).nodes
        if node.kind not in stores and node.key not in template["Resources"]
    }
    assert boxes == actions


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_a_build_that_an_event_starts_is_a_box_below_what_trains(file: Path) -> None:
    template = recorded(file)
    graph = drawn(template)
    builds = {key for key, value in template["Resources"].items() if value["Type"] == BUILD}
    reports = [node for node in graph.nodes if node.key in builds]
    # A stack of another shape need not train. Builds of pull requests, which the platform starts,
    # and those of pipelines are none.
    assert [node.key for node in reports] == ["ReportProject"] * ("ReportProject" in builds)
    parents = {group.key: group.parent for group in graph.groups}
    assert all(parents[node.group] == "BuildPipeline" for node in reports)


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_what_data_scientists_keep_has_a_box_and_what_pipelines_keep_has_none(file: Path) -> None:
    template = recorded(file)
    buckets = [node.key for node in drawn(template).nodes if node.kind is NodeKind.BUCKET]
    # A stack of another shape need not keep anything.
    assert buckets == [key for key in template["Resources"] if key == "ArtifactBucket"]


def test_events_lead_from_repositories_and_from_the_registry_to_the_pipelines() -> None:
    graph = drawn(template(product("byoc").definition))
    assert started(graph) == {
        ("BuildRepository", "BuildPipeline/Source/Source", "push to main"),
        ("DeployRepository", "DeployPipeline/Source/Source", "push to main"),
        ("ModelPackageGroup", "DeployPipeline/Source/Source", "version approved or rejected"),
        (
            *("BuildPipeline/Build/RunPipeline", "ReportProject"),
            "training succeeded or failed or stopped",
        ),
    }
    assert {way for way in ways(graph, EdgeKind.USE) if way[2] != "deploys"} == {
        ("BuildPipeline/Build/BuildImage", "ImageRepository", "pushes images"),
        ("BuildPipeline/Build/RunPipeline", "ArtifactBucket", "writes artifacts"),
        ("BuildPipeline/Build/RunPipeline", "ModelPackageGroup", "registers versions"),
        ("DeployPipeline/Deploy-preprod/Approve-preprod", "Notifications", "asks"),
        ("DeployPipeline/Deploy-prod/Approve-prod", "Notifications", "asks"),
    }


def test_where_a_training_deploys_the_arrow_leads_from_what_starts_it() -> None:
    graph = drawn(template(product("batch_inference").definition))
    assert (
        "BuildPipeline/Build/RunPipeline",
        "DeployPipeline/Source/Source",
        "training succeeded",
    ) in started(graph)
    assert not [way for way in started(graph) if way[0] == "ModelPackageGroup"]


def test_a_build_that_may_not_register_gets_no_arrow_to_the_registry() -> None:
    template = recorded(RECORDED[0])
    policy = template["Resources"]["ExecutionPolicy"]["Properties"]["PolicyDocument"]
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow" and "sagemaker:CreateModelPackage" in statement["Action"]:
            statement["Action"].remove("sagemaker:CreateModelPackage")
    assert not [way for way in ways(drawn(template), EdgeKind.USE) if "ModelPackageGroup" in way]


def test_the_accounts_that_may_read_versions_stand_in_the_registry() -> None:
    graph = drawn(recorded(RECORDED[0]))
    (registry,) = (node for node in graph.nodes if node.kind is NodeKind.REGISTRY)
    assert registry.details == ("read from preprod 333333333333", "read from prod 444444444444")


@pytest.mark.parametrize("stage", ["dev 222222222222", "preprod 333333333333", "prod 444444444444"])
def test_what_changes_a_stage_is_in_the_account_of_that_stage(stage: str) -> None:
    name = stage.split()[0]
    nodes = {node.title: node for node in drawn(recorded(RECORDED[0])).nodes}
    for title in (f"Prepare-{name}", f"Deploy-{name}"):
        assert stage in nodes[title].details
