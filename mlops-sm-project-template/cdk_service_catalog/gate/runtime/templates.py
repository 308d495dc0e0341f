"""Templates of a cloud assembly, read as hostile input: strict, and never more than fits."""

import io
import json
import zipfile
from collections.abc import Collection, Mapping
from typing import Any, Final

from .settings import Refused
from .values import END, UNKNOWN

SUFFIX: Final = ".template.json"
MAXIMUM_TEMPLATE: Final = 1_000_000
"""Bytes of a template in S3 (CloudFormation User Guide, "CloudFormation quotas")."""
MAXIMUM_FILES: Final = 1000
MAXIMUM_ASSEMBLY: Final = 64 * 1024 * 1024


def file_of(stage: str) -> str:
    """The file of a stage in an assembly."""
    return f"{stage}{SUFFIX}"


def read_assembly(content: bytes, stages: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The templates by stage; none where the assembly has none at all.

    Raises:
        Refused: it is not a zip of a template for each stage and files beside them.
    """
    if len(content) > MAXIMUM_ASSEMBLY:
        raise Refused(f"the assembly has {len(content)} bytes, more than {MAXIMUM_ASSEMBLY}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _templates(archive, stages)
    except zipfile.BadZipFile as error:
        raise Refused(f"the assembly is not a zip file: {error}") from None


def _templates(archive: zipfile.ZipFile, stages: Collection[str]) -> dict[str, Mapping[str, Any]]:
    entries = archive.infolist()
    if len(entries) > MAXIMUM_FILES:
        raise Refused(f"the assembly has {len(entries)} files, more than {MAXIMUM_FILES}")
    listed = [entry.filename for entry in entries if _is_template(entry.filename)]
    wanted = [file_of(stage) for stage in stages]
    if not listed:
        return {}
    if sorted(listed) != sorted(wanted):
        raise Refused(
            f"the assembly has the templates {', '.join(sorted(listed))[:300]}; allowed are "
            f"exactly {', '.join(wanted)}, each once: remove further stacks and nested ones from "
            "the app"
        )
    return {stage: parse(_content(archive, file_of(stage)), file_of(stage)) for stage in stages}


def _is_template(name: str) -> bool:
    lowered = name.lower()
    return "template" in lowered and lowered.endswith((".json", ".yaml", ".yml"))


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    """The content, never more than a template may have, whatever the archive says of its size."""
    with archive.open(name) as file:
        content = file.read(MAXIMUM_TEMPLATE + 1)
    if len(content) > MAXIMUM_TEMPLATE:
        raise Refused(f"{name} has more than {MAXIMUM_TEMPLATE} bytes, CloudFormation's limit")
    return content


def parse(content: bytes, name: str) -> Mapping[str, Any]:
    """A template.

    Raises:
        Refused: it is no JSON object, or says something twice.
    """
    try:
        text = content.decode("utf-8")
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{name} is not a JSON template: {str(error)[:200]}") from None
    if not isinstance(found, dict):
        raise Refused(f"{name} is not a JSON object")
    written = json.dumps(found, ensure_ascii=False)
    if UNKNOWN in written or END in written:
        raise Refused(f"{name} has characters of Unicode's private use area; remove them")
    return found


def pack(templates: Mapping[str, Mapping[str, Any]]) -> bytes:
    """What is delivered: the templates as they were understood, written again, and nothing else."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for stage, template in templates.items():
            archive.writestr(file_of(stage), json.dumps(template, indent=1))
        if not templates:
            archive.writestr("README.txt", "There is nothing to deploy.\n")
    return content.getvalue()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{twice}' stands twice in one object")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")
