"""ARNs in policies name places that exist: the stack's region, accounts that the stack knows.

Source: "Actions, resources, and condition keys for AWS services", the ARN of each resource type.
"""

from collections.abc import Iterator

from mlops_rehearsal.behaviour.stack import Stack
from mlops_rehearsal.behaviour.walking import walk


def arns_name_this_region(stack: Stack) -> Iterator[str]:
    """What a stack makes and uses is in its region."""
    for found in stack.resources.values():
        for path, value in walk(dict(found.properties)):
            if isinstance(value, str) and value.startswith("arn:") and value.count(":") >= 5:
                region = value.split(":")[3]
                if region not in ("", "*", stack.region):
                    yield f"{found.id} names {value}, which is in {region}: {path}"
