"""One project's life: what a product's template creates, and how a change goes through it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from mlops_commons.assembly.templates import Resource, Template, defaults, resources
from mlops_commons.diagrams.account_map import PROJECT
from mlops_commons.diagrams.actions import Action, pipeline_actions
from mlops_commons.diagrams.delivery_pipeline import action_key, action_node, order, stages
from mlops_commons.diagrams.graph import Edge, EdgeKind, Graph, Group, Node, NodeKind
from mlops_commons.diagrams.project_access import (
    WRITES,
    alternatives,
    event,
    registers,
    writes,
)
from mlops_commons.diagrams.values import text

PEOPLE: Final = "people"
SCIENTIST, LEAD = "data scientist", "lead"
PERSONS: Final = (
    (SCIENTIST, "Data scientist", "writes code, and pushes it"),
    (LEAD, "Lead, or an approver", "approves versions of models, and deployments"),
)
KEPT: Final = "kept"
LATER: Final = "later"
"""The frame of builds that no pipeline runs: events start them."""
DEPLOY: Final = "Deploy-"
PIPELINES: Final = "AWS::CodePipeline::Pipeline"
BUILD: Final = "project/"
"""Before the name of a CodeBuild project in its ARN."""
STORES: Final = (
    ("AWS::CodeCommit::Repository", NodeKind.REPOSITORY, "RepositoryName"),
    ("AWS::ECR::Repository", NodeKind.IMAGES, "RepositoryName"),
    ("AWS::SageMaker::ModelPackageGroup", NodeKind.REGISTRY, "ModelPackageGroupName"),
    ("AWS::S3::Bucket", NodeKind.BUCKET, "BucketName"),
    ("AWS::SNS::Topic", NodeKind.TOPIC, "TopicName"),
)
"""Resources with a box of their own, and the property with their name; where pipelines keep what
goes from action to action is left out."""


def project_life(product: Template, account: str, region: str) -> Graph:
    """What a project is made of and what starts what.

    Args:
        account, region: where the project is launched.
    """
    variables = {
        **defaults(product),
        **PROJECT,
        "AWS::AccountId": account,
        "AWS::Region": region,
        "AWS::Partition": "aws",
    }
    drawn = _Project(product, variables)
    return Graph(
        title=f"A project of '{product.get('Description', '')}'",
        groups=tuple(drawn.groups()),
        nodes=tuple(drawn.nodes()),
        edges=tuple(dict.fromkeys(drawn.edges())),
        columns=drawn.columns(),
    )


class _Project:
    """The template's tables, each read once."""

    def __init__(self, product: Template, variables: Mapping[str, str]) -> None:
        self._product = product
        self._variables = variables
        self._roles = {
            self._text(parameter["Value"]): self._text(parameter["Name"]).split("/")[-2]
            for _, parameter in resources(product, "AWS::SSM::Parameter")
            if self._text(parameter["Name"]).endswith("/account_id")
        }
        self._stores = {
            key: (kind, self._text(properties[name]))
            for resource_type, kind, name in STORES
            for key, properties in resources(product, resource_type)
            if key not in _artifact_stores(product)
        }
        self._pipelines = {
            key: (self._text(pipeline["Name"]), list(pipeline_actions(pipeline, variables)))
            for key, pipeline in resources(product, PIPELINES)
        }
        self._after = self._builds_of_events()

    def groups(self) -> Iterator[Group]:
        account = self._variables["AWS::AccountId"]
        yield Group(key=PEOPLE, title="People", subtitle="in Studio")
        yield Group(key=KEPT, title="What the project keeps", subtitle=self._place(account))
        for key, (name, found) in self._pipelines.items():
            yield Group(key=key, title=name, subtitle=self._place(account))
            for group in stages(found, f"{key}/", key):
                # Each account that a project is deployed to has a lane of its own.
                alone = group.key in self._deploying(key)
                yield replace(group, parent="" if alone else key)
        for parent in dict.fromkeys(parent for _, parent in self._after.values()):
            yield Group(key=f"{parent}/{LATER}", title="Later", parent=parent)

    def nodes(self) -> Iterator[Node]:
        for key, title, does in PERSONS:
            yield Node(key=key, kind=NodeKind.PERSON, title=title, details=(does,), group=PEOPLE)
        for key, (kind, name) in self._stores.items():
            yield Node(key=key, kind=kind, title=name, details=self._details(key), group=KEPT)
        for key, (_, found) in self._pipelines.items():
            yield from (action_node(action, self._roles, f"{key}/") for action in found)
            for stage in self._deploying(key):
                yield Node(
                    key=f"{stage}/served",
                    kind=NodeKind.SERVED,
                    title="The model",
                    details=("an endpoint, or what else the seed's deploy app makes",),
                    group=stage,
                )

        for key, (name, parent) in self._after.items():
            yield Node(
                key=key,
                kind=NodeKind.ACTION,
                title=name,
                details=(self._place(self._variables["AWS::AccountId"]),),
                group=f"{parent}/{LATER}",
            )

    def columns(self) -> tuple[tuple[str, ...], ...]:
        """People, then what they work on, then the pipelines in the order in which they run."""
        lanes: list[tuple[str, ...]] = [(PEOPLE, KEPT)]
        for key in self._pipelines:
            lanes += [(key,), *((stage,) for stage in self._deploying(key))]
        return tuple(lanes)

    def _deploying(self, pipeline: str) -> list[str]:
        """The keys of the stages that deploy."""
        _, found = self._pipelines[pipeline]
        return list(dict.fromkeys(f"{pipeline}/{one.stage}" for one in found if one.deploys))

    def _work_of_people(self) -> Iterator[Edge]:
        for key, (kind, _) in self._stores.items():
            if kind is NodeKind.REPOSITORY:
                yield Edge(source=SCIENTIST, target=key, label="push")
            if kind is NodeKind.REGISTRY:
                yield Edge(source=LEAD, target=key, label="approve a version")
        for key, (_, found) in self._pipelines.items():
            for action in found:
                if action.category == "Approval":
                    end = action_key(action, f"{key}/")
                    yield Edge(source=LEAD, target=end, label="approve a deployment")

    def edges(self) -> Iterator[Edge]:
        yield from self._work_of_people()
        for key, (_, found) in self._pipelines.items():
            yield from order(found, f"{key}/")
            for action in found:
                yield from self._used_by(f"{key}/", action)
                if action.deploys and action.name.startswith(DEPLOY):
                    served = f"{key}/{action.stage}/served"
                    source = action_key(action, f"{key}/")
                    yield Edge(source=source, target=served, kind=EdgeKind.USE, label="deploys")
        for rule in self._rules():
            for end in self._started(rule):
                for pattern in alternatives(rule["EventPattern"]):
                    for source in self._sources(pattern):
                        yield Edge(source=source, target=end, label=event(pattern))

    def _used_by(self, prefix: str, action: Action) -> Iterator[Edge]:
        """From an action to what it writes and whom it asks."""
        key = action_key(action, prefix)
        if action.topic in self._stores:
            yield Edge(source=key, target=action.topic, kind=EdgeKind.USE, label="asks")
        written = writes(self._product, action.project, self._variables) if action.project else []
        for store, (_, name) in self._stores.items():
            for permission, resource in written:
                if resource in (store, name):
                    label = WRITES[permission]
                    yield Edge(source=key, target=store, kind=EdgeKind.USE, label=label)

    def _details(self, key: str) -> tuple[str, ...]:
        """What a box shows: who reads it from outside, what it is told."""
        readers = (f"read from {self._place(account)}" for account in self._readers(key))
        told = (
            f"told of: {event(pattern)}"
            for rule in self._rules()
            for pattern in alternatives(rule["EventPattern"])
            if key in [self._text(target["Arn"]) for target in rule["Targets"]]
        )
        return (*readers, *told)

    def _readers(self, key: str) -> list[str]:
        """The accounts that the policy of a model registry lets read it."""
        groups = dict(resources(self._product, "AWS::SageMaker::ModelPackageGroup"))
        policy = groups.get(key, {}).get("ModelPackageGroupPolicy", {"Statement": []})
        arns = [
            self._text(arn)
            for statement in policy["Statement"]
            for arn in statement["Principal"]["AWS"]
        ]
        return list(dict.fromkeys(arn.split(":")[4] for arn in arns))

    def _place(self, account: str) -> str:
        return f"{self._roles.get(account, '')} {account}".strip()

    def _rules(self) -> Iterator[Resource]:
        return (rule for _, rule in resources(self._product, "AWS::Events::Rule"))

    def _sources(self, pattern: Mapping[str, Any]) -> Iterator[str]:
        """What an event is about: a box, the last action of a pipeline, or what trains."""
        detail = pattern.get("detail", {})
        values = [
            *pattern.get("resources", []),
            *detail.get("ModelPackageGroupName", []),
            *detail.get("pipeline", []),
        ]
        about = {self._text(value) for value in values}
        yield from (key for key, (_, name) in self._stores.items() if {key, name} & about)
        for key, (name, found) in self._pipelines.items():
            if {key, name} & about:
                yield action_key(found[-1], f"{key}/")
        if "pipelineArn" in detail:
            yield from self._trains()

    def _trains(self) -> Iterator[str]:
        """The actions that start the project's SageMaker pipeline."""
        for key, (_, found) in self._pipelines.items():
            for action in found:
                if action.project and registers(self._product, action.project, self._variables):
                    yield action_key(action, f"{key}/")

    def _started(self, rule: Resource) -> Iterator[str]:
        """The first action of each pipeline that a rule starts, and each build."""
        names = self._targets(rule)
        for key, (name, found) in self._pipelines.items():
            if {key, name} & names:
                yield action_key(found[0], f"{key}/")
        yield from (key for key, (name, _) in self._after.items() if name in names)

    def _targets(self, rule: Resource) -> set[str]:
        """What the ends of ARNs name."""
        arns = (self._text(target["Arn"]) for target in rule["Targets"])
        return {arn.rpartition(":")[2].removeprefix(BUILD) for arn in arns}

    def _builds_of_events(self) -> dict[str, tuple[str, str]]:
        """Builds that rules start: the name of each, and the pipeline whose training it follows."""
        started = set[str]().union(*map(self._targets, self._rules()))
        parents = {key.partition("/")[0] for key in self._trains()} or {*self._pipelines, KEPT}
        named = {
            key: self._text(project["Name"])
            for key, project in resources(self._product, "AWS::CodeBuild::Project")
        }
        return {key: (name, min(parents)) for key, name in named.items() if name in started}

    def _text(self, value: object) -> str:
        return text(value, self._variables)


def _artifact_stores(product: Template) -> set[str]:
    stores = (pipeline["ArtifactStore"] for _, pipeline in resources(product, PIPELINES))
    return {text(store["Location"], {}) for store in stores}
