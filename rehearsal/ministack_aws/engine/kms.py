"""KMS: its keys and their policies."""

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import Record, Request, Response

KMS = "ministack.services.kms"

stored = Value[dict[str, Record]](KMS, "_keys", "AccountRegionScopedDict")
"""By id, those of the account and the region of the call."""
create_key = Function[[Request], Response](KMS, "_create_key", "(data)")
find_key = Function[[str], Record | None](KMS, "_resolve_key", "(key_id_or_arn)")
put_policy = Function[[Request], Response](KMS, "_put_key_policy", "(data)")
policy_of = Function[[str], tuple[str, str] | None](KMS, "key_policy_for_arn", "(resource_arn)")
