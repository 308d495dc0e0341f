"""What constructs have to say about a synthesised assembly, read from it without the CDK."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final


class Level(StrEnum):
    """How much a message weighs, in the words of the CDK CLI."""

    INFO = "Info"
    WARNING = "Warning"
    ERROR = "Error"


LEVELS: Final = {
    "aws:cdk:info": Level.INFO,
    "aws:cdk:warning": Level.WARNING,
    "aws:cdk:error": Level.ERROR,
}
"""The metadata of `Annotations`: the enum `ArtifactMetadataEntryType` of the assembly's schema."""


@dataclass(frozen=True)
class Message:
    """An annotation of a construct; as text it is the line that the CDK CLI prints."""

    level: Level
    path: str
    text: str
    is_lookup: bool = False

    def __str__(self) -> str:
        return f"[{self.level} at {self.path}] {self.text}"


def messages(assembly: Path) -> tuple[Message, ...]:
    """Every annotation in an assembly and in its nested assemblies.

    What was looked up in an account, and is not in the context, counts as an error: synthesis
    reads nothing of an account.
    """
    found = tuple(_messages(assembly))
    # A lookup of a nested assembly is told by the assembly around it as well.
    inner = {message.text: message.path for message in found if message.is_lookup}
    return tuple(m for m in found if not m.is_lookup or inner[m.text] == m.path)


def _messages(directory: Path) -> Iterator[Message]:
    manifest = _read(directory / "manifest.json")
    for missing in manifest.get("missing", ()):
        text = (
            f"'{missing['key']}' is looked up in an account; put the value into the code, such as "
            "ec2.Vpc.from_vpc_attributes() in place of from_lookup(), or take stack.network"
        )
        yield Message(Level.ERROR, directory.name, text, is_lookup=True)
    for artifact in manifest["artifacts"].values():
        file = artifact.get("additionalMetadataFile")
        metadata = {**artifact.get("metadata", {}), **(_read(directory / file) if file else {})}
        for path, entries in metadata.items():
            for entry in entries:
                if entry["type"] in LEVELS:
                    yield Message(LEVELS[entry["type"]], path, str(entry["data"]))
        if artifact["type"] == "cdk:cloud-assembly":
            yield from _messages(directory / artifact["properties"]["directoryName"])


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_bytes())
    return content
