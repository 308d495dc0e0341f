"""What a template may consist of."""

from collections.abc import Mapping
from typing import Any, Final

from .stage_view import Found, StageView, words
from .values import SSM, UNSOLVED, evaluate

SECTIONS: Final = frozenset(
    ("AWSTemplateFormatVersion", "Conditions", "Description", "Mappings", "Metadata")
) | {"Outputs", "Parameters", "Resources"}
PARTS: Final = frozenset(
    ("Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties")
) | {"Type", "UpdatePolicy", "UpdateReplacePolicy"}
TYPES: Final = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Topic",
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::EndpointConfig",
    "AWS::SageMaker::InferenceComponent",
    "AWS::SageMaker::Model",
    "AWS::SageMaker::Pipeline",
    "AWS::Scheduler::Schedule",
)
"""What the deploy apps of the platform's products make; `projects.deploys` adds to it."""
CONTRACT: Final = ("/vpc/id", "/vpc/subnets/private/ids", "/vpc/sg/id")
BOUNDARY: Final = "/mlops/boundary/deployment"
DYNAMIC: Final = "{{resolve:"
OUTSIDE: Final = ("Fn::Transform", "Fn::ImportValue", "Fn::ForEach", "Fn::Cidr", "Fn::GetAZs")


def sections(view: StageView) -> Found:
    """Only the sections that say what is made; no macros, hooks, or rules of others."""
    for name in view.template:
        if name not in SECTIONS:
            yield name, name
    for name, output in _items(view.template.get("Outputs")):
        if not isinstance(output, Mapping) or "Export" in output:
            yield name, "Export"


def functions(view: StageView) -> Found:
    """No function that reads or runs what is not in the template, or hides what it gives.

    CloudFormation takes a whole policy, statement or list from `Fn::If`, and a rule that looks for
    statements would find none.
    """
    for text in words(view.template):
        if text.startswith(OUTSIDE):
            yield "", text
    for logical_id, _, row in view.resources:
        for text in words(row):
            yield from ((logical_id, name) for name in UNSOLVED.findall(text))


def dynamic_references(view: StageView) -> Found:
    """No secret or parameter that CloudFormation reads while it deploys."""
    yield from (("", text) for text in words(view.template) if DYNAMIC in text.replace(" ", ""))
    for section in ("Resources", "Outputs", "Parameters", "Conditions", "Mappings"):
        for name, content in _items(view.template.get(section)):
            for text in words(evaluate(content, view.scope)):
                if DYNAMIC in text.replace(" ", ""):
                    yield name, text


def shapes(view: StageView) -> Found:
    """Every resource is an object with properties that are written out."""
    resources = view.template.get("Resources")
    if not isinstance(resources, Mapping) or not resources:
        yield "Resources", resources
    for logical_id, resource in _items(resources):
        if not isinstance(resource, Mapping):
            yield logical_id, resource
            continue
        properties = evaluate(resource.get("Properties", {}), view.scope)
        if not isinstance(properties, Mapping):
            yield logical_id, properties
        for part in resource:
            if part not in PARTS:
                yield logical_id, part


def types(view: StageView) -> Found:
    """Only types that projects may deploy."""
    for logical_id, kind, _ in view.resources:
        if kind not in (*TYPES, *view.settings.deploys):
            yield logical_id, kind


def parameters(view: StageView) -> Found:
    """Every parameter has its value in the template, or is one of the stage's contract."""
    names = {view.parameter(name) for name in (*CONTRACT, BOUNDARY)}
    own = f"/mlops/{view.project.name}/"
    for name, parameter in _items(view.template.get("Parameters")):
        row = parameter if isinstance(parameter, Mapping) else {}
        kind, default = str(row.get("Type")), row.get("Default")
        if kind.startswith(SSM):
            if default not in names and not str(default).startswith(own):
                yield name, default
        elif kind not in ("String", "Number") or default is None:
            yield name, f"{kind}, default {default}"


def _items(value: Any) -> list[tuple[str, Any]]:
    return [(str(name), inner) for name, inner in value.items()] if isinstance(value, dict) else []
