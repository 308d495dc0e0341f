"""What happens to stateful resources: retained, or deleted where a stage says so."""

from collections.abc import Mapping
from typing import Final

import aws_cdk as cdk

from mlops_commons.utilities.cloudformation import DELETED, RETAINED

KEPT: Final = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
"""What `RETAINED` says of resources that are written as data."""


def removal_policy_of(configured: str) -> cdk.RemovalPolicy:
    """The policy of constructs for the `removal_policy` of a stage."""
    return cdk.RemovalPolicy.DESTROY if configured == "destroy" else KEPT


def retention(removal_policy: cdk.RemovalPolicy) -> Mapping[str, str]:
    """The same for a resource that is written as data."""
    return DELETED if removal_policy == cdk.RemovalPolicy.DESTROY else RETAINED
