"""The policies of VPC endpoints, written from the rows of `mlops_commons.egress`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from mlops_commons.egress.endpoints import passages
from mlops_commons.egress.passage import Owner, Passage, Sender, Switch
from mlops_commons.image_accounts import image_accounts_of
from mlops_commons.stage import EndpointRules
from mlops_commons.vpc_endpoints import VpcEndpoint

TEST_ROLES: Final = "arn:{partition}:iam::{account}:role/sagemaker-p-*-test"
"""Those that a project's deploy app makes in the stages that it tests."""
Conditions = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The other accounts of a stage's set that its workloads have to do with.

    Attributes:
        dev_account: whose models and images they use; empty where dev is in the same account.
        tested_accounts: those of the stages that tests in dev's network test; empty elsewhere.
    """

    dev_account: str = ""
    tested_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What an endpoint policy needs to know: `rules` is what the configuration opens."""

    region: str
    neighbours: Neighbours
    rules: EndpointRules

    def accounts(self, owner: Owner) -> tuple[str, ...]:
        """The ids of the accounts that own what a passage is about."""
        return {
            Owner.OWN: (cdk.Aws.ACCOUNT_ID,),
            Owner.DEV: tuple(filter(None, [self.neighbours.dev_account])),
            Owner.TESTED: self.neighbours.tested_accounts,
            Owner.TRUSTED: self.rules.trusted_accounts,
            Owner.IMAGES: image_accounts_of(self.region),
        }[owner]


@cache
def endpoint_statements(
    row: VpcEndpoint, surroundings: Surroundings
) -> tuple[iam.PolicyStatement, ...]:
    """The policy of an endpoint; empty where the row says that it takes none.

    Stages with the same surroundings share the objects, which cost a call to node each.
    """
    return tuple(
        iam.PolicyStatement.from_json(statement)
        for passage in passages(row)
        for statement in _statements(passage, surroundings)
    )


def _statements(passage: Passage, surroundings: Surroundings) -> Iterator[dict[str, Any]]:
    """A passage in the language of IAM; nothing where nobody is on its other side."""
    if passage.switch and not _is_on(passage.switch, surroundings.rules):
        return
    owned = _owned(passage, surroundings)
    if owned is None:
        return
    yield {
        "Sid": passage.sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": [*passage.actions],
        "Resource": list(_resources(passage, surroundings)),
        **_condition(_sent(passage.sender, surroundings), owned),
    }


def _is_on(switch: Switch, rules: EndpointRules) -> bool:
    return bool(getattr(rules, switch))


def _sent(sender: Sender, surroundings: Surroundings) -> Conditions:
    tested = surroundings.neighbours.tested_accounts
    if sender is Sender.OWN:
        return {"StringEquals": {"aws:PrincipalAccount": cdk.Aws.ACCOUNT_ID}}
    if sender is Sender.TESTS:
        roles = [
            TEST_ROLES.format(partition=cdk.Aws.PARTITION, account=account) for account in tested
        ]
        return {
            "StringEquals": {"aws:PrincipalAccount": [*tested]},
            "ArnLike": {"aws:PrincipalArn": roles},
        }
    if sender is Sender.AWS_SERVICE:
        return {"Bool": {"aws:PrincipalIsAWSService": "true"}}
    return {}


def _owned(passage: Passage, surroundings: Surroundings) -> Conditions | None:
    """The condition on the resource's owner; None where there is no such owner."""
    if passage.owner is Owner.NAMED:
        return {}
    if passage.owner is Owner.ORGANIZATION:
        organization = surroundings.rules.trusted_organization
        return {"StringEquals": {"aws:ResourceOrgID": organization}} if organization else None
    accounts = surroundings.accounts(passage.owner)
    if not accounts:
        return None
    one_or_all = accounts[0] if len(accounts) == 1 else [*accounts]
    return {"StringEquals": {"aws:ResourceAccount": one_or_all}}


def _condition(*parts: Conditions) -> dict[str, Any]:
    merged: dict[str, dict[str, Any]] = {}
    for part in parts:
        for operator, keys in part.items():
            merged.setdefault(operator, {}).update(keys)
    return {"Condition": merged} if merged else {}


def _resources(passage: Passage, surroundings: Surroundings) -> Iterator[str]:
    for resource in passage.resources:
        each = surroundings.neighbours.tested_accounts if "{tested}" in resource else ("",)
        for tested in each:
            yield resource.format(
                partition=cdk.Aws.PARTITION,
                region=cdk.Aws.REGION,
                compact_region=surroundings.region.replace("-", ""),
                account=cdk.Aws.ACCOUNT_ID,
                tested=tested,
            )
