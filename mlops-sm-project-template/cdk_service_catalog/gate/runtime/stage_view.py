"""A stage's template as the rules look at it: every value evaluated, once."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from .definitions import written_out
from .settings import Project, Settings, artifact_bucket
from .values import END, UNKNOWN, Scope, evaluate

TOKEN: Final = re.compile(f"{UNKNOWN}[^{END}]*{END}")
BODY: Final = "PipelineDefinitionBody"
"""A text in which a whole definition stands as JSON (AWS::SageMaker::Pipeline)."""
Found = Iterator[tuple[str, Any]]
"""What a rule does not accept: the logical id, and the bad value."""


@dataclass(frozen=True, kw_only=True)
class StageView:
    """A template with the place that it is deployed to.

    Attributes:
        version: the ARN of the model package that was chosen.
        archives: the URIs of its models.
    """

    stage: str
    template: Mapping[str, Any]
    settings: Settings
    project: Project
    version: str
    partition: str = "aws"
    archives: tuple[str, ...] = ()

    @property
    def account(self) -> str:
        """The account of the stage."""
        return self.settings.accounts[self.stage]

    @cached_property
    def scope(self) -> Scope:
        """What values are evaluated with."""
        suffix = "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"
        return Scope(
            template=self.template,
            pseudo={
                "AWS::AccountId": self.account,
                "AWS::Partition": self.partition,
                "AWS::Region": self.settings.region,
                "AWS::URLSuffix": suffix,
                "AWS::StackName": f"{self.project.full_name}-deploy-{self.stage}",
            },
        )

    @cached_property
    def resources(self) -> tuple[tuple[str, str, Mapping[str, Any]], ...]:
        """Logical id, type and evaluated properties; what is malformed has none."""
        found = []
        for logical_id, resource in _objects(self.template.get("Resources")):
            properties = evaluate(resource.get("Properties", {}), self.scope)
            known = properties if isinstance(properties, Mapping) else {}
            found.append((logical_id, str(resource.get("Type")), known))
        return tuple(found)

    def of(self, *kinds: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Logical id and properties of the resources of some types."""
        return ((name, row) for name, kind, row in self.resources if kind in kinds)

    def parameter(self, name: str) -> str:
        """The full name of an SSM parameter of the stage."""
        namespace = self.settings.namespaces.get(self.stage, "").strip("/")
        return f"/{namespace}{name}" if namespace else name

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What the names of the project's resources in this stage begin with."""
        return (f"sagemaker-{self.project.id}-{self.stage}-", f"{self.project.full_name}-")

    @property
    def roles(self) -> str:
        """What the names of the project's roles in this stage begin with."""
        return f"{self.settings.role_name_prefix}{self.prefixes[0]}"

    @property
    def testing_role(self) -> str:
        """The end of the ARN of the role in dev that tests this stage."""
        name = f"sagemaker-{self.project.id}-test-{self.stage}"
        return f"role{self.settings.role_path}{self.settings.role_name_prefix}{name}"

    @cached_property
    def buckets(self) -> frozenset[str]:
        """Buckets that the stage may use: those that it makes, and that of the project's models."""
        made = {
            name
            for logical_id, row in self.of("AWS::S3::Bucket")
            for name in (row.get("BucketName"), f"{UNKNOWN}{logical_id}.Ref{END}")
            if isinstance(name, str)
        }
        return frozenset({*made, artifact_bucket(self.settings, self.project.id)})


def texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text that is a value, with the key of the object that it is in.

    A definition is looked at as it is written, and as it is read: JSON may write any letter
    otherwise, and has a key twice where only the last one is read.
    """
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from texts(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, key)
    elif isinstance(value, str):
        yield key, value
        if key == BODY:
            yield from texts(written_out(as_json(value)))


def as_json(text: Any) -> Any:
    """What a text of JSON holds; None where it is none."""
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def words(value: Any) -> Iterator[str]:
    """Every text in a value, the keys of objects included."""
    for _, text in texts(value):
        yield text
    for found in objects_in(value):
        yield from map(str, found)


def objects_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in a value, outermost first."""
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from objects_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects_in(inner)


def listed(value: Any) -> list[Any]:
    """One value or several, as a list."""
    return list(value) if isinstance(value, list) else [value]


def _objects(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, Mapping):
                yield str(name), inner
