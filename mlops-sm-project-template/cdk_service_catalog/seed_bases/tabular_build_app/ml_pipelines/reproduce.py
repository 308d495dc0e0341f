"""`python -m ml_pipelines.reproduce VERSION`: train a registered version again, and compare.

VERSION is its ARN, its number, or a file with what `aws sagemaker describe-model-package` answers.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ml_pipelines import declared, local_pipeline
from ml_pipelines.local_jobs import JobFailed
from ml_pipelines.run_locally import pipeline
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import REPOSITORY, Sources

GROUP = "MODEL_PACKAGE_GROUP_NAME"
TOLERANCE = 1e-6
"""The share by which a metric may differ: sums in another order."""


class CannotReproduce(Exception):
    """The version cannot be trained again from what is here; the message says what to do."""


@dataclass(frozen=True)
class Recorded:
    """What a version says of its making, in its CustomerMetadataProperties."""

    facts: Mapping[str, str]

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Train again and print both; 1 where it is another model, or cannot be trained again."""
    given = _parser().parse_args(arguments)
    try:
        recorded = Recorded(_described(given.version).get("CustomerMetadataProperties", {}))
        differences = list(reproduce(recorded, given.data))
    except (CannotReproduce, declared.BadDeclaration, JobFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"error: a call to AWS failed: {error}", file=sys.stderr)
        return 1
    for words in differences:
        print(f"error: {words}", file=sys.stderr)
    return 1 if differences else 0


def reproduce(recorded: Recorded, data: Path | None) -> Iterator[str]:
    """Train again from what is recorded; in which ways the result is another one.

    Args:
        data: the file or folder of the training, where it is not that of `project.yml`.

    Raises:
        CannotReproduce: sources or data are not those of the version.
    """
    found = declared.read()
    _check_sources(recorded)
    chosen = {name: float(text) for name, text in recorded.table("Hyperparameters").items()}
    plan = pipeline(found)
    jobs = [replace(job, hyperparameters=chosen) if job.training else job for job in plan.jobs]
    with tempfile.TemporaryDirectory(prefix="reproduce-") as folder:
        place = Path(folder)
        source = data or REPOSITORY / found.table.file
        _check_data(recorded, source)
        report = local_pipeline.run_jobs(replace(plan, jobs=tuple(jobs)), source, place)
    group, metric, key = recorded["Metric"].split(".")
    before, after = float(recorded["MetricValue"]), float(report[group][metric][key])
    print(f"{metric}: registered {before:.6g}, trained again {after:.6g}")
    if abs(after - before) > TOLERANCE * max(abs(before), 1e-12):
        yield f"{metric} is {after}, {before} was registered{_libraries(recorded, report)}"


def _check_sources(recorded: Recorded) -> None:
    here, there = Sources(EXAMPLE).digest, recorded["SourcesSha256"]
    if here != there:
        raise CannotReproduce(
            f"scripts, data or {declared.NAME} have SHA-256 {here}, the version was made of {there}; "
            f"check its commit out first: git checkout {recorded['CommitId']}"
        )


def _check_data(recorded: Recorded, source: Path) -> None:
    from facts import digest

    if not source.exists():
        raise CannotReproduce(f"there is no file or folder {source}")
    here, there = digest(source), recorded["DataSha256"]
    if here != there:
        raise CannotReproduce(
            f"{source} has SHA-256 {here}, the version learnt from {there}; fetch "
            f"{recorded['DataUri']} and name it with --data"
        )


def _libraries(recorded: Recorded, report: Mapping[str, Any]) -> str:
    then, now = recorded.table("Libraries"), report["training"]["libraries"]
    other = [
        f"{name} {then.get(name)} -> {now[name]}" for name in now if then.get(name) != now[name]
    ]
    return f"; other releases here: {', '.join(other)}" if other else ""


def _described(version: str) -> Mapping[str, Any]:
    """A version by its file, its ARN or its number in the project's group.

    Raises:
        CannotReproduce: no such file, not its form, or a number without a group.
    """
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ml_pipelines.reproduce", description=__doc__)
    parser.add_argument("version", help="an ARN, a number, or a file that ends in .json")
    parser.add_argument("--data", type=Path, help="the data of the training, fetched from S3")
    return parser


if __name__ == "__main__":
    sys.exit(main())
