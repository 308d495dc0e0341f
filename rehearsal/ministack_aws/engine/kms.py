"""KMS: its keys and their policies."""

from ministack_aws.engine.names import Function
from ministack_aws.engine.types import Record, Request, Response

KMS = "ministack.services.kms"

find_key = Function[[str], Record | None](KMS, "_resolve_key", "(key_id_or_arn)")
put_policy = Function[[Request], Response](KMS, "_put_key_policy", "(data)")
policy_of = Function[[str], tuple[str, str] | None](KMS, "key_policy_for_arn", "(resource_arn)")
