"""The condition keys of conditional writes, which MiniStack honours but does not tell policies."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack_aws.engine.requests import s3_context

ContextOf = Callable[..., dict[str, str]]


def register() -> None:
    """Wrap what tells the policies about a call of S3."""
    s3_context.wrap(_with_conditions)


def _with_conditions(context_of: ContextOf) -> ContextOf:
    """S3 User Guide, "Enforce conditional writes on Amazon S3 buckets": the keys s3:if-none-match
    and s3:if-match, and s3:ObjectCreationOperation, which "exempts" CreateMultipartUpload,
    UploadPart and UploadPartCopy."""

    def wrapped(
        action: str,
        query: Mapping[str, Any] | None,
        path: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        found = context_of(action, query, path, headers)
        if action != "s3:PutObject":
            return found
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        for name in ("if-none-match", "if-match"):
            if name in sent:
                found[f"s3:{name}"] = sent[name]
        creates = not {"uploads", "partNumber"} & set(query or {})
        return {**found, "s3:ObjectCreationOperation": str(creates).lower()}

    return wrapped
