"""How the version that serves now answers what the version before it has answered.

A version brings rows and its own answers in its archive (`samples.json`): the new one is asked the
rows of the old one, so both have answered the same, and nothing has to be asked before a rollout.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from deploy_app.asking import Ask
from deploy_app.errors import DeployError
from deploy_app.samples import NAME, Requests, of_file
from deploy_app.settings import NONE
from deploy_app.version_files import URI, VersionFile, packed

PREVIOUS = "PREVIOUS_DATA_URI"


@dataclass(frozen=True)
class Pair:
    """The answer of the version before, and that of this one.

    Attributes:
        is_number: whether the sample says so; a class may be named by digits.
    """

    old: str
    new: str
    is_number: bool


@dataclass(frozen=True)
class Bounds:
    """What a stage's file allows; None for what is told and not judged."""

    mean_difference: float | None = None
    changed_share: float | None = None


def earlier(environment: Mapping[str, str]) -> Requests | None:
    """What the version before has brought; None where there is none, or it has brought nothing: a
    version that was trained by an older script stops no other one."""
    uri = environment.get(PREVIOUS, NONE)
    if not uri.startswith("s3://") or uri == environment.get(URI):
        return None
    s3 = boto3.client("s3", region_name=environment["AWS_REGION"])
    try:
        return of_file(VersionFile(packed(s3, uri, NAME), f"{uri}/{NAME}", own=False))
    except DeployError as error:
        print(f"not compared with the version before: {error}")
        return None


def pairs(ask: Ask, before: Requests, count: int | None) -> list[Pair] | str:
    """Both answers to each row; a text where this version does not take such rows."""
    found = []
    for sample in before.samples[:count]:
        try:
            found.append(Pair(recorded(sample), ask(sample), is_number="minimum" in sample))
        except ClientError as error:
            status = str(error.response.get("OriginalStatusCode", ""))
            if not status.startswith("4"):
                raise
            return "not compared: this version does not take rows of the one before"
    return found


def recorded(sample: Mapping[str, Any]) -> str:
    """What a version has answered to its own sample: the middle of a range, or the text."""
    if "minimum" in sample:
        return repr((sample["minimum"] + sample["maximum"]) / 2)
    return str(sample.get("equals", sample.get("contains")))


def told(found: list[Pair], bounds: Bounds) -> tuple[str, bool]:
    """How the answers differ, and whether the stage allows that."""
    values = [(_number(p.old), _number(p.new)) for p in found if p.is_number]
    numbers = [(old, new) for old, new in values if old is not None and new is not None]
    if len(numbers) == len(found):
        mean = sum(abs(new - old) for old, new in numbers) / len(numbers)
        usual = sum(abs(old) for old, _ in numbers) / len(numbers)
        share = f", {mean / usual:.1%} of them" if usual else ""
        words = f"{mean:.4g} on average{share}, in {len(numbers)} rows"
        return _judged(words, mean, bounds.mean_difference)
    changed = sum(first(pair.new) != first(pair.old) for pair in found) / len(found)
    return _judged(f"{changed:.0%} of {len(found)} rows", changed, bounds.changed_share)


def _judged(words: str, value: float, limit: float | None) -> tuple[str, bool]:
    if limit is None:
        return words, True
    return f"{words} (limit {limit:g})", value <= limit


def first(answer: str) -> str:
    """The first value of an answer in CSV, which is what a row is answered with."""
    return next(iter(next(csv.reader(answer.splitlines()), [])), "")


def _number(answer: str) -> float | None:
    try:
        return float(first(answer))
    except ValueError:
        return None
