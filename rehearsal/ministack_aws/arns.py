"""ARNs of what the account and region of the request hold."""

from ministack_aws.engine.requests import get_account_id, get_region


def arn(service: str, resource: str) -> str:
    """The ARN of a resource of the account and region of the request."""
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"
