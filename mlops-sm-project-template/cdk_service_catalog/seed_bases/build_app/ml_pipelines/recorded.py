"""What a registered version says of its making, and whether what is here is the same."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# First: it finds the scripts of the jobs.
from ml_pipelines import declared  # isort: skip
from facts import digest

from ml_pipelines.local_jobs import JobFailed
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import DECLARATION, Sources

GROUP = "MODEL_PACKAGE_GROUP_NAME"


class CannotReproduce(Exception):
    """The version cannot be trained again from what is here; the message says what to do."""


@dataclass(frozen=True)
class Recorded:
    """What a version says of its making, in its CustomerMetadataProperties."""

    facts: Mapping[str, str]

    @classmethod
    def of(cls, version: str) -> "Recorded":
        """Of a version by its file, its ARN or its number in the project's group.

        Raises:
            CannotReproduce: no such file, not its form, or a number without a group.
        """
        return cls(_described(version).get("CustomerMetadataProperties", {}))

    def __getitem__(self, name: str) -> str:
        if name not in self.facts:
            raise CannotReproduce(
                f"the version does not record '{name}': this project's pipeline "
                "has not registered it"
            )
        return self.facts[name]

    def table(self, name: str) -> dict[str, str]:
        """A fact that is written as `name=value name=value`."""
        pairs = (text.partition("=") for text in self[name].split())
        return {key: value for key, _, value in pairs}

    def check_sources(self) -> None:
        """See that scripts, seed data and declaration are those of the version.

        Raises:
            CannotReproduce: they are not.
        """
        here, there = Sources(EXAMPLE).digest, self["SourcesSha256"]
        if here != there:
            raise CannotReproduce(
                f"scripts, data or {DECLARATION} have SHA-256 {here}, the version was made of "
                f"{there}; check its commit out first: git checkout {self['CommitId']}"
            )

    def check(self, source: Path, *, sha256: str, uri: str, advice: str) -> None:
        """See that a file or folder is what the version was made of.

        Args:
            sha256, uri: the facts with its hash, and with where it was.
            advice: how it is named here.

        Raises:
            CannotReproduce: it is not.
        """
        if not source.exists():
            raise CannotReproduce(f"there is no file or folder {source}")
        here, there = digest(source), self[sha256]
        if here != there:
            raise CannotReproduce(
                f"{source} has SHA-256 {here}, the version learnt from {there}; fetch "
                f"{self[uri]} and {advice}"
            )

    def compared(
        self,
        report: Mapping[str, Any],
        *,
        tolerance: Callable[[float], float],
        here: Mapping[str, str] = MappingProxyType({}),
    ) -> Iterator[str]:
        """Print the metric of the gate then and now; in which way it is another one.

        Args:
            report: that of the model that was trained again.
            tolerance: by how much a metric may differ.
            here: other facts that may be the reason, as they are now.
        """
        group, metric, key = self["Metric"].split(".")
        before, after = float(self["MetricValue"]), float(report[group][metric][key])
        print(f"{metric}: registered {before:.6g}, trained again {after:.6g}")
        if not abs(after - before) <= tolerance(before):
            then = {**self.table("Libraries"), **{name: self[name] for name in here}}
            now = {**report["training"]["libraries"], **here}
            other = [
                f"{name} {then.get(name)} -> {now[name]}"
                for name in now
                if then.get(name) != now[name]
            ]
            reasons = f"; what is different here: {', '.join(other)}" if other else ""
            yield f"{metric} is {after}, {before} was registered{reasons}"


def parser(description: str | None) -> argparse.ArgumentParser:
    """The arguments that every reproduction has."""
    made = argparse.ArgumentParser(prog="python -m ml_pipelines.reproduce", description=description)
    made.add_argument("version", help="an ARN, a number, or a file that ends in .json")
    made.add_argument("--data", type=Path, help="the data of the training, fetched from S3")
    return made


def ended(differences: Callable[[], Iterable[str]]) -> int:
    """Train again and print in which ways the model is another one: 1 where it is, or cannot be."""
    try:
        found = list(differences())
    except (CannotReproduce, declared.BadDeclaration, JobFailed) as error:
        found = [str(error)]
    except (BotoCoreError, ClientError) as error:
        found = [f"a call to AWS failed: {error}"]
    for words in found:
        print(f"error: {words}", file=sys.stderr)
    return 1 if found else 0


def _described(version: str) -> Mapping[str, Any]:
    file = Path(version)
    if file.suffix == ".json":
        try:
            content: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CannotReproduce(f"{file}: {error}") from None
        return content
    client = boto3.client("sagemaker")
    if version.isdigit():
        group = os.environ.get(GROUP)
        if not group:
            raise CannotReproduce(f"set {GROUP} to the project's group, or name the version's ARN")
        account = boto3.client("sts").get_caller_identity()["Account"]
        partition = client.meta.partition
        region = client.meta.region_name
        version = f"arn:{partition}:sagemaker:{region}:{account}:model-package/{group}/{version}"
    described: Mapping[str, Any] = client.describe_model_package(ModelPackageName=version)
    return described
