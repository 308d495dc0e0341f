"""Policy documents within the limits of IAM, and the file in which they are reviewed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mlops_commons.execution_policies.review import Review
from mlops_commons.iam.statements import Statement, policy_document
from mlops_commons.utilities.errors import PlatformError

MAXIMUM_CHARACTERS: Final = 6144
"""Of a managed policy, without white space (IAM and STS quotas)."""
MAXIMUM_POLICIES: Final = 10
"""Attached to a role (IAM and STS quotas, without an increase)."""
MARK: Final = "GeneratedBy"
MARK_TEXT: Final = (
    "mlops-multi-account.sh bootstrap, at every run; remove this line to keep your own changes"
)
Document = Mapping[str, Any]


def size(document: Document) -> int:
    """The characters that IAM counts."""
    return len(json.dumps(document, separators=(",", ":")))


def split(document: Document) -> tuple[Document, ...]:
    """The statements of a document in as few policies as their order allows.

    Raises:
        PlatformError: the document needs more policies than a role can have.
    """
    statements = document["Statement"]
    rows = [statements] if isinstance(statements, Mapping) else statements
    policies: list[list[Any]] = [[]]
    for statement in (part for row in rows for part in _parts(row)):
        if policies[-1] and size(_document([*policies[-1], statement])) > MAXIMUM_CHARACTERS:
            policies.append([])
        policies[-1].append(statement)
    if len(policies) > MAXIMUM_POLICIES:
        raise PlatformError(
            f"the execution policy needs {len(policies)} managed policies, but a role can have "
            f"{MAXIMUM_POLICIES}",
            hint="share the account between fewer sets, or name a policy of your own with "
            "execution_policy_arn in cdk-app.yml",
        )
    return tuple(map(_document, policies))


def _parts(statement: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """A statement that is too long for a policy of its own, cut in halves by its longest list."""
    if size(_document([statement])) <= MAXIMUM_CHARACTERS:
        return [statement]
    lists = {k: v for k, v in statement.items() if isinstance(v, list) and len(v) > 1}
    if not lists:
        raise PlatformError(
            f"the statement '{statement.get('Sid', '')}' is longer than a managed policy may be: "
            f"{size(statement)} characters, {MAXIMUM_CHARACTERS} at most",
            hint="make its resources fewer",
        )
    key = max(lists, key=lambda name: (len(json.dumps(lists[name])), name))
    middle = len(lists[key]) // 2
    halves = ({**statement, key: lists[key][:middle]}, {**statement, key: lists[key][middle:]})
    sid = statement.get("Sid")
    named = [
        {**half, "Sid": f"{sid}{letter}"} if sid else half
        for half, letter in zip(halves, "AB", strict=True)
    ]
    return [part for half in named for part in _parts(half)]


def _document(statements: Sequence[Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def reviewed_text(statements: Sequence[Statement], reviews: Sequence[Review] = ()) -> str:
    """What is written for review: the document, and why each wildcard stands."""
    content = {
        MARK: MARK_TEXT,
        **({"Review": [str(review) for review in reviews]} if reviews else {}),
        "Wildcards": {
            row.sid: row.reason
            for row in statements
            if any("*" in resource for resource in row.resources)
        },
        **policy_document(statements),
    }
    return json.dumps(content, indent=2) + "\n"


def read_policy(file: Path) -> Document:
    """The policy document in a file, without what is there for people.

    Raises:
        PlatformError: there is no such file, or it is no policy.
    """
    hint = "restore it, or let the policy be generated: remove execution_policy_filepath"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PlatformError(
            f"cannot read the execution policy {file}: {error}", hint=hint
        ) from error
    if not isinstance(content, dict) or not content.get("Statement"):
        raise PlatformError(f"the execution policy {file} has no 'Statement'", hint=hint)
    return {"Version": content.get("Version", "2012-10-17"), "Statement": content["Statement"]}


def kept_files(files: Iterable[Path]) -> tuple[Path, ...]:
    """The files that are there and were not generated: a person keeps them."""
    return tuple(file for file in files if file.is_file() and not _is_generated(file))


def _is_generated(file: Path) -> bool:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False  # what cannot be read is not ours to overwrite
    return isinstance(content, dict) and MARK in content
