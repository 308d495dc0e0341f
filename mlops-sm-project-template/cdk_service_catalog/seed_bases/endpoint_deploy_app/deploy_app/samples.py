"""The requests of the integration test, and what is expected of their answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from deploy_app.errors import DeployError
from deploy_app.version_files import VersionFile, version_file

NAME = "samples.json"


class Sample(BaseModel):
    """A request; the answer is a number in a range, equals a text, or has one in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: str
    minimum: float | None = None
    maximum: float | None = None
    equals: str | None = None
    contains: str | None = None

    @model_validator(mode="after")
    def _can_be_judged(self) -> "Sample":
        of_range = [self.minimum, self.maximum]
        said = [of_range != [None, None], self.equals is not None, self.contains is not None]
        if sum(said) != 1 or (said[0] and None in of_range):
            raise ValueError("a sample has minimum and maximum, or equals, or contains")
        return self


class Samples(BaseModel):
    """The file, `config/samples.json` or that of the version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content_type: Annotated[str, Field(min_length=1)]
    accept: Annotated[str, Field(min_length=1)]
    samples: Annotated[list[Sample], Field(min_length=1)]


@dataclass(frozen=True)
class Requests:
    """What is asked.

    Attributes:
        file: where it stands.
    """

    content_type: str
    accept: str
    samples: list[Mapping[str, Any]]
    file: VersionFile


def requests(environment: Mapping[str, str]) -> Requests:
    """Those of the repository, else those of the version.

    Raises:
        DeployError: there are none, or they are not of their form.
    """
    return of_file(version_file(NAME, environment))


def of_file(file: VersionFile) -> Requests:
    """What a file says.

    Raises:
        DeployError: it is not of its form; every problem is named.
    """
    try:
        found = Samples.model_validate(json.loads(file.text))
    except ValidationError as error:
        told = [f"{'.'.join(map(str, row['loc']))}: {row['msg']}" for row in error.errors()]
        raise DeployError(f"{file.origin} is not valid:\n  " + "\n  ".join(told)) from None
    except ValueError as error:
        raise DeployError(f"{file.origin} is not JSON: {error}") from None
    listed: list[Mapping[str, Any]] = [row.model_dump(exclude_none=True) for row in found.samples]
    return Requests(found.content_type, found.accept, listed, file)


def asked(
    ask: Callable[[Mapping[str, Any]], str], number: int, requested: Requests, endpoint: str
) -> str:
    """The answer to a sample.

    Args:
        number: of the sample, from 1.

    Raises:
        DeployError: the endpoint refuses it, fails, or cannot be reached.
    """
    try:
        return ask(requested.samples[number - 1])
    except ClientError as error:
        found = error.response
        said = found.get("OriginalMessage") or found["Error"].get("Message", "")
        status = found.get("OriginalStatusCode", found["Error"].get("Code", ""))
        refused = str(status).startswith("4")
        advice = requested.file.advice if refused else "see the log of the endpoint"
        raise DeployError(
            f"{endpoint} does not answer sample {number} of {requested.file.origin} ({status}): "
            f"{' '.join(said.split())[:1000]}; {advice}{_log(found)}"
        ) from None
    except BotoCoreError as error:
        raise DeployError(f"{endpoint} has not answered sample {number}: {error}") from None


def _log(answer: Mapping[str, Any]) -> str:
    """Source: API Reference, InvokeEndpoint, ModelError: LogStreamArn, OriginalMessage."""
    return f" {answer['LogStreamArn']}" if answer.get("LogStreamArn") else ""
