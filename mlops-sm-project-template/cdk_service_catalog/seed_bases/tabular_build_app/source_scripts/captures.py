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
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import Any

import inference
import pandas as pd

DRAWN = 20_000
"""So many requests say how they are distributed; more would only take longer."""
TOGETHER = 1_000
"""So many requests become numbers at once: that takes as long for one row as for hundreds."""
SEED = 7
HOUR = timedelta(hours=1)
LABELS = "labels"
"""The folder among the captures to which labels are brought: see quality.py."""
APART = (LABELS, "Shadow")
"""Nobody got the answers of a shadow variant, which the deploy repository names so."""
Line = dict[str, Any]
"""What was captured of a request."""
Read = tuple[pd.DataFrame, list[float | str]]
"""The rows of a request, and the answer to each."""
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
    lines = _lines(folder, datetime.min.replace(tzinfo=UTC), until, Traffic())
    named = (line for line in lines if _id(line) in wanted)
    for line, read in _read(named):
        if not isinstance(read, Exception):
            when = _moment(line["eventMetadata"]["inferenceTime"])
            yield Request(_id(line), when, *read)


def traffic(folder: Path, since: datetime, until: datetime, drawn: int = DRAWN) -> Traffic:
    """What was captured in a time; of many requests, some, each as likely as another.

    Args:
        folder: below it, folders for year, month, day and hour.
    """
    found = Traffic()
    kept: list[Line] = []
    chance = random.Random(SEED)
    for line in _lines(folder, since, until, found):
        found.seen += 1
        if len(kept) < drawn:
            kept.append(line)
        elif (place := chance.randrange(found.seen)) < drawn:
            kept[place] = line
    for _line, read in _read(kept):
        if isinstance(read, Exception):
            found.unreadable.append(f"{type(read).__name__}: {read}"[:200])
            continue
        found.rows.append(read[0])
        found.answers += read[1]
    return found


def _lines(folder: Path, since: datetime, until: datetime, found: Traffic) -> Iterator[Line]:
    for file in sorted(folder.rglob("*.jsonl")):
        is_apart = file.relative_to(folder).parts[0] in APART
        if is_apart or not _may_hold(file, since, until):
            continue
        # Other ends of a line that Python knows, such as U+2028, may stand in a text.
        for text in filter(str.strip, file.read_text(encoding="utf-8").split("\n")):
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


def _id(line: Line) -> str:
    return str(line["eventMetadata"].get("inferenceId", ""))


def _read(lines: Iterable[Line]) -> Iterator[tuple[Line, Read | Exception]]:
    """Each line with the rows of its request and the answers, or with why it does not hold them."""
    several = iter(lines)
    while taken := list(islice(several, TOGETHER)):
        written = [_written(line) for line in taken]
        rows = iter(_declared([read[0] for read in written if not isinstance(read, Exception)]))
        for line, read in zip(taken, written, strict=True):
            if isinstance(read, Exception):
                yield line, read
                continue
            found = next(rows)
            yield line, found if isinstance(found, Exception) else (found, read[1])


def _written(line: Line) -> Read | Exception:
    try:
        captured = line["captureData"]
        asked, answered = captured["endpointInput"], captured["endpointOutput"]
        rows = inference.texts(_body(asked), asked["observedContentType"])
        answers = _answers(_body(answered), str(answered["observedContentType"]))
        if len(answers) != len(rows):
            raise ValueError(f"{len(rows)} rows were asked and {len(answers)} answered")
    except (KeyError, TypeError, ValueError) as error:
        return error
    return rows, answers


def _declared(tables: Sequence[pd.DataFrame]) -> list[pd.DataFrame | ValueError]:
    """Texts as what is declared: all together, and in halves where that fails for one of them."""
    if not tables:
        return []
    try:
        found = inference.as_declared(pd.concat(tables, ignore_index=True))
    except ValueError as error:
        if len(tables) == 1:
            return [error]
        half = len(tables) // 2
        return [*_declared(tables[:half]), *_declared(tables[half:])]
    places = pairwise(accumulate(map(len, tables), initial=0))
    return [found.iloc[first:end].reset_index(drop=True) for first, end in places]


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
