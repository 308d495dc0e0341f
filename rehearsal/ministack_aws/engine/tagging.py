"""Tags: those of any resource, by its ARN."""

from ministack_aws.engine.names import Function

resource_tags = Function[[str], dict[str, str] | None](
    "ministack.services.tagging", "resource_tags", "(arn)"
)
