"""Where AWS's console is, by partition."""

from typing import Final

DOMAINS: Final = {"cn-": "amazonaws.cn", "us-gov-": "amazonaws-us-gov.com"}
"""AWS GovCloud (US) User Guide, "AWS Management Console for the AWS GovCloud (US) Regions"; Getting
Started with Amazon Web Services in China, "Endpoints"."""


def console(region: str) -> str:
    """The address of the console of a region, without a slash at its end."""
    found = (domain for start, domain in DOMAINS.items() if region.startswith(start))
    return f"https://{region}.console.{next(found, 'aws.amazon.com')}"
