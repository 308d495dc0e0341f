"""S3: its buckets and objects, who may read them, and how they are encrypted."""

from collections.abc import Mapping
from typing import Any

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import Headers, Record, Response, Store

S3 = "ministack.services.s3"

buckets = Value[Store[str, Record]](S3, "_buckets", "AccountScopedDict")
bucket_encryption = Value[Store[str, str]](S3, "_bucket_encryption", "AccountScopedDict")
bucket_policies = Value[Store[str, str]](S3, "_bucket_policies", "AccountScopedDict")
bucket_tags = Value[Store[str, dict[str, str]]](S3, "_bucket_tags", "AccountScopedDict")
"""By the name of a bucket: what it holds, its default encryption as XML, policy and tags."""

put_policy = Function[[str, bytes], Response](S3, "_put_bucket_policy", "(name, body)")
owner_of = Function[[str], str | None](S3, "_bucket_owner_account", "(name)")
"""The account of a bucket."""
content_of = Function[[str, str, str | None], bytes | None](
    S3, "_get_object_data", "(bucket_name, key, version_id=)"
)
foreign_bucket_allows = Function[
    [str, str, str, str, Mapping[str, Any], str, Mapping[str, str] | None], bool
](
    S3,
    "_foreign_bucket_allows",
    "(owner_account, bucket_name, key, method, query_params, caller, headers=)",
)
"""Whether a bucket of another account lets the caller do this."""

encryption_of_write = Function[[Mapping[str, str], str], tuple[Headers | None, Response | None]](
    S3, "_resolve_sse_write_headers", "(headers, bucket_name)"
)
refusal_of_read = Function[[Mapping[str, str], Record], Response | None](
    S3, "_check_sse_read_headers", "(headers, obj)"
)
refusal_of_copy = Function[[Mapping[str, str], Record], Response | None](
    S3, "_check_sse_c_copy_source", "(headers, src_obj)"
)
encryption_of_object = Function[[Record], Headers](S3, "_stored_sse_headers", "(obj)")
error = Function[[str, str, int], Response](
    S3, "_error", "(code, message, status, resource=, extra=, headers=)"
)
