"""What an endpoint was asked and has answered, out of the files that SageMaker has captured.

A line is JSON. `encoding` says how `data` holds a request: CSV and JSON as they are, for content
types that the endpoint's configuration names, and BASE64 for every other (Developer Guide, "Capture
data from real-time endpoint"). What a request means, the serving code of the model itself says.
"""

import base64
import csv
import io
import json
import random
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import inference
import pandas as pd

DRAWN = 20_000
"""So many requests say how they are distributed; more would only take longer."""
SEED = 7
HOUR = timedelta(hours=1)
LABELS = "labels"
"""The folder among the captures to which labels are brought: see quality.py."""
APART = (LABELS, "Shadow")
"""Nobody got the answers of a shadow variant, which the deploy repository names so."""
UTC = timezone.utc  # noqa: UP017 - the image for XGBoost has Python 3.10


@dataclass
class Traffic:
    """The requests of a time.

    Attributes:
        seen: how many requests there were.
        rows, answers: of those that were drawn; a request may hold several.
        unreadable: why requests that were drawn say nothing.
    """

    seen: int = 0
    rows: list[pd.DataFrame] = field(default_factory=list)
    answers: list[float | str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def table(self) -> pd.DataFrame:
        """All rows."""
        return pd.concat(self.rows, ignore_index=True)


@dataclass(frozen=True)
class Request:
    """A captured request to which its client gave an id."""

    inference_id: str
    when: datetime
    rows: pd.DataFrame
    answers: list[float | str]


def requests(folder: Path, wanted: Container[str], until: datetime) -> Iterator[Request]:
    """Those with certain ids, of all that are kept; what cannot be read is left out."""
    for line in _lines(folder, datetime.min.replace(tzinfo=UTC), until, Traffic()):
        metadata = line["eventMetadata"]
        if (name := str(metadata.get("inferenceId", ""))) not in wanted:
            continue
        try:
            yield Request(name, _moment(metadata["inferenceTime"]), *_read(line))
        except (KeyError, TypeError, ValueError):
            continue


def traffic(folder: Path, since: datetime, until: datetime, drawn: int = DRAWN) -> Traffic:
    """What was captured in a time; of many requests, some, each as likely as another.

    Args:
        folder: below it, folders for year, month, day and hour.
    """
    found = Traffic()
    kept: list[dict[str, Any]] = []
    chance = random.Random(SEED)
    for line in _lines(folder, since, until, found):
        found.seen += 1
        if len(kept) < drawn:
            kept.append(line)
        elif (place := chance.randrange(found.seen)) < drawn:
            kept[place] = line
    for line in kept:
        try:
            rows, answers = _read(line)
        except (KeyError, TypeError, ValueError) as error:
            found.unreadable.append(f"{type(error).__name__}: {error}"[:200])
            continue
        found.rows.append(rows)
        found.answers += answers
    return found


def _lines(
    folder: Path, since: datetime, until: datetime, found: Traffic
) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.rglob("*.jsonl")):
        is_apart = file.relative_to(folder).parts[0] in APART
        if is_apart or not _may_hold(file, since, until):
            continue
        for text in file.read_text(encoding="utf-8").splitlines():
            try:
                line = json.loads(text)
                when = _moment(line["eventMetadata"]["inferenceTime"])
            except (KeyError, TypeError, ValueError) as error:
                found.seen += 1
                found.unreadable.append(f"{file.name}: {type(error).__name__}: {error}"[:200])
                continue
            if since <= when < until:
                yield line


def _may_hold(file: Path, since: datetime, until: datetime) -> bool:
    """By the folder of its hour; a file without one is opened."""
    try:
        hour = datetime(*map(int, file.parts[-5:-1]), tzinfo=UTC)
    except (TypeError, ValueError):
        return True
    # A file is named after the hour in which it was begun.
    return since <= hour + HOUR and hour <= until


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _read(line: dict[str, Any]) -> tuple[pd.DataFrame, list[float | str]]:
    """The rows of a request, and the answer to each.

    Raises:
        KeyError, TypeError, ValueError: it does not hold them.
    """
    captured = line["captureData"]
    asked, answered = captured["endpointInput"], captured["endpointOutput"]
    rows = inference.rows(_body(asked), asked["observedContentType"])
    answers = _answers(_body(answered), str(answered["observedContentType"]))
    if len(answers) != len(rows):
        raise ValueError(f"{len(rows)} rows were asked and {len(answers)} answered")
    return rows, answers


def _body(side: dict[str, Any]) -> str:
    data = str(side["data"])
    if side["encoding"] == "BASE64":
        return base64.b64decode(data, validate=True).decode("utf-8-sig")
    return data


def _answers(text: str, kind: str) -> list[float | str]:
    if kind.startswith(inference.JSON):
        found: list[float | str] = json.loads(text)["predictions"]
        return found
    return [row[0] for row in csv.reader(io.StringIO(text)) if row]
