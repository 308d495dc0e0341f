"""The order in which CloudFormation makes what a template does not order: the worst one.

CloudFormation User Guide, "DependsOn attribute": without a reference or a DependsOn, resources are
made at the same time, so that what acts as soon as it is there may find nothing that only luck made
before it. Here it never has that luck: each such resource is made as soon as what it depends on is
there, and what only lets others act is made last.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ministack_aws.engine import cloudformation

Resources = Mapping[str, Mapping[str, Any]]
Sort = Callable[[Resources, Mapping[str, bool]], list[str]]

LATE: Final = frozenset(
    (
        *("AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::CloudFormation::WaitCondition"),
        *("AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress"),
        *("AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPCGatewayAttachment"),
        *("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::KMS::Alias"),
        *("AWS::Lambda::Permission", "AWS::Logs::ResourcePolicy", "AWS::SNS::TopicPolicy"),
        *("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"),
    )
)
"""What lets others act: nobody notices when it comes late but who does not wait for it."""
FIRST: Final = "AWS::Events::Rule"
"""A rule hears what happens from the moment it is there."""


def register() -> None:
    """Order every stack."""
    cloudformation.sorted_resources.wrap(_worst)


def _worst(sort: Sort) -> Sort:
    @functools.wraps(sort)
    def ordered(resources: Resources, conditions: Mapping[str, bool]) -> list[str]:
        return worst_order(resources, sort(resources, conditions))

    return ordered


def worst_order(resources: Resources, usual: Iterable[str]) -> list[str]:
    """The resources, each after those that it depends on, and what lets others act last.

    Args:
        usual: their names in an order that keeps every dependency.
    """
    names = list(usual)
    needs: dict[str, frozenset[str]] = {}
    for name in names:
        direct = cloudformation.dependencies(resources[name], set(names)) - {name}
        needs[name] = frozenset(direct).union(*(needs[other] for other in direct))
    position = {name: index for index, name in enumerate(names)}
    acting = [name for name in names if resources[name].get("Type") not in LATE]
    acting.sort(key=lambda n: (resources[n].get("Type") != FIRST, len(needs[n]), position[n]))
    found: dict[str, None] = {}
    for name in (*acting, *names):
        for needed in sorted(needs[name], key=lambda other: position[other]):
            found.setdefault(needed)
        found.setdefault(name)
    return list(found)
